"""Logging in.

bcrypt runs between two transactions, never within one: a transaction held for a quarter of a second would stop every
other writer on SQLite. So the flow is: count, hash, then write only what is still true.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.access import lockout, passwords, sessions
from services.identity.contract.identifiers import normalise
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Account, Voter
from services.identity.voting_events import holders, voting_events
from services.runtime.storage.database import Database

Slow = Callable[..., Any]
"""Runs a function with its arguments off the event loop and returns its result."""


def log_in(
    database: Database, slow: Slow, *, identifier: str, password: str, cost: int, holder_key: str, now: datetime
) -> str:
    """Return the token of a new session.

    Raises log_in_refused, the same for an unknown identifier, an account without password and a wrong password, with
    the same work done; account_locked {minutes}, whether or not there is such an account; no_voting_event.
    """
    with database.transaction() as session:
        event = voting_events.current_voting_event(session)
        known = normalise(identifier)
        tag = holders.identifier_tag(holder_key, event.uuid, known)
        lockout.count_attempt(session, tag, now)
        voter_id, stored = _stored_password(session, event.uuid, known)
    decoy = passwords.decoy_hash(cost)
    right = slow(passwords.matches, password, stored or decoy)
    if voter_id is None or not right:
        raise refuse(Code.LOG_IN_REFUSED)
    with database.transaction() as session:
        account = session.scalar(select(Account).where(Account.voter_id == voter_id).with_for_update())
        # The password may have been replaced while this one was being checked: then it is not the password any more.
        if account is None or account.password_hash != stored:
            raise refuse(Code.LOG_IN_REFUSED)
        lockout.clear(session, tag)
        return sessions.open_session(session, account, now)


def _stored_password(session: Session, voting_event: str, identifier: str) -> tuple[str | None, str | None]:
    found = session.execute(
        select(Account.voter_id, Account.password_hash)
        .join(Voter, Voter.id == Account.voter_id)
        .where(Voter.voting_event == voting_event, Voter.identifier == identifier)
    ).one_or_none()
    return (found[0], found[1]) if found is not None else (None, None)
