"""« Journal des interventions »: what agents did, for the board. Alive by reload."""

from flask import request

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.accounts import elections
from services.identity.contract.staff.journal import first_break
from services.identity.contract.staff.rights import Right

blueprint = agent_session.pages("agents_journal")


@blueprint.get("/agents/journal")
@agent_required(Right.READ_JOURNAL)
def show() -> str:
    """A page of the journal, the newest first, and whether its chain holds."""
    asked = request.args.get("avant", "")
    before = int(asked) if asked.isdecimal() and asked.isascii() and 0 < len(asked) < 10 and int(asked) else None
    found = services().identity.read_journal(agent_session.required_token(), before)
    return agents_page(
        "journal.html",
        journal=found.dump(),
        broken=first_break(found.entries),
        newest=before is None,
        names=elections(),
    )
