"""The journal of what agents did: its entries, and the chain that whoever has them can check."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from services.runtime.contracts.kinds import Number, Range, Token
from services.runtime.contracts.messages import Message

BEGINNING = "0" * 64
"""What the first entry follows."""
LARGEST_PAGE = 200
SHARED_TOKEN = "Jeton partagé de la démonstration"  # noqa: S105 - how it is called
COMMAND_LINE = "Ligne de commande du serveur"
"""What the journal has for a name where it was no agent. Whoever shows it has the words."""
BY_TOTP, BY_PASSKEY = "totp", "passkey"
"""Which second factor an entry of a log-in names."""


class Action(StrEnum):
    """What was done. Whoever shows it has the words."""

    INVITED = "agent_invited"
    INVITED_AGAIN = "agent_invited_again"
    FIRST_INVITED = "first_operator_invited"
    ACTIVATED = "agent_activated"
    CLOSED = "agent_closed"
    LOGGED_IN = "agent_logged_in"
    LOGGED_OUT = "agent_logged_out"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_count_went_back"
    TOKEN_MADE = "token_made"  # noqa: S105 - a code
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a code
    COMMAND = "command"
    LOOKED = "voter_looked_at"
    LINK_SENT = "voter_link_sent"
    ASKED = "approval_asked"
    APPROVED = "approval_given"
    REFUSED = "approval_refused"
    CLAIM_ANSWERED = "claim_answered"
    REQUEST_ANSWERED = "assistance_answered"
    REMOVAL_ASKED = "voter_removal_asked"
    REMOVED = "voter_removed"
    REMOVAL_REFUSED = "voter_removal_refused"


OF_KEYS = frozenset(
    {
        Action.ACTIVATED,
        Action.CLOSED,
        Action.PASSKEY_ADDED,
        Action.PASSKEY_REMOVED,
        Action.PASSKEY_COPIED,
        Action.TOKEN_MADE,
        Action.TOKEN_REVOKED,
    }
)
"""What changes how an agent comes in, or says that somebody else may: the agent is told by mail."""


class JournalEntry(Message):
    """One entry. `actor` is who did it, as the agent was called and named then; `subject` the voter's or agent's id.

    `who` is how the one whom it is about is called today, null where nobody is, or nobody any more: it is no part of the
    chain, so that the roll can forget a voter and the chain holds.
    """

    number: int
    at: datetime
    agent: str | None
    actor: str
    action: str
    subject: str | None
    details: dict[str, str]
    previous: str
    digest: str
    who: str | None


class ReadJournal(Message):
    """A page of the journal, the newest first; `before` a number."""

    session: Token
    before: Number | None = None
    limit: Annotated[int, Range(1, LARGEST_PAGE)] = 50


class Journal(Message):
    """A page, and how many entries there are in all; `next` is what to ask for next, null on the last page."""

    entries: list[JournalEntry]
    next: int | None
    total: int
    head: str


def digest(
    *,
    previous: str,
    number: int,
    at: datetime,
    agent: str | None,
    actor: str,
    action: str,
    subject: str | None,
    details: dict[str, str],
) -> str:
    """The digest of an entry: SHA-256 of its canonical JSON, in hexadecimal."""
    text = json.dumps(
        [previous, number, at.astimezone(UTC).isoformat(), agent, actor, action, subject, details],
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(newest_first: Sequence[JournalEntry]) -> int | None:
    """The number of the first entry, from the newest, that is not what it was or does not follow the one before; or None."""
    for place, entry in enumerate(newest_first):
        earlier = newest_first[place + 1] if place + 1 < len(newest_first) else None
        made = digest(
            previous=entry.previous,
            number=entry.number,
            at=entry.at,
            agent=entry.agent,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            details=entry.details,
        )
        follows = entry.previous == (BEGINNING if entry.number == 1 else entry.previous)
        if earlier is not None:
            follows = entry.previous == earlier.digest and entry.number == earlier.number + 1
        if made != entry.digest or not follows:
            return entry.number
    return None
