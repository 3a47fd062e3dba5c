"""Activating an account, logging in, changing a password.

bcrypt runs between two transactions, never within one: a transaction held for a quarter of a second would stop every
other writer on SQLite. So each flow is: read, hash, then write only what is still true.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity import links, lockout, passwords, sessions, voting_events
from services.identity.errors import Code, refuse
from services.identity.identifiers import normalise
from services.identity.models import Account, Voter, VotingEvent
from services.runtime.database import Database

Slow = Callable[..., Any]
"""Runs a function with its arguments off the event loop and returns its result."""


def describe_link(session: Session, token: str, now: datetime) -> tuple[links.OpenLink, str]:
    """Return (link, identifier of its voter) without using the link up. Raises link_*."""
    link = links.find(session, token, now)
    return link, session.execute(select(Voter.identifier).where(Voter.id == link.voter_id)).scalar_one()


def activate(database: Database, slow: Slow, *, token: str, password: str, cost: int, now: datetime) -> str:
    """Set the password by means of a link and return the token of a new session.

    All other sessions of the voter end, other links too, and the failures are forgotten. A password in place stays
    valid until this succeeds. Raises link_*, password_refused {broken}; after password_refused the link still works.
    """
    with database.reading() as session:
        link, identifier = describe_link(session, token, now)
        profile = session.execute(
            select(VotingEvent.profile)
            .join(Voter, Voter.voting_event == VotingEvent.uuid)
            .where(Voter.id == link.voter_id)
        ).scalar_one()
    broken = passwords.broken_rules(profile, password, identifier)
    if broken:
        raise refuse(Code.PASSWORD_REFUSED, broken=broken)
    hashed = slow(passwords.hash_password, password, cost)
    with database.transaction() as session:
        # The voter's row first, as links.send does: two transactions that lock links in different orders would block.
        session.execute(select(Voter.id).where(Voter.id == link.voter_id).with_for_update())
        links.consume(session, link, now)
        account = session.get(Account, link.voter_id)
        if account is None:
            account = Account(voter_id=link.voter_id, password_hash=hashed, activated_at=now, failed_log_ins=0)
            session.add(account)
        account.password_hash = hashed
        lockout.clear(account)
        links.end_all(session, link.voter_id, now)
        sessions.close_all(session, link.voter_id)
        return sessions.open_session(session, account, now)


def log_in(database: Database, slow: Slow, *, identifier: str, password: str, cost: int, now: datetime) -> str:
    """Return the token of a new session.

    Raises log_in_refused, the same for an unknown identifier, an account without password and a wrong password, with
    the same work done; account_locked {minutes}; no_voting_event.
    """
    with database.transaction() as session:
        account = _find(session, identifier)
        if account is not None:
            lockout.count_attempt(session, account, now)
        voter_id = account.voter_id if account is not None else None
        stored = account.password_hash if account is not None else None
    right = slow(passwords.matches, password, stored or passwords.decoy_hash(cost))
    if voter_id is None or not right:
        raise refuse(Code.LOG_IN_REFUSED)
    with database.transaction() as session:
        account = session.scalar(select(Account).where(Account.voter_id == voter_id).with_for_update())
        # The password may have been replaced while this one was being checked: then it is not the password any more.
        if account is None or account.password_hash != stored:
            raise refuse(Code.LOG_IN_REFUSED)
        lockout.clear(account)
        return sessions.open_session(session, account, now)


def _find(session: Session, identifier: str) -> Account | None:
    event = voting_events.current(session)
    return session.scalar(
        select(Account)
        .join(Voter, Voter.id == Account.voter_id)
        .where(Voter.voting_event == event.uuid, Voter.identifier == normalise(identifier))
        .with_for_update(of=Account)
    )
