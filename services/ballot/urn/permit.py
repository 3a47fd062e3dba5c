"""Permits at the urn: identity's signature and the clock decide."""

from __future__ import annotations

from datetime import datetime

from services.ballot.contract.refusals import Code, refuse
from services.identity.contract.entrance import permits
from services.identity.contract.entrance.permits import Permit, Use


def verify(text: str, public_key_hex: str, now: datetime, use: Use) -> Permit:
    """Return the permit. Raises Refusal permit_invalid (none of identity's, or for another use), permit_expired."""
    try:
        permit = permits.verify(text, public_key_hex)
    except permits.PermitInvalid as error:
        raise refuse(Code.PERMIT_INVALID) from error
    if permit.use is not use:
        raise refuse(Code.PERMIT_INVALID)
    if now >= permit.expires_at:
        raise refuse(Code.PERMIT_EXPIRED)
    return permit
