"""What of the journal belongs in the official record of a vote (R211-571, R211-577): functions instead of names."""

from __future__ import annotations

from datetime import datetime

from services.runtime.contracts.messages import Message

LONGEST = 1000
"""Entries that are listed one by one; more are counted (`omitted`)."""
NO_AGENT = ""
"""The function of whoever was no agent: the server's command line."""


class ListedEntry(Message):
    """An entry that is listed. `function`: the role at the time; `details`: command, election, kind, reason of the board.

    `number` and `digest` are its place in the chain: whoever may read the journal finds the very entry, with its name.
    """

    number: int
    at: datetime
    function: str
    action: str
    details: dict[str, str]
    digest: str


class CountedEntries(Message):
    """How often something was done that is about one voter or one's own session, by function: no entry of it is listed."""

    action: str
    function: str
    count: int


class VoteJournal(Message):
    """The journal since the roll was sealed (`since`), the oldest first; `head` of the whole chain, `total` its entries."""

    since: datetime
    entries: list[ListedEntry]
    omitted: int
    counts: list[CountedEntries]
    total: int
    head: str
