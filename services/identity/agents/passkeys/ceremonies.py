"""Challenges: each is made for one agent and one purpose, waits some minutes, and is used up by one answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.agents.passkeys import webauthn_library
from services.identity.agents.passkeys.relying_party import RelyingParty
from services.identity.agents.passkeys.webauthn_library import KnownKey, NotBelieved
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff import passkeys as contract
from services.identity.models import Agent, AgentPasskey, PasskeyCeremony

LIFETIME = timedelta(minutes=5)


class Purpose(StrEnum):
    """What an answer is for; an answer for one is none for another."""

    LOG_IN = "log_in"
    ADD = "add"
    INVITATION = "invitation"


@dataclass(frozen=True)
class Used:
    """A challenge that was taken away: whose it was, and the password that waited with it."""

    agent_id: str
    challenge: str
    password_hash: str | None


def begin(
    session: Session, agent_id: str, purpose: Purpose, now: datetime, password_hash: str | None = None
) -> contract.PasskeyBegun:
    """Make a challenge; the token to come back with."""
    token = tokens.fresh()
    session.add(
        PasskeyCeremony(
            token_hash=tokens.digest(token),
            agent_id=agent_id,
            purpose=purpose.value,
            challenge=webauthn_library.new_challenge(),
            password_hash=password_hash,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return contract.PasskeyBegun(ceremony=token, expires_at=now + LIFETIME)


def options(session: Session, party: RelyingParty | None, token: str, now: datetime) -> contract.PasskeyOptions:
    """What the browser is asked. Nothing is used up. Raises passkey_over, passkeys_off."""
    party = required(party)
    found = session.execute(
        select(PasskeyCeremony, Agent)
        .join(Agent, Agent.id == PasskeyCeremony.agent_id)
        .where(PasskeyCeremony.token_hash == tokens.digest(token), PasskeyCeremony.expires_at > now)
    ).one_or_none()
    if found is None:
        raise refuse(Code.PASSKEY_OVER)
    ceremony, agent = found
    # With an invitation all earlier keys go: an authenticator that has one of them may make another.
    known = [] if ceremony.purpose == Purpose.INVITATION else keys_of(session, agent.id)
    if ceremony.purpose == Purpose.LOG_IN:
        asked = webauthn_library.log_in_options(party, ceremony.challenge, known)
    else:
        asked = webauthn_library.registration_options(
            party, ceremony.challenge, agent=agent.id, email=agent.email, name=agent.name, known=known
        )
    return contract.PasskeyOptions(options=asked, expires_at=ceremony.expires_at)


def use_up(session: Session, token: str, purpose: Purpose, now: datetime) -> Used:
    """Take a challenge away, whatever becomes of the answer: none is judged twice. Raises passkey_over."""
    gone = delete(PasskeyCeremony).where(
        PasskeyCeremony.token_hash == tokens.digest(token),
        PasskeyCeremony.purpose == purpose.value,
        PasskeyCeremony.expires_at > now,
    )
    found = session.execute(
        gone.returning(PasskeyCeremony.agent_id, PasskeyCeremony.challenge, PasskeyCeremony.password_hash)
    ).one_or_none()
    if found is None:
        raise refuse(Code.PASSKEY_OVER)
    return Used(found.agent_id, found.challenge, found.password_hash)


def registered(party: RelyingParty, used: Used, answer: str) -> KnownKey:
    """The key that an authenticator has made for a challenge that is used up. Raises passkey_refused."""
    try:
        return webauthn_library.registered(party, used.challenge, answer)
    except NotBelieved:
        raise refuse(Code.PASSKEY_REFUSED) from None


def forget_expired(session: Session, now: datetime) -> None:
    """Delete the challenges that nobody has answered in time."""
    session.execute(delete(PasskeyCeremony).where(PasskeyCeremony.expires_at <= now))


def keys_of(session: Session, agent_id: str) -> list[KnownKey]:
    """The agent's passkeys as the library needs them, the oldest first."""
    return [known(row) for row in rows_of(session, agent_id)]


def rows_of(session: Session, agent_id: str) -> list[AgentPasskey]:
    """The agent's passkeys, the oldest first."""
    rows = select(AgentPasskey).where(AgentPasskey.agent_id == agent_id)
    return list(session.scalars(rows.order_by(AgentPasskey.added_at, AgentPasskey.id)))


def known(row: AgentPasskey) -> KnownKey:
    """A row as the library needs it."""
    return KnownKey(row.credential_id, row.public_key, row.sign_count, row.transports.split())


def required(party: RelyingParty | None) -> RelyingParty:
    """What passkeys are bound to. Raises passkeys_off where this portal can have none."""
    if party is None:
        raise refuse(Code.PASSKEYS_OFF)
    return party
