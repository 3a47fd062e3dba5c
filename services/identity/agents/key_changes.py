"""An agent's keys change: the journal has it, and the agent is told by mail, in one transaction and by one function.

Whoever takes over a session, a mailbox or a colleague's rights may add a key of his own, or take one away. The journal says
so to whoever reads it; the mail says so to the one who knows whether it was he. `journal.append` refuses these actions, so
that none of them is noted without the mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from services.identity.agents import journal
from services.identity.contract.limits import FRENCH
from services.identity.contract.staff.journal import Action
from services.identity.letters.requests import LetterSettings, request_email_to
from services.identity.models import Agent

TEMPLATE = "agent_keys"


def tell(
    session: Session,
    letters: LetterSettings,
    agent: Agent,
    changes: Mapping[Action, Mapping[str, str]],
    now: datetime,
    *,
    by: Agent | None = None,
) -> None:
    """Note what has changed of an agent's keys, and mail it to the agent: one message, whatever has changed at once.

    Args:
        session: the transaction in which it changes.
        letters: how mails are sealed.
        agent: whose keys they are.
        changes: what was done (journal.OF_KEYS) → what else the journal says of it; its `name` is in the mail too.
        now: the moment.
        by: who did it, where it was somebody else.
    """
    for action, details in changes.items():
        journal.write(session, by or agent, action, now, subject=agent.id, **details)
    request_email_to(
        session,
        letters,
        agent.email,
        template=TEMPLATE,
        values={
            "name": agent.name,
            "at": now.isoformat(),
            "changes": [{"what": action.value, "name": details.get("name", "")} for action, details in changes.items()],
        },
        language=FRENCH,
    )
