"""Searching the electoral roll (B3): by the beginnings of words, without accents, showing only what may be shown.

A search costs about the same on a roll of a hundred voters and of a million: the roll is paged by an index, words are
found by another (PostgreSQL), and more than MOST_FOUND voters are not sorted but told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, cast, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from services.identity.contract.event.roll import RollEntry, RollPage
from services.identity.contract.event.wording import without_accents
from services.identity.contract.refusals import Code, refuse
from services.identity.models import WORDS_BY_ELECTION, Election, Entitlement, Voter
from services.identity.voting_events import voting_events

MOST_WORDS = 8
LONGEST_WORD = 100
"""Of a question, in characters: what follows is not compared."""
LONGEST_TEXT = 500
"""What is kept of a voter's words, in characters: entries of PostgreSQL's indexes have some 2,000 bytes at most."""
MOST_FOUND = 5000


def words(text: str) -> list[str]:
    """Return the words of `text` as they are compared: letters and digits only, without accents."""
    folded = without_accents(text)
    return "".join(char if char.isalnum() else " " for char in folded).split()


def searchable(surname: str, first_name: str, assignment: str) -> str:
    """Return what a search of the roll looks in; it begins with the surname, so that it sorts the roll too."""
    return f" {' '.join(word for part in (surname, first_name, assignment) for word in words(part))}"[:LONGEST_TEXT]


def search_roll(
    session: Session, *, voter_id: str, election: str, query: str, after: str | None, limit: int, now: datetime
) -> RollPage:
    """Return a page of the roll of an election.

    Each word of `query` begins a word of the surname, first name or assignment; an empty query finds everybody.
    `after` is the `next` of the page before. A query that finds more than MOST_FOUND is to be made narrower: no
    voters, and a `total` of None. Raises not_entitled when the election is not the voter's,
    not_available_yet {available_at}.
    """
    entitled = session.execute(
        select(Voter.voting_event, Election.voters)
        .join(Entitlement, Entitlement.voter_id == Voter.id)
        .join(Election, Election.uuid == Entitlement.election)
        .where(Voter.id == voter_id, Entitlement.election == election)
    ).one_or_none()
    if entitled is None:
        raise refuse(Code.NOT_ENTITLED)
    voting_events.require_available(session, entitled.voting_event, "roll", now)
    start = int(after) if after else 0
    searched = [word[:LONGEST_WORD] for word in words(query)[:MOST_WORDS]]
    if searched:
        found = [voter for _, voter in matching(session, election, searched, MOST_FOUND + 1)]
        if len(found) > MOST_FOUND:
            return RollPage(voters=[], next=None, total=None)
        total, page = len(found), found[start : start + limit]
    else:
        total, page = entitled.voters, _everybody(session, election, start, limit)
    end = start + len(page)
    following = str(end) if page and end < total else None
    return RollPage(voters=_shown(session, page), next=following, total=total)


def _everybody(session: Session, election: str, start: int, limit: int) -> list[str]:
    by_name = (Entitlement.search_text, Entitlement.voter_id)
    of_election = select(Entitlement.voter_id).where(Entitlement.election == election)
    return list(session.scalars(of_election.order_by(*by_name).offset(start).limit(limit)))


def matching(
    session: Session, election: str, searched: Sequence[str], most: int, of: ColumnElement[bool] | None = None
) -> list[tuple[str, str]]:
    """Return the voters of an election whom all the words find, by name, each with the text that was looked in.

    Where they are more than `most`, some of them. `of`: a condition on Voter besides; the words lead to few whom it refuses.
    """
    matches = _indexed if session.get_bind().dialect.name == "postgresql" else _compared
    found = select(Entitlement.search_text, Entitlement.voter_id).where(*matches(election, searched))
    if of is not None:
        found = found.join(Voter, Voter.id == Entitlement.voter_id).where(of)
    return sorted((text, voter_id) for text, voter_id in session.execute(found.limit(most)))


def _indexed(election: str, searched: Sequence[str]) -> list[ColumnElement[bool]]:
    # Words hold letters and digits only, nothing that a tsquery would read; elections come from the entitlement.
    wanted = " & ".join(f"'{election}{word}':*" for word in searched)
    return [literal_column(WORDS_BY_ELECTION).op("@@")(cast(wanted, TSQUERY))]


def _compared(election: str, searched: Sequence[str]) -> list[ColumnElement[bool]]:
    # Nor is anything in them a wildcard of LIKE.
    return [Entitlement.election == election, *(Entitlement.search_text.like(f"% {word}%") for word in searched)]


def _shown(session: Session, page: list[str]) -> list[RollEntry]:
    """What may be shown of these voters, in their order."""
    columns = select(Voter.id, Voter.surname, Voter.first_name, Voter.assignment).where(Voter.id.in_(page))
    by_id = {row.id: row for row in session.execute(columns)}
    return [
        RollEntry(surname=row.surname, first_name=row.first_name, assignment=row.assignment)
        for row in (by_id[identifier] for identifier in page)
    ]
