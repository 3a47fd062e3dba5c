"""Asking for a way in (A2, A4, A8).

A request is written down and answered at once; the link is made later, from the row. Known, unknown and impatient
voters so get the same answer in the same time, and nobody learns who is on the roll.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity import links, voting_events
from services.identity.identifiers import normalise
from services.identity.messages import MailRoom
from services.identity.models import AccessRequest, Account, Voter


def request_access(session: Session, identifier: str, now: datetime) -> str:
    """Return "password" when the account has one, else write the request down and return "link_sent".

    Raises no_voting_event.
    """
    event = voting_events.current(session)
    known = normalise(identifier)
    activated = session.scalar(
        select(Account.voter_id)
        .join(Voter, Voter.id == Account.voter_id)
        .where(Voter.voting_event == event.uuid, Voter.identifier == known)
    )
    if activated is not None:
        return "password"
    _write_down(session, event.uuid, known, now)
    return "link_sent"


def request_password_link(session: Session, identifier: str, now: datetime) -> None:
    """Write down that a new password is wanted; an account never activated gets an activation link instead.

    Raises no_voting_event.
    """
    _write_down(session, voting_events.current(session).uuid, normalise(identifier), now)


def answer_requests(session: Session, room: MailRoom, *, now: datetime, lifetime: timedelta, limit: int = 50) -> int:
    """Send the links of the oldest requests and forget them; return how many requests were dealt with."""
    requests = list(
        session.scalars(
            select(AccessRequest)
            .order_by(AccessRequest.requested_at, AccessRequest.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    for request in requests:
        found = session.execute(
            select(Voter.id, Account.voter_id)
            .outerjoin(Account, Account.voter_id == Voter.id)
            .where(Voter.voting_event == request.voting_event, Voter.identifier == request.identifier)
        ).one_or_none()
        if found is not None:
            purpose = links.PASSWORD if found[1] is not None else links.ACTIVATION
            links.send(session, room, found[0], purpose, now=now, lifetime=lifetime)
        session.delete(request)
        session.flush()
    return len(requests)


def _write_down(session: Session, voting_event: str, identifier: str, now: datetime) -> None:
    # Nothing longer can be on the roll, and the table is not to be filled by strangers with long texts.
    session.add(
        AccessRequest(id=str(uuid.uuid4()), voting_event=voting_event, identifier=identifier[:254], requested_at=now)
    )
    session.flush()
