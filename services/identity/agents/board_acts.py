"""What two members of the board decide together: asked by one, agreed to by another; one of them presides, or is secretary.

Identity knows who they are and the urn does what they decide: the decision is an event, written in its transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from services.identity.agents import four_eyes
from services.identity.contract import board as contract
from services.identity.contract.events import BoardAct, BoardDecided
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.rights import Role
from services.identity.contract.staff.support import APPROVED, WAITING
from services.identity.models import Agent, Election, FourEyes
from services.runtime.bus import outbox
from services.runtime.integrity import admissions, checks

PRESIDING = frozenset({Role.PRESIDENT, Role.SECRETARY})
KINDS = tuple(act.value for act in BoardAct)


def ask(
    session: Session,
    agent: Agent,
    *,
    election: str,
    act: str,
    reason: str,
    now: datetime,
    changes: Sequence[str] = (),
) -> int:
    """Ask for an act, and return its number; `changes`: digests of what is to be admitted, where that is the act.

    Raises election_unknown (also for one that the agent is not named for), approval_waiting.
    """
    _require(session, agent, election)
    if any(one.act == act for one in waiting(session, agent, election, now).acts):
        raise refuse(Code.APPROVAL_WAITING)
    payload = {"election": election} | ({"changes": " ".join(changes)} if changes else {})
    return four_eyes.ask(session, agent, kind=act, voter_id=None, payload=payload, reason=reason, now=now)


def waiting(session: Session, agent: Agent, election: str, now: datetime) -> contract.WaitingActs:
    """What waits on an election. Raises election_unknown."""
    _require(session, agent, election)
    rows = session.execute(
        select(FourEyes, Agent)
        .join(Agent, Agent.id == FourEyes.asked_by)
        .where(FourEyes.kind.in_(KINDS), FourEyes.state == WAITING, FourEyes.expires_at > now)
        .order_by(FourEyes.number)
    )
    return contract.WaitingActs(
        acts=[
            contract.WaitingAct(
                number=request.number,
                act=request.kind,
                reason=request.reason,
                asked_by=asker.name,
                role=asker.role,
                own=asker.id == agent.id,
                asked_at=request.asked_at,
                expires_at=request.expires_at,
                changes=_changes(request),
            )
            for request, asker in rows
            if four_eyes.payload(request)["election"] == election
        ]
    )


def decide(session: Session, agent: Agent, number: int, *, approve: bool, now: datetime) -> None:
    """Agree or refuse; what is agreed to is told to the urn.

    Raises approval_unknown, approval_own, approval_presides, election_unknown.
    """
    request = four_eyes.decide(session, agent, number, kinds=KINDS, approve=approve, now=now)
    election = str(four_eyes.payload(request)["election"])
    _require(session, agent, election)
    if not approve:
        return
    asker = session.get_one(Agent, request.asked_by)
    if not PRESIDING & {asker.role, agent.role}:
        raise refuse(Code.APPROVAL_PRESIDES)
    told = BoardDecided(
        election=election,
        act=BoardAct(request.kind),
        reason=request.reason,
        members=[asker.name, agent.name],
        changes=_changes(request),
    )
    if told.act == BoardAct.ADMIT:
        event = session.get_one(Election, election).voting_event
        admissions.keep(session, event, told.changes, told.reason, told.members, now)
        checks.ask(session, event)
    outbox.publish(session, "identity", told)


def decided(session: Session, election: str, *, named: bool) -> contract.Decisions:
    """What two members have decided about an election, the oldest first.

    Args:
        session: to read with.
        election: the one; nothing was decided about one that nobody knows.
        named: whether the names are told, and not the roles alone.
    """
    asker, agreer = aliased(Agent), aliased(Agent)
    rows = session.execute(
        select(FourEyes, asker, agreer)
        .join(asker, asker.id == FourEyes.asked_by)
        .join(agreer, agreer.id == FourEyes.decided_by)
        .where(FourEyes.kind.in_(KINDS), FourEyes.state == APPROVED)
        .order_by(FourEyes.decided_at, FourEyes.number)
    )
    return contract.Decisions(
        decisions=[
            contract.Decision(
                act=request.kind,
                reason=request.reason,
                asked=_member(first, request.asked_at, named),
                agreed=_member(second, request.decided_at or request.asked_at, named),
            )
            for request, first, second in rows
            if four_eyes.payload(request)["election"] == election
        ]
    )


def _member(agent: Agent, at: datetime, named: bool) -> contract.DecidingMember:
    return contract.DecidingMember(role=agent.role, at=at, name=agent.name if named else None)


def _changes(request: FourEyes) -> list[str]:
    return str(four_eyes.payload(request).get("changes", "")).split()


def _require(session: Session, agent: Agent, election: str) -> None:
    named = agent.elections.split()
    known = session.scalar(select(func.count()).select_from(Election).where(Election.uuid == election))
    if not known or (named and election not in named):
        raise refuse(Code.ELECTION_UNKNOWN)
