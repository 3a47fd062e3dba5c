"""What identity keeps for a while only, and erases when its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.identity.access import access_requests, captcha, links, lockout, proofs_of_work
from services.identity.reissue.provider import checks
from services.runtime.bus import idempotency

ANSWERS_KEPT = timedelta(days=1)
"""A retry of a command comes within minutes; each CAPTCHA leaves an answer."""


def forget(session: Session, now: datetime) -> None:
    """Delete expired codes, proofs, cooldowns, failures answers, and
    tries at a provider; erase the passwords that expired links keep.
    """
    captcha.forget_expired(session, now)
    proofs_of_work.forget_expired(session, now)
    access_requests.forget_cooldowns(session, now)
    lockout.forget_old(session, now)
    links.forget_pending(session, now)
    checks.forget(session, now)
    idempotency.forget(session, now - ANSWERS_KEPT)
