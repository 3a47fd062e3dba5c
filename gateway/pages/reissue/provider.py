"""Proving who one is at an OpenID Connect provider, such as FranceConnect, instead of answering the question (A11).

The voter leaves by an ordinary link: browsers hold a form to our own address through all its redirections. What comes back
in the address is used at once, and a redirection takes it out of sight.
"""

import re

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import dedicated_post, voter_session
from gateway.edge.errors import words_for
from gateway.edge.language import current_language
from gateway.pages.reissue.asking import LINK_UNTIL, standing, words_of_profile
from services.runtime.refusals import Refusal

blueprint = Blueprint("reissue_provider", __name__)

ADDRESS = "provider_address"
REFUSED = "provider_refused"
WORD = re.compile(r"[!-~]{1,2000}")
OF_PROVIDER = (
    "provider_away",
    "identity_check_unknown",
    "identity_check_cancelled",
    "identity_check_refused",
    "identity_differs",
    "reissue_resting",
    "reissue_proof_missing",
)
"""What is said on a page of its own, with what is left to do."""


def refused(refusal: Refusal) -> Response:
    """Lead to the page that says why; the sentence waits in the cookie, the answer's address is left behind."""
    session[REFUSED] = [refusal.code, refusal.details]
    return redirect(url_for("reissue_provider.show_refusal"), 303)


@blueprint.post("/reassort/identite")
@voter_session.voter_required
def begin() -> Response:
    """Begin, and show where the way leads."""
    session.pop(ADDRESS, None)
    if dedicated_post.is_post():
        # The session at the provider would stay open for whoever comes next.
        return redirect(url_for("reissue.show"), 303)
    try:
        address = services().identity.begin_identity_check(voter_session.required_token(), current_language())
    except Refusal as refusal:
        if refusal.code not in OF_PROVIDER:
            raise
        return refused(refusal)
    session[ADDRESS] = address
    return redirect(url_for("reissue_provider.show"), 303)


@blueprint.get("/reassort/identite")
@voter_session.voter_required
def show() -> Response:
    """What is compared, and the link to the provider."""
    found = standing()
    if ADDRESS not in session or found.provider is None:
        return redirect(url_for("reissue.show"), 303)
    page = render_template(
        "reissue/provider.html", address_of_provider=session[ADDRESS], provider=found.provider, **words_of_profile()
    )
    return make_response(page)


@blueprint.get("/reassort/identite/retour")
def come_back() -> Response:
    """Hand on what the provider had the browser bring, once."""
    session.pop(ADDRESS, None)
    if voter_session.token() is None:
        flash(
            gettext(
                "Votre identité n’a pas pu être vérifiée : la réponse est arrivée dans un navigateur où vous n’êtes pas "
                "connecté. Identifiez-vous, puis recommencez dans ce navigateur."
            )
        )
        return redirect(url_for("identification.show"), 303)
    brought = {name: _brought(name) for name in ("state", "code", "error", "iss")}
    try:
        until = services().identity.end_identity_check(
            voter_session.required_token(),
            brought["state"] or "-",
            code=brought["code"],
            error=brought["error"],
            issuer=brought["iss"],
        )
    except Refusal as refusal:
        if refusal.code not in OF_PROVIDER and not refusal.code.startswith("reissue_"):
            raise
        return refused(refusal)
    session[LINK_UNTIL] = until.isoformat()
    session.pop(REFUSED, None)
    return redirect(url_for("reissue.link_sent"), 303)


@blueprint.get("/reassort/identite/refus")
@voter_session.voter_required
def show_refusal() -> Response:
    """Why not, and what is left to do."""
    if REFUSED not in session:
        return redirect(url_for("reissue.show"), 303)
    code, details = session[REFUSED]
    words = words_for(code, details)
    page = render_template(
        "reissue/provider_refused.html", code=code, words=words, provider=details.get("provider"), **words_of_profile()
    )
    return make_response(page, words.status)


def _brought(name: str) -> str | None:
    """A value of the address; None where it is none that a provider sends."""
    value = request.args.get(name, "")
    return value if WORD.fullmatch(value) else None
