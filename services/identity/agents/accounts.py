"""An agent's way in: invitation, password and second factor, session.

bcrypt runs between two transactions, never within one (see services/identity/access/accounts.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.identity.access import lockout, passwords, tokens
from services.identity.access.accounts import Slow
from services.identity.agents import journal, second_factor
from services.identity.contract import agents as contract
from services.identity.contract.agents import ACTIVE, CLOSED, INVITED
from services.identity.contract.identifiers import normalise
from services.identity.contract.journal import Action
from services.identity.contract.limits import FRENCH
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.rights import Role
from services.identity.letters.requests import LetterSettings, request_email_to
from services.identity.models import Agent, AgentInvitation, AgentSession, AgentToken, Election
from services.identity.voting_events import holders
from services.runtime.contracts import problems
from services.runtime.contracts.problems import invalid_request, problem
from services.runtime.storage.database import Database
from services.runtime.storage.upsert import upsert

INVITATION_LIFETIME = timedelta(days=3)
POLICY = "2022"
"""The profile whose password rules agents follow, whatever their voters' is."""
LOCKOUT = "agents"


@dataclass(frozen=True)
class Terms:
    """What holds for all agents: how letters are written, the key that seals second factors, how sessions end."""

    letters: LetterSettings
    key: str
    idle: timedelta
    longest: timedelta
    cost: int


def invite(
    session: Session,
    terms: Terms,
    inviter: Agent,
    *,
    email: str,
    name: str,
    role: str,
    elections: Iterable[str],
    now: datetime,
) -> Agent:
    """Make an account to be, and mail its link.

    Raises agent_known for an address that has an open account, invalid_request for elections that nobody knows.
    """
    elections = set(elections)
    known = session.scalar(select(func.count()).select_from(Election).where(Election.uuid.in_(elections)))
    if known != len(elections):
        raise invalid_request({"elections": [problem(problems.Code.NOT_A_CHOICE)]})
    agent = _account(session, email=email, name=name, role=role, elections=elections, now=now)
    _mail(session, terms, agent, now)
    journal.append(session, inviter, Action.INVITED, now, subject=agent.id, role=role, name=name, email=agent.email)
    return agent


def invite_first(session: Session, key: str, *, email: str, name: str, now: datetime) -> str:
    """Make the first operator and return the token of the link, for the command on the server.

    The same address again gets another link as long as nobody has used one. Raises agent_known once an operator is there.
    """
    there = select(Agent.id).where(Agent.role == Role.OPERATOR, Agent.password_hash.is_not(None))
    if session.scalar(there.where(Agent.closed_at.is_(None)).limit(1)) is not None:
        raise refuse(Code.AGENT_KNOWN)
    known = session.scalar(select(Agent).where(Agent.email == normalise(email)).with_for_update())
    agent = known or _account(session, email=email, name=name, role=Role.OPERATOR, elections=(), now=now)
    if agent.role != Role.OPERATOR:
        raise refuse(Code.AGENT_KNOWN)
    journal.append(session, journal.COMMAND_LINE, Action.FIRST_INVITED, now, subject=agent.id, email=agent.email)
    return _link(session, key, agent, now)


def invite_again(session: Session, terms: Terms, inviter: Agent, agent_id: str, now: datetime) -> None:
    """Mail another link: password and second factor are chosen anew by it. Nothing is lost before it is followed.

    Raises agent_unknown, also for a closed account.
    """
    agent = _open_account(session, agent_id)
    _mail(session, terms, agent, now)
    journal.append(session, inviter, Action.INVITED_AGAIN, now, subject=agent.id, email=agent.email)


def close(session: Session, closer: Agent, agent_id: str, now: datetime) -> None:
    """Close an account with its sessions, tokens and link; a closed one stays closed.

    Raises agent_unknown, agent_himself (somebody else must do it: the last operator would lock everybody out).
    """
    if closer.id == agent_id:
        raise refuse(Code.AGENT_HIMSELF)
    agent = session.scalar(select(Agent).where(Agent.id == agent_id).with_for_update())
    if agent is None:
        raise refuse(Code.AGENT_UNKNOWN)
    if agent.closed_at is not None:
        return
    agent.closed_at = now
    for table in (AgentSession, AgentToken, AgentInvitation):
        session.execute(delete(table).where(table.agent_id == agent_id))
    journal.append(session, closer, Action.CLOSED, now, subject=agent_id)


def invitation(session: Session, key: str, token: str, now: datetime) -> contract.Invitation:
    """Describe an invitation without using it up. Raises invitation_unknown, for used and expired ones too."""
    found, agent = _invitation(session, token, now)
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
    """Use an invitation up, and open a session. Sessions and tokens from before end.

    Raises invitation_unknown, password_refused {broken}, second_factor_wrong; the link then works still.
    """
    with database.reading() as session:
        found, agent = _invitation(session, token, now)
    broken = passwords.broken_rules(POLICY, password, agent.email)
    if broken:
        raise refuse(Code.PASSWORD_REFUSED, broken=broken)
    step = second_factor.step_of(second_factor.opened(terms.key, found.totp_sealed), code, 0, now)
    if step is None:
        raise refuse(Code.SECOND_FACTOR_WRONG)
    hashed = slow(passwords.hash_password, password, terms.cost)
    with database.transaction() as session:
        agent = _open_account(session, found.agent_id)
        gone = delete(AgentInvitation).where(
            AgentInvitation.agent_id == agent.id, AgentInvitation.token_hash == tokens.digest(token)
        )
        if session.execute(gone.returning(AgentInvitation.agent_id)).first() is None:
            raise refuse(Code.INVITATION_UNKNOWN)
        for table in (AgentSession, AgentToken):
            session.execute(delete(table).where(table.agent_id == agent.id))
        agent.password_hash, agent.totp_sealed, agent.totp_step = hashed, found.totp_sealed, step
        lockout.clear(session, _tag(terms, agent.email))
        journal.append(session, agent, Action.ACTIVATED, now, subject=agent.id)
        return _session(session, terms, agent, now)


