"""« Mes clés »: the page on which a member of the board makes keys and decrypts with them (R211-545, R211-573).

Everything that it needs is in it once it is loaded: what is computed goes on without network, and what is to be sent waits.
"""

from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages.agents import page as agents_page
from services.identity.contract.staff.rights import Right

blueprint = agent_session.pages("agents_keys")

OPERATIONS = 4
MEMORY = 64 * 1024 * 1024
"""Of Argon2id, as deploy/holder/keys/key_file.py has them; each file says its own."""


@blueprint.get("/agents/cle")
@agent_required(Right.BRING_KEYS)
def show() -> str:
    """The page; nothing of a holder's keys is in it."""
    return agents_page("keys/holder.html", operations=OPERATIONS, memory=MEMORY)
