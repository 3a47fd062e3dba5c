"""« À valider »: what other agents of the cell have asked for, and this one agrees to or refuses."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import voter_words
from services.identity.contract.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_approvals")

SAID_ON_THE_PAGE = {
    "approval_unknown",
    "approval_own",
    "address_taken",
    "reissue_closed",
    "reissue_used_up",
    "reissue_under_way",
}


@blueprint.get("/agents/a-valider")
@agent_required(Right.APPROVE)
def show() -> str:
    """What waits."""
    found = [one.dump() for one in services().identity.list_approvals(agent_session.required_token())]
    return agents_page("approvals.html", waiting=found, said=voter_words)


@blueprint.post("/agents/a-valider")
@agent_required(Right.APPROVE)
def decide() -> Response:
    """Agree or refuse."""
    sent = request.form.get("number", "")
    number = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0
    approve = request.form.get("decision") == "approve"
    if number == 0:
        raise Refusal("approval_unknown")
    try:
        services().identity.decide_approval(agent_session.required_token(), number, approve)
    except Refusal as refusal:
        if refusal.code not in SAID_ON_THE_PAGE:
            raise
        flash(words_for(refusal.code, refusal.details).message)
    else:
        flash(
            gettext("C’est fait, et l’électeur en est prévenu.")
            if approve
            else gettext("La demande est refusée : rien n’a changé pour l’électeur.")
        )
    return redirect(url_for("agents_approvals.show"), 303)
