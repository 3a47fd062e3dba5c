"""Asking for a way in (A2, A4, A8).

A request is written down and answered at once; the link is made later, from the row. Known, unknown and impatient
voters so get the same answer after the same work, and nobody learns who is on the roll.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.access import links
from services.identity.contract.entrance.access import Access
from services.identity.contract.identifiers import normalise
from services.identity.contract.limits import FRENCH, LINK_SENT, PASSWORD
from services.identity.letters.requests import LetterSettings
from services.identity.models import AccessCooldown, AccessRequest, Account, Voter
from services.identity.voting_events import holders, voting_events
from services.runtime.storage.upsert import upsert


def request_access(
    session: Session, identifier: str, *, holder_key: str, now: datetime, language: str = FRENCH
) -> Access:
    """Say that a password comes next when the account has one, else write the request down: a link was sent.

    Raises no_voting_event.
    """
    event = voting_events.current_voting_event(session)
    known = normalise(identifier)
    activated = session.scalar(
        select(Account.voter_id)
        .join(Voter, Voter.id == Account.voter_id)
        .where(Voter.voting_event == event.uuid, Voter.identifier == known)
    )
    if activated is not None:
        return Access(next=PASSWORD, sent_since=None, retry_after=0)
    return _write_down(session, event.uuid, known, language, holder_key, now)


def request_password_link(
    session: Session, identifier: str, *, holder_key: str, now: datetime, language: str = FRENCH
) -> Access:
    """Write down that a new password is wanted; an account never activated gets an activation link instead.

    Raises no_voting_event.
    """
    event = voting_events.current_voting_event(session)
    return _write_down(session, event.uuid, normalise(identifier), language, holder_key, now)


def answer_requests(
    session: Session, letters: LetterSettings, *, now: datetime, lifetime: timedelta, limit: int = 50
) -> int:
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
        voter_id = session.scalar(
            select(Voter.id).where(Voter.voting_event == request.voting_event, Voter.identifier == request.identifier)
        )
        if voter_id is not None:
            links.send(session, letters, voter_id, now=now, lifetime=lifetime, language=request.language)
        session.delete(request)
        session.flush()
    return len(requests)


def forget_cooldowns(session: Session, now: datetime) -> None:
    """Delete the cooldowns that are over."""
    session.execute(delete(AccessCooldown).where(AccessCooldown.asked_at <= now - links.COOLDOWN))


def end_cooldown(session: Session, tag: str) -> None:
    """Let another link be asked for: the message that was on its way has served."""
    session.execute(delete(AccessCooldown).where(AccessCooldown.tag == tag))


def _write_down(
    session: Session, voting_event: str, identifier: str, language: str, holder_key: str, now: datetime
) -> Access:
    tag = holders.identifier_tag(holder_key, voting_event, identifier)
    over = now - links.COOLDOWN
    statement = upsert(session, AccessCooldown).values(tag=tag, asked_at=now)
    # One statement both asks and answers: of two simultaneous requests one is the first.
    begun = session.execute(
        statement.on_conflict_do_update(
            index_elements=["tag"], set_={"asked_at": now}, where=AccessCooldown.asked_at <= over
        ).returning(AccessCooldown.asked_at)
    ).scalar_one_or_none()
    if begun is None:
        since = session.execute(select(AccessCooldown.asked_at).where(AccessCooldown.tag == tag)).scalar_one()
        left = (since + links.COOLDOWN - now).total_seconds()
        return Access(next=LINK_SENT, sent_since=since, retry_after=max(1, int(-(-left // 1))))
    # Nothing longer can be on the roll, and the table is not to be filled by strangers with long texts.
    session.add(
        AccessRequest(
            id=str(uuid.uuid4()),
            voting_event=voting_event,
            identifier=identifier[:254],
            language=language,
            requested_at=now,
        )
    )
    session.flush()
    return Access(next=LINK_SENT, sent_since=None, retry_after=int(links.COOLDOWN.total_seconds()))
