"""Personal tokens for the operator API: hashed, scoped by rights, expiring, revocable."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.agents import journal
from services.identity.contract import agents as contract
from services.identity.contract.agents import MOST_TOKENS, TOKEN_PREFIX
from services.identity.contract.journal import Action
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.rights import Right, may
from services.identity.models import Agent, AgentToken

HINT = len(TOKEN_PREFIX) + 6


def make(
    session: Session, agent: Agent, *, name: str, rights: Iterable[str], days: int, now: datetime
) -> contract.TokenMade:
    """Make a token of an agent's own. Raises right_missing for a right that he has not, too_many_tokens {most}."""
    wanted = sorted(set(rights))
    if not all(may(agent.role, Right(right)) for right in wanted):
        raise refuse(Code.RIGHT_MISSING)
    good = select(func.count()).select_from(AgentToken).where(AgentToken.agent_id == agent.id)
    if (session.scalar(good.where(AgentToken.expires_at > now)) or 0) >= MOST_TOKENS:
        raise refuse(Code.TOO_MANY_TOKENS, most=MOST_TOKENS)
    value = TOKEN_PREFIX + tokens.fresh()
    expires_at = now + timedelta(days=days)
    session.add(
        AgentToken(
            id=str(uuid.uuid4()),
            agent_id=agent.id,
            name=name,
            hint=value[:HINT],
            token_hash=tokens.digest(value),
            rights=" ".join(wanted),
            made_at=now,
            expires_at=expires_at,
        )
    )
    journal.append(session, agent, Action.TOKEN_MADE, now, name=name, rights=" ".join(wanted), days=str(days))
    return contract.TokenMade(value=value, expires_at=expires_at)


def listed(session: Session, agent: Agent, now: datetime) -> contract.PersonalTokens:
    """The agent's tokens that are good, the newest first."""
    rows = session.scalars(
        select(AgentToken)
        .where(AgentToken.agent_id == agent.id, AgentToken.expires_at > now)
        .order_by(AgentToken.made_at.desc(), AgentToken.id)
    )
    return contract.PersonalTokens(
        tokens=[
            contract.PersonalToken(
                token=row.id,
                name=row.name,
                hint=row.hint,
                rights=row.rights.split(),
                made_at=row.made_at,
                expires_at=row.expires_at,
            )
            for row in rows
        ]
    )


def revoke(session: Session, agent: Agent, token_id: str, now: datetime) -> None:
    """Revoke one of the agent's own tokens; one that is none any more stays so."""
    gone = delete(AgentToken).where(AgentToken.id == token_id, AgentToken.agent_id == agent.id)
    name = session.execute(gone.returning(AgentToken.name)).scalar_one_or_none()
    if name is not None:
        journal.append(session, agent, Action.TOKEN_REVOKED, now, name=name)


def agent_of(session: Session, value: str, now: datetime) -> tuple[Agent, AgentToken]:
    """Whose token it is. Raises token_refused: unknown, expired, revoked, or of a closed account."""
    found = session.execute(
        select(Agent, AgentToken)
        .join(Agent, Agent.id == AgentToken.agent_id)
        .where(AgentToken.token_hash == tokens.digest(value), AgentToken.expires_at > now, Agent.closed_at.is_(None))
    ).one_or_none()
    if found is None:
        raise refuse(Code.TOKEN_REFUSED)
    return found[0], found[1]


def authorize(session: Session, value: str, right: str, election: str | None, now: datetime) -> Agent:
    """Return the agent whose token is good for that right, in that election.

    Raises token_refused, right_missing: the token, or its agent's role today, is not good for it, or for that election.
    """
    agent, token = agent_of(session, value, now)
    limited = agent.elections.split()
    elsewhere = bool(limited) and election is not None and election not in limited
    if right not in token.rights.split() or not may(agent.role, Right(right)) or elsewhere:
        raise refuse(Code.RIGHT_MISSING)
    return agent


def note(session: Session, value: str | None, command: str, election: str | None, now: datetime) -> int:
    """Write a command of the operator API into the journal. Raises token_refused."""
    actor = journal.SHARED_TOKEN if value is None else agent_of(session, value, now)[0]
    details = {} if election is None else {"election": election}
    return journal.append(session, actor, Action.COMMAND, now, command=command, **details)


def forget_expired(session: Session, now: datetime) -> None:
    """Delete the tokens that have expired."""
    session.execute(delete(AgentToken).where(AgentToken.expires_at <= now))
