"""Places of a roll: how assignments begin. A ministry writes them from the large to the small, or the establishment alone.

A place is compared as the roll writes it, up to the end of a word: « Académie de Lyon » is not « Académie de Lyonnesse ».
What the roll writes in two ways is two places, and a cell may have both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.identity.models import Election, Voter
from services.identity.roll import search
from services.identity.voting_events import voting_events

ENDS = (" ", ",", ";", ":", "/", "(", "\u00a0")
"""What may follow a place within an assignment."""


def within(place: str, voter: type[Voter] = Voter) -> ColumnElement[bool]:
    """Whether a voter is of a place, as a condition on `voter`: the table, or an alias of it."""
    begins = (voter.assignment.startswith(place + end, autoescape=True) for end in ENDS)
    return or_(voter.assignment == place, *begins)


def within_any(places: Sequence[str], voter: type[Voter] = Voter) -> ColumnElement[bool]:
    """Whether a voter is of one of these places."""
    return or_(*(within(place, voter) for place in places))


def unknown_place(session: Session, places: Iterable[str]) -> str | None:
    """The first place that no voter of the current voting event is of; None where all are found.

    The roll's own index of words leads to them. Raises no_voting_event, where there are places.
    """
    elections: Sequence[str] | None = None
    for place in places:
        if elections is None:
            event = voting_events.current_voting_event(session)
            chosen = select(Election.uuid).where(Election.voting_event == event.uuid).order_by(Election.position)
            elections = session.scalars(chosen).all()
        if not any(found_in(session, election, place) for election in elections):
            return place
    return None


def found_in(session: Session, election: str, place: str) -> bool:
    """Whether somebody of a place may vote in an election."""
    words = search.words(place)[: search.MOST_WORDS]
    return bool(words and search.matching(session, election, words, 1, within(place)))
