"""Back-off on failed log-ins, per identifier: slow for a guesser, short for a voter (A9).

Identifiers that are not on the roll are counted like those that are: a lock tells nobody who is a voter.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.contract.refusals import Code, refuse
from services.identity.models import LogInAttempts
from services.runtime.storage.upsert import upsert

FAILURES_ALLOWED = 5
LONGEST_MINUTES = 15
MEMORY = timedelta(days=1)
"""How long failures are remembered after the last one."""


def minutes_after(failures: int) -> int:
    """Return for how many minutes the account rests after `failures` in a row: 0 below five, then 1, 2, 4, 8, 15…"""
    if failures < FAILURES_ALLOWED:
        return 0
    return min(LONGEST_MINUTES, 1 << min(failures - FAILURES_ALLOWED, 10))


def count_attempt(session: Session, tag: str, now: datetime, resting: Code = Code.ACCOUNT_LOCKED) -> None:
    """Count an attempt as failed before its password is checked; `clear` takes it back on success.

    Counting afterwards would let any number of simultaneous guesses through while the first ones are being hashed.
    `tag` stands for the identifier (holders.identifier_tag). Raises account_locked {minutes}, or
    `resting` in its place, and counts nothing while the account rests.
    """
    session.execute(upsert(session, LogInAttempts).values(tag=tag, failures=0, last_at=now).on_conflict_do_nothing())
    attempts = session.execute(select(LogInAttempts).where(LogInAttempts.tag == tag).with_for_update()).scalar_one()
    if attempts.locked_until is not None and attempts.locked_until > now:
        seconds = (attempts.locked_until - now).total_seconds()
        raise refuse(resting, minutes=max(1, int(-(-seconds // 60))))
    attempts.failures += 1
    minutes = minutes_after(attempts.failures)
    attempts.locked_until = now + timedelta(minutes=minutes) if minutes else None
    attempts.last_at = now
    session.flush()


def clear(session: Session, tag: str) -> None:
    """Forget the failures: the right password was given, or a link was followed."""
    session.execute(delete(LogInAttempts).where(LogInAttempts.tag == tag))


def forget_old(session: Session, now: datetime) -> None:
    """Delete the failures that nobody has added to for a day."""
    session.execute(delete(LogInAttempts).where(LogInAttempts.last_at <= now - MEMORY))
