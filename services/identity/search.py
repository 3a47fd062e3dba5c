"""Searching the electoral roll (B3): by the beginnings of words, without accents, showing only what may be shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.identity import voting_events
from services.identity.errors import Code, refuse
from services.identity.models import Entitlement, Voter
from services.identity.wording import without_accents

MOST_WORDS = 8


def words(text: str) -> list[str]:
    """Return the words of `text` as they are compared: letters and digits only, without accents."""
    folded = without_accents(text)
    return "".join(char if char.isalnum() else " " for char in folded).split()


def searchable(surname: str, first_name: str, assignment: str) -> str:
    """Return what a search of the roll looks in; it begins with the surname, so that it sorts the roll too."""
    return f" {' '.join(word for part in (surname, first_name, assignment) for word in words(part))}"


def search_roll(
    session: Session, *, voter_id: str, election: str, query: str, after: str | None, limit: int, now: datetime
) -> dict[str, object]:
    """Return {voters: [{surname, first_name, assignment}], next, total} of the roll of an election.

    Each word of `query` begins a word of the surname, first name or assignment; an empty query finds everybody.
    `after` is the `next` of the page before. Raises not_entitled when the election is not the voter's,
    not_available_yet {available_at}.
    """
    entitled = session.scalar(
        select(Voter.voting_event)
        .join(Entitlement, Entitlement.voter_id == Voter.id)
        .where(Voter.id == voter_id, Entitlement.election == election)
    )
    if entitled is None:
        raise refuse(Code.NOT_ENTITLED)
    voting_events.require_available(session, entitled, "roll", now)
    found = _found(election, query)
    total = session.scalar(select(func.count()).select_from(Voter).join(Entitlement).where(*found)) or 0
    start = int(after) if after else 0
    rows = session.execute(
        select(Voter.surname, Voter.first_name, Voter.assignment)
        .join(Entitlement, Entitlement.voter_id == Voter.id)
        .where(*found)
        .order_by(Voter.search_text, Voter.id)
        .offset(start)
        .limit(limit)
    ).all()
    end = start + len(rows)
    return {
        "voters": [{"surname": row[0], "first_name": row[1], "assignment": row[2]} for row in rows],
        "next": str(end) if rows and end < total else None,
        "total": total,
    }


def _found(election: str, query: str) -> list[ColumnElement[bool]]:
    # Words hold letters and digits only: nothing in them is a wildcard of LIKE.
    searched = words(query)[:MOST_WORDS]
    return [Entitlement.election == election, *(Voter.search_text.like(f"% {word}%") for word in searched)]
