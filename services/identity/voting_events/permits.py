"""Permits as identity issues them: for how long, and rounded to whole seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.identity.contract.permits import Permit, sign


def issue(private_key: str, *, election: str, holder: str, now: datetime, lifetime: timedelta) -> tuple[str, datetime]:
    """Return (permit, moment of expiry). `private_key` is an Ed25519 seed in hexadecimal."""
    expires_at = (now + lifetime).replace(microsecond=0)
    return sign(private_key, Permit(election, holder, now, expires_at)), expires_at
