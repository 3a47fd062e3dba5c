"""The part of the journal that goes into the official record of a vote.

Listed are acts on the voting system, from the sealing of the roll on: commands of operators, decisions of the board, rights
given and taken. The law asks who intervened as a function (R211-571), so no name is told. What was done for a voter, and
coming and going, is counted: the entries are about persons, and the record is public.
"""

from __future__ import annotations

import json
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.agents.board_acts import KINDS
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.journal import Action
from services.identity.contract.staff.vote_journal import LONGEST, NO_AGENT, CountedEntries, ListedEntry, VoteJournal
from services.identity.models import JournalEntry, JournalHead, VotingEvent

RIGHTS_GIVEN = {Action.INVITED, Action.FIRST_INVITED, Action.CLOSED}
OF_TWO = {Action.ASKED, Action.APPROVED, Action.REFUSED}
FOR_VOTERS = {"answer-claim", "answer-assistance"}
"""Commands that answer one voter."""
SHOWN = ("command", "election", "kind", "reason", "request")


def of_vote(session: Session, voting_event: str) -> VoteJournal:
    """Return what the record has of the journal. Raises voting_event_unknown."""
    event = session.get(VotingEvent, voting_event)
    if event is None:
        raise refuse(Code.VOTING_EVENT_UNKNOWN)
    since = event.roll_sealed_at or event.opens_at
    head = session.get_one(JournalHead, 1)
    entries: list[ListedEntry] = []
    omitted = 0
    counted: Counter[tuple[str, str]] = Counter()
    rows = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.at >= since, JournalEntry.number <= head.number)
        .order_by(JournalEntry.number)
        .execution_options(yield_per=500)
    )
    for row in rows:
        details: dict[str, str] = json.loads(row.details)
        function = details.get("as", NO_AGENT)
        if not _listed(row.action, details):
            counted[row.action, function] += 1
        elif len(entries) == LONGEST:
            omitted += 1
        else:
            entries.append(
                ListedEntry(
                    number=row.number,
                    at=row.at,
                    function=function,
                    action=row.action,
                    details={name: details[name] for name in SHOWN if name in details},
                    digest=row.digest,
                )
            )
    return VoteJournal(
        since=since,
        entries=entries,
        omitted=omitted,
        counts=[
            CountedEntries(action=action, function=function, count=count)
            for (action, function), count in sorted(counted.items())
        ],
        total=head.number,
        head=head.digest,
    )


def _listed(action: str, details: dict[str, str]) -> bool:
    if action == Action.COMMAND:
        return details.get("command") not in FOR_VOTERS
    if action in OF_TWO:
        return details.get("kind") in KINDS
    return action in RIGHTS_GIVEN
