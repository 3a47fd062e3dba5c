"""What became of the last request: by SMS its confirmation, on the screen the code itself, once (D3, D4, D8)."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.reissue.asking import standing, words_of_profile
from gateway.pages.reissue.forms import ResendForm
from services.identity.contract.reissue import NewestReissue, ReissueStanding
from services.runtime.refusals import Refusal

blueprint = Blueprint("reissue_outcome", __name__)

REFUSED_HERE = ("phone_refused", "phone_shared", "reissue_not_failed", "reissue_closed")


def page(form: ResendForm, found: ReissueStanding, newest: NewestReissue) -> str:
    """The last request, and the form to have its code sent again where it did not arrive."""
    return render_template(
        "reissue/outcome.html", form=form, newest=newest.dump(), standing=found.dump(), **words_of_profile()
    )


@blueprint.get("/reassort/suivi")
@voter_session.voter_required
def show() -> Response:
    """The last request; without one, the way to the first."""
    found = standing()
    if found.newest is None:
        return redirect(url_for("reissue.show"), 303)
    form, status, headers = kept_form.again(ResendForm)
    return kept_form.shown(page(form, found, found.newest), status, headers)


@blueprint.post("/reassort/suivi")
@voter_session.voter_required
def submit() -> Response:
    """Have the same code sent again; no request is counted."""
    found = standing()
    if found.newest is None:
        return redirect(url_for("reissue.show"), 303)
    form, newest = ResendForm(), found.newest
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form, found, newest))
    try:
        services().identity.resend_reissue(voter_session.required_token(), form.number.data, form.phone.data)
    except Refusal as refusal:
        if refusal.code not in REFUSED_HERE:
            raise
        words = words_for(refusal.code, refusal.details)
        form.phone.errors = [words.message]
        return kept_form.send_back(form, lambda: page(form, found, newest), words.status)
    return redirect(url_for("reissue_outcome.show"), 303)
