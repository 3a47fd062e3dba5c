"""What waits for a second agent of the cell, and what a decision has done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.agents import four_eyes
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.support import CORRECTION, KINDS, WAITING, Approval, Approvals
from services.identity.models import Agent, FourEyes, Voter
from services.identity.reissue.requests import Terms
from services.identity.support import assisted_reissue, corrections, territory

MOST_SHOWN = 100


def waiting(session: Session, agent: Agent, now: datetime, voter_id: str | None = None) -> Approvals:
    """What waits in the agent's territory, the oldest first; of one voter, or of all."""
    of_voter = [FourEyes.voter_id == voter_id] if voter_id is not None else []
    rows = session.execute(
        select(FourEyes, Voter, Agent.name)
        .join(Voter, Voter.id == FourEyes.voter_id)
        .join(Agent, Agent.id == FourEyes.asked_by)
        .where(
            FourEyes.kind.in_(KINDS),
            FourEyes.state == WAITING,
            FourEyes.expires_at > now,
            territory.holds(agent, FourEyes.voter_id),
            *of_voter,
        )
        .order_by(FourEyes.number)
        .limit(MOST_SHOWN)
    )
    return Approvals(approvals=[_described(agent, request, voter, name) for request, voter, name in rows])


def count(session: Session, agent: Agent, now: datetime) -> int:
    """How many wait for this very agent: others' alone."""
    chosen = select(func.count()).select_from(FourEyes)
    mine = (FourEyes.kind.in_(KINDS), FourEyes.asked_by != agent.id, territory.holds(agent, FourEyes.voter_id))
    return session.scalar(chosen.where(FourEyes.state == WAITING, FourEyes.expires_at > now, *mine)) or 0


def decide(
    session: Session, terms: Terms, agent: Agent, number: int, *, approve: bool, now: datetime, lifetime: timedelta
) -> None:
    """Decide, and do what was approved. Raises approval_unknown, approval_own, voter_unknown, and the refusals of the act.

    Where the act is refused, nothing is decided either.
    """
    request = four_eyes.decide(session, agent, number, kinds=KINDS, approve=approve, now=now)
    if request.voter_id is None:
        raise refuse(Code.APPROVAL_UNKNOWN)
    territory.require_voter(session, agent, str(request.voter_id))
    if not approve:
        return
    if request.kind == CORRECTION:
        corrections.apply(session, terms.letters, request, now=now, lifetime=lifetime)
    else:
        assisted_reissue.apply(session, terms, request, now=now)


def _described(agent: Agent, request: FourEyes, voter: Voter, asked_by: str) -> Approval:
    asked = four_eyes.payload(request)
    proposed: Sequence[str] = (asked.get("email", ""), asked.get("masked", ""))
    return Approval(
        number=request.number,
        kind=request.kind,
        voter=request.voter_id,
        who=f"{voter.first_name} {voter.surname}",
        identifier=voter.identifier,
        proposed=next((one for one in proposed if one), ""),
        reason=request.reason,
        asked_by=asked_by,
        own=request.asked_by == agent.id,
        asked_at=request.asked_at,
        expires_at=request.expires_at,
    )
