"""« Relier une clé d’accès »: the second step of an invitation, in place of a telephone."""

from flask import redirect, session, url_for
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.pages import kept_form
from gateway.pages.agents.invitation import opened
from gateway.pages.agents.passkeys import asking
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_passkey_invitation")


@blueprint.get("/agents/invitation/cle")
def show() -> Response:
    """Ask the browser for a new key."""
    form, status, headers = kept_form.again(asking.NewKeyForm)
    try:
        return kept_form.shown(asking.page("new.html", form), status, headers)
    except Refusal as refusal:
        return asking.over(refusal, "agents_invitation")


@blueprint.post("/agents/invitation/cle")
def submit() -> Response:
    """Have the answer judged, and sign in."""
    form = asking.NewKeyForm()
    if not form.answer.data:  # no script has asked for a key
        return redirect(url_for(f"{blueprint.name}.show"), 303)
    if not form.validate():
        return kept_form.send_back(form, lambda: asking.page("new.html", form), without=asking.ANSWER)
    token, _invitation = opened()
    try:
        held = services().identity.accept_by_passkey(token, asking.waiting(), form.answer.data, form.name.data)
    except Refusal as refusal:
        if refusal.code == "invitation_unknown":
            raise
        return asking.over(refusal, "agents_invitation")
    asking.done()
    session.pop(agent_session.LINK, None)
    agent_session.begin(held)
    return redirect(url_for("agents_entrance.home"), 303)
