"""An agent's way in: invitation, password and second factor, session.

bcrypt runs between two transactions, never within one (see services/identity/access/accounts.py).
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.access import lockout, passwords, tokens
from services.identity.access.accounts import Slow
from services.identity.agents import journal, key_changes, second_factor
from services.identity.agents.accounts import Terms, tag, use_up
from services.identity.contract.identifiers import normalise
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff import agents as contract
from services.identity.contract.staff.journal import BY_TOTP, Action
from services.identity.models import Agent, AgentInvitation, AgentSession
from services.runtime.storage.database import Database

POLICY = "2022"
"""The profile whose password rules agents follow, whatever their voters' is."""


def invitation(session: Session, key: str, token: str, now: datetime) -> contract.Invitation:
    """Describe an invitation without using it up. Raises invitation_unknown, for used and expired ones too."""
    found, agent = invitation_of(session, token, now)
    secret = second_factor.opened(key, found.totp_sealed)
    return contract.Invitation(
        name=agent.name,
        email=agent.email,
        role=agent.role,
        expires_at=found.expires_at,
        secret=secret,
        uri=second_factor.uri(secret, agent.email),
    )


def accept(
    database: Database, slow: Slow, terms: Terms, *, token: str, password: str, code: str, now: datetime
) -> contract.AgentSessionToken:
    """Use an invitation up, and open a session. Sessions, tokens and passkeys from before end.

    Raises invitation_unknown, password_refused {broken}, second_factor_wrong; the link then works still.
    """
    with database.reading() as session:
        found, agent = invitation_of(session, token, now)
    fitting_password(password, agent)
    step = second_factor.step_of(second_factor.opened(terms.key, found.totp_sealed), code, 0, now)
    if step is None:
        raise refuse(Code.SECOND_FACTOR_WRONG)
    hashed = slow(passwords.hash_password, password, terms.cost)
    with database.transaction() as session:
        agent = use_up(session, terms, found.agent_id, token, hashed)
        agent.totp_sealed, agent.totp_step = found.totp_sealed, step
        key_changes.tell(session, terms.letters, agent, {Action.ACTIVATED: {"factor": BY_TOTP}}, now)
        return open_session(session, terms, agent, now)


def fitting_password(password: str, agent: Agent) -> None:
    """Raise password_refused {broken} for a password that agents may not have."""
    broken = passwords.broken_rules(POLICY, password, agent.email)
    if broken:
        raise refuse(Code.PASSWORD_REFUSED, broken=broken)


def log_in(
    database: Database, slow: Slow, terms: Terms, *, email: str, password: str, code: str, now: datetime
) -> contract.AgentSessionToken:
    """Open a session with password and the digits of a telephone.

    Raises agent_log_in_refused, the same for an unknown address, a wrong password, wrong digits and an account without
    them, with the same work done; agent_locked {minutes}.
    """
    agent = with_password(database, slow, terms, email, password, now, Code.AGENT_LOG_IN_REFUSED)
    with database.transaction() as session:
        locked = session.scalar(select(Agent).where(Agent.id == agent.id).with_for_update())
        if locked is None or locked.closed_at is not None or locked.password_hash != agent.password_hash:
            raise refuse(Code.AGENT_LOG_IN_REFUSED)
        step = None
        if locked.totp_sealed is not None:
            secret = second_factor.opened(terms.key, locked.totp_sealed)
            step = second_factor.step_of(secret, code, locked.totp_step, now)
        if step is None:
            raise refuse(Code.AGENT_LOG_IN_REFUSED)
        locked.totp_step = step
        lockout.clear(session, tag(terms, locked.email))
        journal.append(session, locked, Action.LOGGED_IN, now, factor=BY_TOTP)
        return open_session(session, terms, locked, now)


def with_password(
    database: Database, slow: Slow, terms: Terms, email: str, password: str, now: datetime, refusal: Code
) -> Agent:
    """The agent of an address whose password this is; the attempt is counted before it is judged, and stays counted.

    Raises `refusal`, with the same work done for an unknown address; agent_locked {minutes}.
    """
    known = normalise(email)
    with database.transaction() as session:
        lockout.count_attempt(session, tag(terms, known), now, Code.AGENT_LOCKED)
        agent = session.scalar(select(Agent).where(Agent.email == known, Agent.closed_at.is_(None)))
        stored = agent.password_hash if agent is not None else None
    right = slow(passwords.matches, password, stored or passwords.decoy_hash(terms.cost))
    if agent is None or stored is None or not right:
        raise refuse(refusal)
    return agent


def is_still(session: Session, agent: Agent) -> bool:
    """Whether an agent's account is open, with the same password, now that it is locked."""
    now = select(Agent.password_hash).where(Agent.id == agent.id, Agent.closed_at.is_(None)).with_for_update()
    return session.scalar(now) == agent.password_hash


def invitation_of(session: Session, token: str, now: datetime) -> tuple[AgentInvitation, Agent]:
    """The invitation of a token and its agent. Raises invitation_unknown, for used and expired ones too."""
    found = session.execute(
        select(AgentInvitation, Agent)
        .join(Agent, Agent.id == AgentInvitation.agent_id)
        .where(AgentInvitation.token_hash == tokens.digest(token), AgentInvitation.expires_at > now)
    ).one_or_none()
    if found is None:
        raise refuse(Code.INVITATION_UNKNOWN)
    return found[0], found[1]


def open_session(session: Session, terms: Terms, agent: Agent, now: datetime) -> contract.AgentSessionToken:
    """Begin a session of an agent who has shown both factors."""
    token = tokens.fresh()
    agent.last_log_in_at = now
    session.add(
        AgentSession(
            id=str(uuid.uuid4()),
            token_hash=tokens.digest(token),
            agent_id=agent.id,
            last_seen_at=now,
            ends_at=now + terms.longest,
        )
    )
    session.flush()
    return contract.AgentSessionToken(session=token)
