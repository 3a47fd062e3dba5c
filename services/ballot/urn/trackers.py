"""The public list of trackers (C6): what a voter looks his ballot up in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.ballot.contract.ballots import Tracker, TrackerFound, TrackerPage
from services.ballot.elections.elections import found
from services.ballot.models import Ballot
from services.ballot.urn import chain


def find(session: Session, uuid: str, tracker: str) -> TrackerFound:
    """Where the ballot with that tracker is, by its unique index, and whether a later one replaces it.

    The chain says no less to anybody: both ballots bear one credential. Raises Refusal election_unknown.
    """
    found(session, uuid)
    ballot = session.scalars(select(Ballot).where(Ballot.election == uuid, Ballot.tracker == tracker)).one_or_none()
    if ballot is None:
        return TrackerFound(height=None)
    later = select(Ballot.height).where(
        Ballot.election == uuid, Ballot.holder == ballot.holder, Ballot.replaces == ballot.height
    )
    return TrackerFound(height=ballot.height, replaced=session.scalar(later) is not None)


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
