"""« Votre clé d’accès »: the second step of a log-in, after the password."""

from flask import make_response, redirect, url_for
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.pages.agents.passkeys import asking
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_passkey_log_in")


@blueprint.get("/agents/connexion/cle")
def show() -> Response:
    """Ask the browser for a key of this account."""
    try:
        return make_response(asking.page("log_in.html", asking.AnswerForm()))
    except Refusal as refusal:
        return asking.over(refusal, "agents_entrance")


@blueprint.post("/agents/connexion/cle")
def submit() -> Response:
    """Have the answer judged, and sign in."""
    form = asking.AnswerForm()
    if not form.validate():
        return redirect(url_for("agents_passkey_log_in.show"), 303)
    try:
        held = services().identity.passkey_log_in(asking.waiting(), form.answer.data)
    except Refusal as refusal:
        return asking.over(refusal, "agents_entrance")
    asking.done()
    agent_session.begin(held)
    return redirect(url_for("agents_entrance.home"), 303)
