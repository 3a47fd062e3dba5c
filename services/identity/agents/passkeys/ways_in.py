"""In by a passkey: after the password at a log-in, and with an invitation in place of a telephone.

As with digits, bcrypt and the checks of an answer run between transactions, never within one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.identity.access import lockout, passwords
from services.identity.access.accounts import Slow
from services.identity.agents import entrance, journal, key_changes
from services.identity.agents.accounts import Terms, tag, use_up
from services.identity.agents.passkeys import ceremonies, own_keys, webauthn_library
from services.identity.agents.passkeys.ceremonies import Purpose
from services.identity.agents.passkeys.webauthn_library import NotBelieved
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff import passkeys as contract
from services.identity.contract.staff.agents import AgentSessionToken
from services.identity.contract.staff.journal import BY_PASSKEY, Action
from services.identity.models import Agent, AgentPasskey
from services.runtime.storage.database import Database


def begin_log_in(
    database: Database, slow: Slow, terms: Terms, *, email: str, password: str, now: datetime
) -> contract.PasskeyBegun:
    """Make the challenge of a log-in, to whoever knows the password of an account that has passkeys.

    The attempt stays counted until a key has answered: guesses at a password are bounded as with digits.

    Raises passkey_log_in_refused, the same for an unknown address, a wrong password and an account without passkeys, with
    the same work done; agent_locked {minutes}, passkeys_off.
    """
    ceremonies.required(terms.passkeys)
    agent = entrance.with_password(database, slow, terms, email, password, now, Code.PASSKEY_LOG_IN_REFUSED)
    with database.transaction() as session:
        if not entrance.is_still(session, agent) or not ceremonies.rows_of(session, agent.id):
            raise refuse(Code.PASSKEY_LOG_IN_REFUSED)
        return ceremonies.begin(session, agent.id, Purpose.LOG_IN, now)


def log_in(database: Database, terms: Terms, *, ceremony: str, answer: str, now: datetime) -> AgentSessionToken:
    """Open a session for a passkey's answer. The challenge is used up whatever the answer is.

    Raises passkey_over for a challenge that has served, is over, or is for something else; passkey_refused.
    """
    party = ceremonies.required(terms.passkeys)
    with database.transaction() as session:
        used = ceremonies.use_up(session, ceremony, Purpose.LOG_IN, now)
    try:
        named = webauthn_library.named_key(answer)
        with database.reading() as session:
            # Another agent's key is none here, however well it answers.
            row = session.scalar(_key(named, used.agent_id))
        if row is None:
            raise refuse(Code.PASSKEY_REFUSED)
        count = webauthn_library.count_after(party, used.challenge, answer, ceremonies.known(row))
    except NotBelieved:
        raise refuse(Code.PASSKEY_REFUSED) from None
    with database.transaction() as session:
        opened = _counted(session, terms, used.agent_id, named, count, now)
    if opened is None:
        raise refuse(Code.PASSKEY_REFUSED)
    return opened


def begin_invitation(
    database: Database, slow: Slow, terms: Terms, *, token: str, password: str, now: datetime
) -> contract.PasskeyBegun:
    """Make the challenge by which an invitation is accepted; the password waits with it, hashed. Nothing else changes.

    Raises invitation_unknown, password_refused {broken}, passkeys_off.
    """
    ceremonies.required(terms.passkeys)
    with database.reading() as session:
        _found, agent = entrance.invitation_of(session, token, now)
    entrance.fitting_password(password, agent)
    hashed = slow(passwords.hash_password, password, terms.cost)
    with database.transaction() as session:
        return ceremonies.begin(session, agent.id, Purpose.INVITATION, now, hashed)


def accept(
    database: Database, terms: Terms, *, token: str, ceremony: str, answer: str, name: str, now: datetime
) -> AgentSessionToken:
    """Use an invitation up with a passkey, the only second factor from then on, and open a session.

    Sessions, tokens and passkeys from before end, and so do a telephone's digits.

    Raises invitation_unknown, passkey_over, passkey_refused, passkey_known; the link then works still.
    """
    party = ceremonies.required(terms.passkeys)
    with database.reading() as session:
        found, _agent = entrance.invitation_of(session, token, now)
    with database.transaction() as session:
        used = ceremonies.use_up(session, ceremony, Purpose.INVITATION, now)
    if used.agent_id != found.agent_id or used.password_hash is None:
        raise refuse(Code.PASSKEY_OVER)
    key = ceremonies.registered(party, used, answer)
    with database.transaction() as session:
        agent = use_up(session, terms, found.agent_id, token, used.password_hash)
        own_keys.keep(session, agent, key, name, now)
        changes = {Action.ACTIVATED: {"factor": BY_PASSKEY}, Action.PASSKEY_ADDED: {"name": name}}
        key_changes.tell(session, terms.letters, agent, changes, now)
        return entrance.open_session(session, terms, agent, now)


def _counted(
    session: Session, terms: Terms, agent_id: str, credential_id: str, count: int, now: datetime
) -> AgentSessionToken | None:
    """The session of a key that has counted on; None, with an entry in the journal, for one that has not: it was copied."""
    agent = session.scalar(select(Agent).where(Agent.id == agent_id, Agent.closed_at.is_(None)).with_for_update())
    row = session.scalar(_key(credential_id, agent_id).with_for_update())
    if agent is None or row is None:  # closed or removed meanwhile
        return None
    if not webauthn_library.counts_on(row.sign_count, count):
        key_changes.tell(session, terms.letters, agent, {Action.PASSKEY_COPIED: {"name": row.name}}, now)
        return None
    row.sign_count, row.last_used_at = count, now
    lockout.clear(session, tag(terms, agent.email))
    journal.append(session, agent, Action.LOGGED_IN, now, factor=BY_PASSKEY, name=row.name)
    return entrance.open_session(session, terms, agent, now)


def _key(credential_id: str, agent_id: str) -> Select[AgentPasskey]:
    return select(AgentPasskey).where(AgentPasskey.credential_id == credential_id, AgentPasskey.agent_id == agent_id)
