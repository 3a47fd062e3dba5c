"""The public list of trackers (C6): what a voter looks his ballot up in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.ballot.elections.elections import found
from services.ballot.models import Ballot
from services.ballot.urn import chain


@dataclass(frozen=True)
class Tracker:
    """A ballot's tracker and the height of its event."""

    height: int
    tracker: str


@dataclass(frozen=True)
class TrackerPage:
    """A page of trackers in the order of the chain; ``next`` is the ``after`` of the next page, None at the end."""

    trackers: list[Tracker]
    next: int | None
    total: int


def page_of(session: Session, uuid: str, after: int, limit: int) -> TrackerPage:
    """The trackers whose events are higher than ``after``, at most ``limit``. Raises Refusal election_unknown."""
    found(session, uuid)
    rows = session.execute(
        select(Ballot.height, Ballot.tracker)
        .where(Ballot.election == uuid, Ballot.height > after)
        .order_by(Ballot.height)
        .limit(limit + 1)
    ).all()
    trackers = [Tracker(row.height, row.tracker) for row in rows[:limit]]
    return TrackerPage(
        trackers=trackers,
        next=trackers[-1].height if len(rows) > limit else None,
        total=chain.ballot_count(session, uuid),
    )
