"""Four eyes: what one agent asks for and another one has to agree to, before anything is done.

The mechanism knows nothing of what is done: whoever asks gives a kind and what it needs, whoever decides has it done in the
same transaction by the kind's own function.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.identity.agents import journal
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.journal import Action
from services.identity.contract.staff.support import APPROVED, REFUSED, WAITING
from services.identity.models import Agent, FourEyes

LIFETIME = timedelta(days=2)
"""How long a request waits: what nobody has looked at until then was not urgent, and may be true no more."""


def ask(
    session: Session,
    agent: Agent,
    *,
    kind: str,
    voter_id: str | None,
    payload: dict[str, str],
    reason: str,
    now: datetime,
) -> int:
    """Write down what is asked for, and return its number.

    The caller holds the lock of the voter's row, where it is about a voter. Raises approval_waiting where the same is asked
    for already; about no voter, the caller knows what is the same.
    """
    open_ones = select(FourEyes.number).where(
        FourEyes.kind == kind, FourEyes.voter_id == voter_id, FourEyes.state == WAITING, FourEyes.expires_at > now
    )
    if voter_id is not None and session.scalar(open_ones) is not None:
        raise refuse(Code.APPROVAL_WAITING)
    request = FourEyes(
        kind=kind,
        voter_id=voter_id,
        payload=json.dumps(payload, ensure_ascii=False),
        reason=reason,
        state=WAITING,
        asked_by=agent.id,
        asked_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(request)
    session.flush()
    journal.append(
        session,
        agent,
        Action.ASKED,
        now,
        subject=voter_id,
        kind=kind,
        request=str(request.number),
        reason=reason,
        **_told(payload),
    )
    return request.number


def _told(payload: dict[str, str]) -> dict[str, str]:
    """Of what was given, what the journal tells: the election that it is about."""
    return {name: value for name, value in payload.items() if name == "election"}


def decide(
    session: Session, agent: Agent, number: int, *, kinds: Collection[str], approve: bool, now: datetime
) -> FourEyes:
    """Note a decision and return the request; what was approved is for the caller to do, in this transaction.

    Raises approval_unknown (also for one that is decided, too old or of another kind), approval_own: whoever asked does not
    decide.
    """
    request = session.scalar(
        select(FourEyes)
        .where(
            FourEyes.number == number,
            FourEyes.kind.in_(kinds),
            FourEyes.state == WAITING,
            FourEyes.expires_at > now,
        )
        .with_for_update()
    )
    if request is None:
        raise refuse(Code.APPROVAL_UNKNOWN)
    if request.asked_by == agent.id:
        raise refuse(Code.APPROVAL_OWN)
    request.state, request.decided_by, request.decided_at = (APPROVED if approve else REFUSED), agent.id, now
    journal.append(
        session,
        agent,
        Action.APPROVED if approve else Action.REFUSED,
        now,
        subject=request.voter_id,
        kind=request.kind,
        request=str(number),
        **_told(payload(request)),
    )
    session.flush()
    return request


def payload(request: FourEyes) -> dict[str, Any]:
    """What was given when it was asked for."""
    found: dict[str, Any] = json.loads(request.payload)
    return found


def strip_decided(session: Session, now: datetime) -> None:
    """Erase the sealed contacts of what was decided, or was never decided in time: nobody needs them any more."""
    over = (FourEyes.state != WAITING) | (FourEyes.expires_at <= now)
    for request in session.scalars(select(FourEyes).where(over, FourEyes.payload.like('%"sealed"%'))):
        kept = {name: value for name, value in payload(request).items() if name != "sealed"}
        session.execute(
            update(FourEyes)
            .where(FourEyes.number == request.number)
            .values(payload=json.dumps(kept, ensure_ascii=False))
        )
