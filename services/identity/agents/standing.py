"""What an agent's pages are told on each request: who, which rights, until when, and what waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.identity.agents import listing
from services.identity.agents.sessions import Opened
from services.identity.contract.staff import agents as contract
from services.identity.contract.staff.rights import RIGHTS, Right, Role, may
from services.identity.support import approvals, queues


def described(session: Session, opened: Opened, now: datetime) -> contract.AgentSession:
    """Describe an open session."""
    agent = opened.agent
    answers, approves = may(agent.role, Right.ANSWER_REQUESTS), may(agent.role, Right.APPROVE)
    claims, requests = queues.counts(session, agent) if answers else (0, 0)
    return contract.AgentSession(
        agent=listing.described(opened.agent),
        rights=sorted(RIGHTS[Role(opened.agent.role)]),
        expires_at=opened.expires_at,
        ends_at=opened.ends_at,
        waiting=approvals.count(session, agent, now) if approves else 0,
        requests=requests,
        claims=claims,
    )