def log_in(
    database: Database, slow: Slow, terms: Terms, *, email: str, password: str, code: str, now: datetime
) -> contract.AgentSessionToken:
    """Open a session with password and second factor.

    Raises agent_log_in_refused, the same for an unknown address, a wrong password and wrong digits, with the same work
    done; agent_locked {minutes}.
    """
    known = normalise(email)
    with database.transaction() as session:
        lockout.count_attempt(session, _tag(terms, known), now, Code.AGENT_LOCKED)
        agent = session.scalar(select(Agent).where(Agent.email == known, Agent.closed_at.is_(None)))
        stored = agent.password_hash if agent is not None else None
    right = slow(passwords.matches, password, stored or passwords.decoy_hash(terms.cost))
    if agent is None or stored is None or not right:
        raise refuse(Code.AGENT_LOG_IN_REFUSED)
    with database.transaction() as session:
        locked = session.scalar(select(Agent).where(Agent.id == agent.id).with_for_update())
        if locked is None or locked.closed_at is not None or locked.password_hash != stored:
            raise refuse(Code.AGENT_LOG_IN_REFUSED)
        secret = second_factor.opened(terms.key, str(locked.totp_sealed))
        step = second_factor.step_of(secret, code, locked.totp_step, now)
        if step is None:
            raise refuse(Code.AGENT_LOG_IN_REFUSED)
        locked.totp_step = step
        lockout.clear(session, _tag(terms, known))
        journal.append(session, locked, Action.LOGGED_IN, now)
        return _session(session, terms, locked, now)


def listed(session: Session) -> contract.Agents:
    """All agents by name, closed ones last."""
    rows = session.scalars(select(Agent).order_by(Agent.closed_at.is_not(None), Agent.name, Agent.id))
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
    )


def _account(session: Session, *, email: str, name: str, role: str, elections: Iterable[str], now: datetime) -> Agent:
    known = session.scalar(select(Agent).where(Agent.email == normalise(email)).with_for_update())
    if known is not None and known.closed_at is None:
        raise refuse(Code.AGENT_KNOWN)
    # Whoever comes back is the same person in the journal, and begins anew.
    agent = known or Agent(id=str(uuid.uuid4()), email=normalise(email))
    agent.name, agent.role, agent.elections = name, role, " ".join(sorted(set(elections)))
    agent.password_hash = agent.totp_sealed = agent.closed_at = None
    agent.totp_step, agent.invited_at = 0, now
    session.add(agent)
    session.flush()
    return agent


def _open_account(session: Session, agent_id: str) -> Agent:
    agent = session.scalar(select(Agent).where(Agent.id == agent_id, Agent.closed_at.is_(None)).with_for_update())
    if agent is None:
        raise refuse(Code.AGENT_UNKNOWN)
    return agent


def _link(session: Session, key: str, agent: Agent, now: datetime) -> str:
    token = tokens.fresh()
    values = {
        "token_hash": tokens.digest(token),
        "totp_sealed": second_factor.seal(key, second_factor.new_secret()),
        "expires_at": now + INVITATION_LIFETIME,
    }
    statement = upsert(session, AgentInvitation).values(agent_id=agent.id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["agent_id"], set_=values))
    return token


def _mail(session: Session, terms: Terms, agent: Agent, now: datetime) -> None:
    token = _link(session, terms.key, agent, now)
    until = now + INVITATION_LIFETIME
    request_email_to(
        session,
        terms.letters,
        agent.email,
        template="agent_invitation",
        values={
            "name": agent.name,
            "role": agent.role,
            "link": address(terms.letters.public_url, token),
            "until": until.isoformat(),
        },
        language=FRENCH,
        expires_at=until,
    )


def address(public_url: str, token: str) -> str:
    """Where the link of an invitation leads."""
    return f"{public_url.rstrip('/')}/agents/invitation/{token}"


def _invitation(session: Session, token: str, now: datetime) -> tuple[AgentInvitation, Agent]:
    found = session.execute(
        select(AgentInvitation, Agent)
        .join(Agent, Agent.id == AgentInvitation.agent_id)
        .where(AgentInvitation.token_hash == tokens.digest(token), AgentInvitation.expires_at > now)
    ).one_or_none()
    if found is None:
        raise refuse(Code.INVITATION_UNKNOWN)
    return found[0], found[1]


def _session(session: Session, terms: Terms, agent: Agent, now: datetime) -> contract.AgentSessionToken:
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


def _tag(terms: Terms, email: str) -> str:
    return holders.identifier_tag(terms.key, LOCKOUT, email)
