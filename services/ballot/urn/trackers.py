"""The public list of trackers (C6): what a voter looks his ballot up in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.ballot.contract.ballots import Tracker, TrackerPage
from services.ballot.elections.elections import found
from services.ballot.models import Ballot
from services.ballot.urn import chain


def height_of(session: Session, uuid: str, tracker: str) -> int | None:
    """The height of the ballot with that tracker, by its unique index; None where there is none.

    Raises Refusal election_unknown.
    """
    found(session, uuid)
    return session.scalar(select(Ballot.height).where(Ballot.election == uuid, Ballot.tracker == tracker))


def page_of(session: Session, uuid: str, after: int, limit: int) -> TrackerPage:
    """The trackers whose events are higher than ``after``, at most ``limit``. Raises Refusal election_unknown."""
    found(session, uuid)
    rows = session.execute(
        select(Ballot.height, Ballot.tracker)
        .where(Ballot.election == uuid, Ballot.height > after)
        .order_by(Ballot.height)
        .limit(limit + 1)
    ).all()
    trackers = [Tracker(height=row.height, tracker=row.tracker) for row in rows[:limit]]
    return TrackerPage(
        trackers=trackers,
        next=trackers[-1].height if len(rows) > limit else None,
        total=chain.ballot_count(session, uuid),
    )
