"""« À valider »: what other agents of the cell have asked for, and this one agrees to or refuses."""

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import second_agent
from gateway.pages.agents.support import voter_words
from services.identity.contract.staff.rights import Right

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
    return agents_page("support/approvals.html", waiting=found, said=voter_words)


@blueprint.post("/agents/a-valider")
@agent_required(Right.APPROVE)
def decide() -> Response:
    """Agree or refuse."""
    number, approve = second_agent.answer()
    done = (
        gettext("C’est fait, et l’électeur en est prévenu.")
        if approve
        else gettext("La demande est refusée : rien n’a changé pour l’électeur.")
    )
    return second_agent.settled(
        lambda: services().identity.decide_approval(agent_session.required_token(), number, approve),
        url_for("agents_approvals.show"),
        done,
        SAID_ON_THE_PAGE,
    )
