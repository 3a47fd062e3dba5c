"""Back-off on failed log-ins, per account: slow for a guesser, short for a voter (A9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.identity.errors import Code, refuse
from services.identity.models import Account

FAILURES_ALLOWED = 5
LONGEST_MINUTES = 15


def minutes_after(failures: int) -> int:
    """Return for how many minutes the account rests after `failures` in a row: 0 below five, then 1, 2, 4, 8, 15…"""
    if failures < FAILURES_ALLOWED:
        return 0
    return min(LONGEST_MINUTES, 1 << min(failures - FAILURES_ALLOWED, 10))


def count_attempt(session: Session, account: Account, now: datetime) -> None:
    """Count an attempt as failed before its password is checked; `clear` takes it back on success.

    Counting afterwards would let any number of simultaneous guesses through while the first ones are being hashed.
    Raises account_locked {minutes} and counts nothing while the account rests. The caller holds the row's lock.
    """
    if account.locked_until is not None and account.locked_until > now:
        seconds = (account.locked_until - now).total_seconds()
        raise refuse(Code.ACCOUNT_LOCKED, minutes=max(1, int(-(-seconds // 60))))
    account.failed_log_ins += 1
    minutes = minutes_after(account.failed_log_ins)
    account.locked_until = now + timedelta(minutes=minutes) if minutes else None
    session.flush()


def clear(account: Account) -> None:
    """Forget the failures: the right password was given, or a link was followed."""
    account.failed_log_ins = 0
    account.locked_until = None
