"""Sessions of voters: a random token whose hash alone is stored, ended by idleness (A12), and by LONGEST in any case."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Account, Voter, VoterSession
from services.runtime.clock import cut_to_hour
from services.runtime.storage.database import Database


@dataclass(frozen=True)
class OpenSession:
    """A session that may go on until `expires_at`; `previous_connection_at` is the connection before this one.

    `activated` is false for whoever came in by « accès sans activation ». `opened_at` decides about the grace period: it
    never changes, and no other session of the voter has it.
    """

    id: str
    voter_id: str
    opened_at: datetime
    previous_connection_at: datetime | None
    activated: bool
    expires_at: datetime
    ends_at: datetime
    """When it is over however busy it is."""


LONGEST = timedelta(hours=12)
"""A cookie that was stolen, or a browser that was left open, opens nothing the next day."""

# Built once: every page of every voter asks it, and building a question costs more than asking it.
_OF_TOKEN = select(VoterSession).where(VoterSession.token_hash == bindparam("token_hash"))

# The last sign of life is written at most this often: every page of every voter would otherwise be a write.
PRECISION = timedelta(minutes=1)


def open_session(session: Session, account: Account, now: datetime) -> str:
    """Open a session for the account's voter and return its token."""
    token = _open(session, account.voter_id, now, previous=account.last_connection_at, activated=True)
    # To the hour: as much as a voter needs to notice a connection that was not his own, and no more to hold against a vote.
    account.last_connection_at = cut_to_hour(now)
    session.flush()
    return token


def open_unactivated(session: Session, voter_id: str, now: datetime) -> str:
    """Open a session for a voter without an account and return its token; nothing but the session remembers it."""
    return _open(session, voter_id, now, previous=None, activated=False)


def _open(session: Session, voter_id: str, now: datetime, *, previous: datetime | None, activated: bool) -> str:
    token = tokens.fresh()
    session.add(
        VoterSession(
            id=str(uuid.uuid4()),
            token_hash=tokens.digest(token),
            voter_id=voter_id,
            opened_at=now,
            last_seen_at=now,
            previous_connection_at=previous,
            activated=activated,
        )
    )
    session.flush()
    return token


def keep_alive(
    database: Database, opened: OpenSession, *, now: datetime, idle: timedelta, language: str | None = None
) -> OpenSession:
    """Note that an open session is alive, and the voter's language where it is another than is known; return the session.

    Written only when the last sign of life is old, or there is a language to note: most pages cost no write.
    """
    if language is not None:
        _note_language(database, opened.voter_id, language)
    expires_at = min(now + idle, opened.ends_at)
    if expires_at - opened.expires_at < min(PRECISION, idle / 4):
        return opened
    with database.transaction() as session:
        session.execute(update(VoterSession).where(VoterSession.id == opened.id).values(last_seen_at=now))
    return replace(opened, expires_at=expires_at)


def _note_language(database: Database, voter_id: str, language: str) -> None:
    """Keep the language that messages are written in, or leave it to the next page where somebody holds the voter's row.

    A roll that is taken over holds each row that it changes, for minutes: no page waits for that.
    """
    free = select(Voter.id).where(Voter.id == voter_id).with_for_update(key_share=True, skip_locked=True)
    with database.transaction() as session:
        if session.scalar(free) is not None:
            session.execute(update(Voter).where(Voter.id == voter_id).values(language=language))


def find(session: Session, token: str, *, now: datetime, idle: timedelta) -> OpenSession:
    """Return the open session of `token` and note nothing. Raises session_expired."""
    found = session.scalar(_OF_TOKEN, {"token_hash": tokens.digest(token)})
    if found is None or now - found.last_seen_at >= idle or now - found.opened_at >= LONGEST:
        raise refuse(Code.SESSION_EXPIRED)
    ends_at = found.opened_at + LONGEST
    expires_at = min(found.last_seen_at + idle, ends_at)
    return OpenSession(
        found.id,
        found.voter_id,
        found.opened_at,
        found.previous_connection_at,
        found.activated,
        expires_at,
        ends_at,
    )


def opened_at(session: Session, voter_id: str, moment: datetime) -> str | None:
    """Return the id of the voter's session that was opened at that moment and is open still, locked; None without one."""
    return session.scalar(
        select(VoterSession.id)
        .where(VoterSession.voter_id == voter_id, VoterSession.opened_at == moment)
        .with_for_update()
    )


def replace_token(session: Session, session_id: str) -> str:
    """Return a new token for an open session; the one before opens nothing any more."""
    token = tokens.fresh()
    session.execute(update(VoterSession).where(VoterSession.id == session_id).values(token_hash=tokens.digest(token)))
    return token


def close(session: Session, token: str) -> None:
    """End the session of `token`, if there is one."""
    session.execute(delete(VoterSession).where(VoterSession.token_hash == tokens.digest(token)))


def close_all(session: Session, voter_id: str) -> None:
    """End every session of the voter."""
    session.execute(delete(VoterSession).where(VoterSession.voter_id == voter_id))


def forget_idle(session: Session, *, now: datetime, idle: timedelta) -> None:
    """Delete the sessions that idleness or their length has ended."""
    over = or_(VoterSession.last_seen_at <= now - idle, VoterSession.opened_at <= now - LONGEST)
    session.execute(delete(VoterSession).where(over))
