"""Accounts of agents: invited by a link, opened with it, closed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.identity.access import lockout, tokens
from services.identity.agents import journal, key_changes, second_factor
from services.identity.agents.passkeys.relying_party import RelyingParty
from services.identity.contract.identifiers import normalise
from services.identity.contract.limits import FRENCH
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.journal import COMMAND_LINE, Action
from services.identity.contract.staff.rights import Role
from services.identity.letters.requests import LetterSettings, request_email_to
from services.identity.models import (
    Agent,
    AgentInvitation,
    AgentPasskey,
    AgentSession,
    AgentToken,
    Election,
    PasskeyCeremony,
)
from services.identity.roll.places import unknown_place
from services.identity.voting_events import holders
from services.runtime.contracts import problems
from services.runtime.contracts.problems import invalid_request, problem
from services.runtime.storage.upsert import upsert

INVITATION_LIFETIME = timedelta(days=3)
LOCKOUT = "agents"
_WAYS_IN = (AgentSession, AgentToken, AgentPasskey, PasskeyCeremony)
"""What an account loses with its password and second factor."""


@dataclass(frozen=True)
class Terms:
    """What holds for all agents: how letters are written, the key that seals second factors, how sessions end.

    `passkeys` is what passkeys are bound to; None where the portal's address can have none.
    """

    letters: LetterSettings
    key: str
    idle: timedelta
    longest: timedelta
    cost: int
    passkeys: RelyingParty | None = None


def invite(
    session: Session,
    terms: Terms,
    inviter: Agent,
    *,
    email: str,
    name: str,
    role: str,
    elections: Iterable[str],
    places: Iterable[str] = (),
    now: datetime,
) -> Agent:
    """Make an account to be, and mail its link.

    Raises agent_known for an address that has an open account, invalid_request for elections that nobody knows, and for
    places that no assignment of the roll begins with, or that are given to another role than a support cell's.
    """
    elections = set(elections)
    known = session.scalar(select(func.count()).select_from(Election).where(Election.uuid.in_(elections)))
    if known != len(elections):
        raise invalid_request({"elections": [problem(problems.Code.NOT_A_CHOICE)]})
    places = list(dict.fromkeys(places))
    if places and role != Role.SUPPORT:
        raise invalid_request({"places": [problem(problems.Code.CONTRADICTORY)]})
    if unknown_place(session, places) is not None:
        raise invalid_request({"places": [problem(problems.Code.NOT_A_CHOICE)]})
    agent = _account(session, email=email, name=name, role=role, elections=elections, now=now)
    agent.places = "\n".join(places)
    _mail(session, terms, agent, now)
    more = {"places": "; ".join(places)} if places else {}
    journal.append(
        session, inviter, Action.INVITED, now, subject=agent.id, role=role, name=name, email=agent.email, **more
    )
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
    journal.append(session, COMMAND_LINE, Action.FIRST_INVITED, now, subject=agent.id, email=agent.email)
    return _link(session, key, agent, now)


def invite_again(session: Session, terms: Terms, inviter: Agent, agent_id: str, now: datetime) -> None:
    """Mail another link: password and second factor are chosen anew by it. Nothing is lost before it is followed.

    Raises agent_unknown, also for a closed account.
    """
    agent = open_account(session, agent_id)
    _mail(session, terms, agent, now)
    journal.append(session, inviter, Action.INVITED_AGAIN, now, subject=agent.id, email=agent.email)


def close(session: Session, terms: Terms, closer: Agent, agent_id: str, now: datetime) -> None:
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
    for table in (*_WAYS_IN, AgentInvitation):
        session.execute(delete(table).where(table.agent_id == agent_id))
    key_changes.tell(session, terms.letters, agent, {Action.CLOSED: {}}, now, by=closer)


def use_up(session: Session, terms: Terms, agent_id: str, token: str, password_hash: str) -> Agent:
    """Use an invitation up: the account, locked, with its new password, no second factor yet, and no other way in.

    Raises invitation_unknown where it was used meanwhile, agent_unknown for a closed account.
    """
    agent = open_account(session, agent_id)
    gone = delete(AgentInvitation).where(
        AgentInvitation.agent_id == agent.id, AgentInvitation.token_hash == tokens.digest(token)
    )
    if session.execute(gone.returning(AgentInvitation.agent_id)).first() is None:
        raise refuse(Code.INVITATION_UNKNOWN)
    for table in _WAYS_IN:
        session.execute(delete(table).where(table.agent_id == agent.id))
    agent.password_hash, agent.totp_sealed, agent.totp_step = password_hash, None, 0
    lockout.clear(session, tag(terms, agent.email))
    return agent


def _account(session: Session, *, email: str, name: str, role: str, elections: Iterable[str], now: datetime) -> Agent:
    known = session.scalar(select(Agent).where(Agent.email == normalise(email)).with_for_update())
    if known is not None and known.closed_at is None:
        raise refuse(Code.AGENT_KNOWN)
    # Whoever comes back is the same person in the journal, and begins anew.
    agent = known or Agent(id=str(uuid.uuid4()), email=normalise(email))
    agent.name, agent.role, agent.elections = name, role, " ".join(sorted(set(elections)))
    agent.places = ""
    agent.password_hash = agent.totp_sealed = agent.closed_at = None
    agent.totp_step, agent.invited_at = 0, now
    session.add(agent)
    session.flush()
    return agent


def open_account(session: Session, agent_id: str) -> Agent:
    """An account, locked. Raises agent_unknown, for a closed one too."""
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


def tag(terms: Terms, email: str) -> str:
    """What an agent's failed attempts are counted by."""
    return holders.identifier_tag(terms.key, LOCKOUT, email)
