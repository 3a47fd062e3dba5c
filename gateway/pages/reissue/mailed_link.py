"""What the mailed link opens (2022): where the code shall come, then the request itself (D4)."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.reissue.asking import words_of_profile
from gateway.pages.reissue.forms import SCREEN, SMS, WayForm
from services.runtime.refusals import Refusal

blueprint = Blueprint("reissue_link", __name__)

LINK = voter_session.REISSUE_LINK
DEAD_LINK = ("link_unknown", "link_expired")


@blueprint.get("/reassort/lien/<token>")
def follow(token: str) -> Response:
    """Move the token from the address to the cookie. Nothing is used up: mail filters follow links before people do."""
    session[LINK] = token[:200]
    if voter_session.token() is None:
        flash(
            gettext("Identifiez-vous d’abord : le lien du message n’a pas encore servi, et vous y reviendrez ensuite.")
        )
        return redirect(url_for("identification.show"), 303)
    return redirect(url_for("reissue_link.show"), 303)


def page(form: WayForm) -> str:
    """The choice."""
    return render_template("reissue/way.html", form=form, screen=SCREEN, sms=SMS, **words_of_profile())


@blueprint.get("/reassort/code")
@voter_session.voter_required
def show() -> Response:
    """Screen or SMS."""
    if LINK not in session:
        return redirect(url_for("reissue.show"), 303)
    form, status, headers = kept_form.again(WayForm)
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/reassort/code")
@voter_session.voter_required
def submit() -> Response:
    """Use the link up."""
    if LINK not in session:
        return redirect(url_for("reissue.show"), 303)
    form = WayForm()
    back = partial(kept_form.send_back, form, lambda: page(form), without=("browser_key",))
    if not form.validate():
        return back()
    chosen: dict[str, Any] = (
        {"phone": form.phone.data} if form.way.data == SMS else {"browser_key": form.browser_key.data}
    )
    try:
        services().identity.follow_reissue_link(voter_session.required_token(), session[LINK], **chosen)
    except Refusal as refusal:
        words = words_for(refusal.code, refusal.details)
        if refusal.code in DEAD_LINK:
            session.pop(LINK, None)
            return make_response(render_template("reissue/link_refused.html", **words_of_profile()), words.status)
        if refusal.code not in ("phone_refused", "phone_shared"):
            raise
        form.phone.errors = [words.message]
        return back(words.status)
    session.pop(LINK, None)
    return redirect(url_for("reissue_outcome.show"), 303)
