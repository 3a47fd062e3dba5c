"""« Relier une clé d’accès »: a further key of an agent who is signed in and has given the password."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents.passkeys import asking
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_passkey_new")


@blueprint.get("/agents/cles-d-acces/nouvelle")
@agent_required(Right.OWN_ACCOUNT)
def show() -> Response:
    """Ask the browser for a new key."""
    form, status, headers = kept_form.again(asking.NewKeyForm)
    try:
        return kept_form.shown(page(form), status, headers)
    except Refusal as refusal:
        return _over(refusal)


def page(form: asking.NewKeyForm) -> str:
    """The page of whoever is signed in."""
    return asking.page("new.html", form, agent_session.state())


@blueprint.post("/agents/cles-d-acces/nouvelle")
@agent_required(Right.OWN_ACCOUNT)
def submit() -> Response:
    """Have the new key kept."""
    form = asking.NewKeyForm()
    if not form.answer.data:  # no script has asked for a key
        return redirect(url_for(f"{blueprint.name}.show"), 303)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form), without=asking.ANSWER)
    try:
        services().identity.add_passkey(
            agent_session.required_token(), asking.waiting(), form.answer.data, form.name.data
        )
    except Refusal as refusal:
        return _over(refusal)
    asking.done()
    flash(gettext("La clé est reliée : elle peut servir dès la prochaine connexion."))
    return redirect(url_for("agents_passkeys.show"), 303)


def _over(refusal: Refusal) -> Response:
    if refusal.code == "agent_session_expired":
        raise refusal
    return asking.over(refusal, "agents_passkeys")
