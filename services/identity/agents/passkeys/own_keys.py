"""An agent's own passkeys: listed, added with the password, removed as long as another second factor is left."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.access import lockout
from services.identity.access.accounts import Slow
from services.identity.agents import entrance, key_changes
from services.identity.agents.accounts import Terms, tag
from services.identity.agents.passkeys import ceremonies
from services.identity.agents.passkeys.ceremonies import Purpose
from services.identity.agents.passkeys.webauthn_library import KnownKey
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff import passkeys as contract
from services.identity.contract.staff.journal import Action
from services.identity.contract.staff.passkeys import MOST_PASSKEYS
from services.identity.models import Agent, AgentPasskey
from services.runtime.storage.database import Database


def listed(session: Session, terms: Terms, agent: Agent) -> contract.Passkeys:
    """The agent's passkeys."""
    return contract.Passkeys(
        passkeys=[
            contract.Passkey(passkey=row.id, name=row.name, added_at=row.added_at, last_used_at=row.last_used_at)
            for row in ceremonies.rows_of(session, agent.id)
        ],
        telephone=agent.totp_sealed is not None,
        possible=terms.passkeys is not None,
    )


def begin(
    database: Database, slow: Slow, terms: Terms, agent: Agent, *, password: str, now: datetime
) -> contract.PasskeyBegun:
    """Make a challenge for a further key, to whoever knows the password: a session that was left open adds none.

    Raises agent_password_wrong, agent_locked {minutes}, too_many_passkeys {most}, passkeys_off.
    """
    ceremonies.required(terms.passkeys)
    with database.reading() as session:
        _room_for_one(session, agent.id)
    known = entrance.with_password(database, slow, terms, agent.email, password, now, Code.AGENT_PASSWORD_WRONG)
    with database.transaction() as session:
        if not entrance.is_still(session, known):
            raise refuse(Code.AGENT_PASSWORD_WRONG)
        lockout.clear(session, tag(terms, known.email))
        return ceremonies.begin(session, known.id, Purpose.ADD, now)


def add(
    database: Database, terms: Terms, agent_id: str, *, ceremony: str, answer: str, name: str, now: datetime
) -> None:
    """Keep the key that answers a challenge.

    Raises passkey_over, passkey_refused; passkey_known for one that is somebody's already; too_many_passkeys {most}.
    """
    party = ceremonies.required(terms.passkeys)
    with database.transaction() as session:
        used = ceremonies.use_up(session, ceremony, Purpose.ADD, now)
    if used.agent_id != agent_id:
        raise refuse(Code.PASSKEY_OVER)
    key = ceremonies.registered(party, used, answer)
    with database.transaction() as session:
        # Locked: two additions or removals at once are judged one after the other.
        agent = session.scalar(select(Agent).where(Agent.id == agent_id, Agent.closed_at.is_(None)).with_for_update())
        if agent is None:
            raise refuse(Code.PASSKEY_OVER)
        _room_for_one(session, agent.id)
        keep(session, agent, key, name, now)
        key_changes.tell(session, terms.letters, agent, {Action.PASSKEY_ADDED: {"name": name}}, now)


def keep(session: Session, agent: Agent, key: KnownKey, name: str, now: datetime) -> None:
    """Keep a key as the agent's; the caller tells. Raises passkey_known."""
    taken = select(AgentPasskey.id).where(AgentPasskey.credential_id == key.credential_id)
    if session.scalar(taken) is not None:
        raise refuse(Code.PASSKEY_KNOWN)
    session.add(
        AgentPasskey(
            id=str(uuid.uuid4()),
            agent_id=agent.id,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            transports=" ".join(key.transports),
            name=name,
            added_at=now,
        )
    )


def remove(session: Session, terms: Terms, agent_id: str, passkey: str, now: datetime) -> None:
    """Remove one of the agent's own keys; one that is none any more stays so.

    Raises passkey_last for the account's last second factor.
    """
    agent = session.scalars(select(Agent).where(Agent.id == agent_id).with_for_update()).one()
    own = {row.id: row for row in ceremonies.rows_of(session, agent.id)}
    if passkey not in own:
        return
    if len(own) == 1 and agent.totp_sealed is None:
        raise refuse(Code.PASSKEY_LAST)
    name = own[passkey].name
    session.execute(delete(AgentPasskey).where(AgentPasskey.id == passkey))
    key_changes.tell(session, terms.letters, agent, {Action.PASSKEY_REMOVED: {"name": name}}, now)


def _room_for_one(session: Session, agent_id: str) -> None:
    if len(ceremonies.rows_of(session, agent_id)) >= MOST_PASSKEYS:
        raise refuse(Code.TOO_MANY_PASSKEYS, most=MOST_PASSKEYS)
