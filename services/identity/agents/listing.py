"""Agents as other agents see them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.contract.staff import agents as contract
from services.identity.contract.staff.agents import ACTIVE, CLOSED, INVITED
from services.identity.contract.staff.rights import BOARD
from services.identity.models import Agent


def listed(session: Session) -> contract.Agents:
    """All agents by name, closed ones last."""
    rows = session.scalars(select(Agent).order_by(Agent.closed_at.is_not(None), Agent.name, Agent.id))
    return contract.Agents(agents=[described(row) for row in rows])


def board(session: Session) -> contract.Agents:
    """The members of the board whose accounts are open, by name."""
    rows = session.scalars(
        select(Agent).where(Agent.closed_at.is_(None), Agent.role.in_(sorted(BOARD))).order_by(Agent.name, Agent.id)
    )
    return contract.Agents(agents=[described(row) for row in rows])


def described(agent: Agent) -> contract.Agent:
    """An agent as others see one."""
    state = INVITED if agent.password_hash is None else ACTIVE
    return contract.Agent(
        agent=agent.id,
        email=agent.email,
        name=agent.name,
        role=agent.role,
        elections=agent.elections.split(),
        state=CLOSED if agent.closed_at is not None else state,
        last_log_in=agent.last_log_in_at,
        places=agent.places.splitlines(),
    )
