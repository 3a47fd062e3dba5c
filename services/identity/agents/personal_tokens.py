"""Personal tokens for the operator API: hashed, scoped by rights, expiring, revocable."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.agents import journal, key_changes
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff import agents as contract
from services.identity.contract.staff.agents import MOST_TOKENS, TOKEN_PREFIX
from services.identity.contract.staff.journal import SHARED_TOKEN, Action
from services.identity.contract.staff.rights import Right, may
from services.identity.letters.requests import LetterSettings
from services.identity.models import Agent, AgentToken

HINT = len(TOKEN_PREFIX) + 6


def make(
    session: Session,
    letters: LetterSettings,
    agent: Agent,
    *,
    name: str,
    rights: Iterable[str],
    days: int,
    now: datetime,
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
    details = {"name": name, "rights": " ".join(wanted), "days": str(days)}
    key_changes.tell(session, letters, agent, {Action.TOKEN_MADE: details}, now)
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


def revoke(session: Session, letters: LetterSettings, agent: Agent, token_id: str, now: datetime) -> None:
    """Revoke one of the agent's own tokens; one that is none any more stays so."""
    gone = delete(AgentToken).where(AgentToken.id == token_id, AgentToken.agent_id == agent.id)
    name = session.execute(gone.returning(AgentToken.name)).scalar_one_or_none()
    if name is not None:
        key_changes.tell(session, letters, agent, {Action.TOKEN_REVOKED: {"name": name}}, now)


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


def authorize(
    session: Session, value: str, right: str, election: str | None, now: datetime, *, whole_event: bool = False
) -> Agent:
    """Return the agent whose token is good for that right, in that election or, where it is said, in all of them.

    Raises token_refused, right_missing: the token, or its agent's role today, is not good for it, or for that election.
    """
    agent, token = agent_of(session, value, now)
    if right not in token.rights.split() or not may(agent.role, Right(right)):
        raise refuse(Code.RIGHT_MISSING)
    _require_named_for(agent, election, whole_event=whole_event)
    return agent


def note(session: Session, by: Agent | str | None, command: str, election: str | None, now: datetime) -> int:
    """Write a command into the journal: by an agent, a token's agent, or the shared token. Raises token_refused."""
    actor = SHARED_TOKEN if by is None else agent_of(session, by, now)[0] if isinstance(by, str) else by
    details = {} if election is None else {"election": election}
    return journal.append(session, actor, Action.COMMAND, now, command=command, **details)


def note_on_page(session: Session, agent: Agent, command: str, election: str | None, now: datetime) -> int:
    """Write a command that an agent gives on a page into the journal; without an election it concerns all of them.

    Raises right_missing for an election that the agent is not named for.
    """
    _require_named_for(agent, election, whole_event=election is None)
    details = {} if election is None else {"election": election}
    return journal.append(session, agent, Action.COMMAND, now, command=command, **details)


def _require_named_for(agent: Agent, election: str | None, *, whole_event: bool) -> None:
    """Whoever is named for some elections does nothing to others, nor to what all of them share: roll, codes, campaign."""
    limited = agent.elections.split()
    if limited and (whole_event if election is None else election not in limited):
        raise refuse(Code.RIGHT_MISSING)


def forget_expired(session: Session, now: datetime) -> None:
    """Delete the tokens that have expired."""
    session.execute(delete(AgentToken).where(AgentToken.expires_at <= now))
