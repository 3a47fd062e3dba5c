"""Paper notices that were not handed over (D2): who has no code in hand is told at once how to have one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.identity.contract.event.notices import UndeliveredNotice, UndeliveredNotices
from services.identity.contract.identifiers import normalise
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.reissue import ISSUED
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import PollBookEntry, ReissueRequest, Voter
from services.identity.models import UndeliveredNotice as Row
from services.identity.voting_events import descriptions, voting_events

TEMPLATE = "notice_undelivered"


def record(session: Session, letters: LetterSettings, *, identifier: str, reason: str, now: datetime) -> bool:
    """Record that a voter's notice was not handed over, and write to the voter; the last reason told stands.

    Returns:
        Whether it was not recorded before: one letter is enough.

    Raises:
        Refusal: no_voting_event, identifier_unknown.
    """
    event = voting_events.current_voting_event(session)
    voter = session.scalar(
        select(Voter)
        .where(Voter.voting_event == event.uuid, Voter.identifier == normalise(identifier))
        # Locked, so that of two records at once one is the first.
        .with_for_update()
    )
    if voter is None:
        raise refuse(Code.IDENTIFIER_UNKNOWN)
    known = session.scalar(select(Row).where(Row.voter_id == voter.id))
    if known is not None:
        known.reason = reason
        session.flush()
        return False
    session.add(Row(voter_id=voter.id, reason=reason, recorded_at=now))
    session.flush()
    request_email(session, letters, voter, template=TEMPLATE, values={}, expires_at=None)
    return True


def page(session: Session, *, after: int | None, limit: int) -> UndeliveredNotices:
    """Return a page of them, the oldest first, with what their voters have done since."""
    reissues = (
        select(func.count())
        .where(ReissueRequest.voter_id == Row.voter_id, ReissueRequest.state == ISSUED)
        .scalar_subquery()
    )
    voted = exists().where(PollBookEntry.voter_id == Row.voter_id)
    rows = session.execute(
        select(Row, Voter, reissues, voted)
        .join(Voter, Voter.id == Row.voter_id)
        .where(Row.number > (after or 0))
        .order_by(Row.number)
        .limit(limit + 1)
    ).all()
    found = [
        UndeliveredNotice(
            number=row.number,
            voter=descriptions.person(voter),
            reason=row.reason,
            recorded_at=row.recorded_at,
            reissues=count,
            voted=signed,
        )
        for row, voter, count, signed in rows[:limit]
    ]
    return UndeliveredNotices(notices=found, next=found[-1].number if len(rows) > limit else None)
