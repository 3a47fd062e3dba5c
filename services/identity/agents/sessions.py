"""Sessions of agents: ended by idleness, at the latest at their absolute end; and what an agent may do in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.agents import journal
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.journal import Action
from services.identity.contract.staff.rights import Right, may
from services.identity.models import Agent, AgentSession
from services.runtime.storage.database import Database

PRECISION = timedelta(minutes=1)


@dataclass(frozen=True)
class Opened:
    """An open session of an agent, until when as it stands, and until when at the latest."""

    id: str
    agent: Agent
    expires_at: datetime
    ends_at: datetime


def find(session: Session, token: str, *, now: datetime, idle: timedelta) -> Opened:
    """Return the open session of `token` and note nothing. Raises agent_session_expired."""
    found = session.execute(
        select(AgentSession, Agent)
        .join(Agent, Agent.id == AgentSession.agent_id)
        .where(AgentSession.token_hash == tokens.digest(token), Agent.closed_at.is_(None))
    ).one_or_none()
    if found is None or found[0].last_seen_at + idle <= now or found[0].ends_at <= now:
        raise refuse(Code.AGENT_SESSION_EXPIRED)
    opened, agent = found
    return Opened(opened.id, agent, min(opened.last_seen_at + idle, opened.ends_at), opened.ends_at)


def resume(database: Database, token: str, *, now: datetime, idle: timedelta) -> None:
    """Note that somebody is there, once a minute. Raises agent_session_expired."""
    with database.reading() as session:
        opened = find(session, token, now=now, idle=idle)
    if now + idle - opened.expires_at >= PRECISION and opened.expires_at < opened.ends_at:
        with database.transaction() as session:
            session.execute(update(AgentSession).where(AgentSession.id == opened.id).values(last_seen_at=now))


def require(session: Session, token: str, right: Right, *, now: datetime, idle: timedelta) -> Agent:
    """Return the agent of a session who has the right. Raises agent_session_expired, right_missing."""
    agent = find(session, token, now=now, idle=idle).agent
    if not may(agent.role, right):
        raise refuse(Code.RIGHT_MISSING)
    return agent


def close(session: Session, token: str, now: datetime) -> None:
    """End the session of `token`, if there is one."""
    found = session.execute(
        select(AgentSession, Agent)
        .join(Agent, Agent.id == AgentSession.agent_id)
        .where(AgentSession.token_hash == tokens.digest(token))
    ).one_or_none()
    if found is not None:
        session.delete(found[0])
        journal.append(session, found[1], Action.LOGGED_OUT, now)


def forget_ended(session: Session, now: datetime, idle: timedelta) -> None:
    """Delete the sessions that are over."""
    over = or_(AgentSession.ends_at <= now, AgentSession.last_seen_at <= now - idle)
    session.execute(delete(AgentSession).where(over))
