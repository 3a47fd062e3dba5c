"""Permits as identity issues them: to a session, for one use, and never longer than that session lives (L9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from nacl.signing import SigningKey

from services.identity.contract.entrance import permits as written
from services.identity.contract.entrance.permits import Permit, Use
from services.identity.contract.refusals import Code, refuse
from services.identity.models import SealedElection
from services.identity.voting_events import holders

MOMENT = timedelta(minutes=2)
"""How long a permit lives that goes from service to service only: as long as a call may wait."""


@dataclass(frozen=True)
class PermitKeys:
    """The key of pseudonyms, and the Ed25519 seed that signs permits; both in hexadecimal."""

    holder: str
    signing: str


def issue(
    keys: PermitKeys,
    sealed: SealedElection,
    *,
    voter_id: str,
    session_id: str,
    use: Use,
    now: datetime,
    lifetime: timedelta,
    votes_until: datetime,
) -> tuple[str, datetime]:
    """Return (permit, moment of expiry) for a voter's session, which votes until that moment, in a sealed election."""
    permit = Permit(
        election=sealed.election,
        holder=holders.holder(keys.holder, sealed.election, voter_id),
        use=use,
        session=holders.session_tag(keys.holder, sealed.election, session_id),
        fingerprint=sealed.fingerprint,
        receipt_key=sealed.receipt_key,
        issued_at=now,
        expires_at=(now + lifetime).replace(microsecond=0),
        votes_until=votes_until.replace(microsecond=0),
    )
    return written.sign(keys.signing, permit), permit.expires_at


def confirm(keys: PermitKeys, text: str, *, session_id: str, now: datetime) -> str:
    """Return a permit to cast now, for the booth's permit of a session that is open at this moment.

    Args:
        keys: of identity.
        text: the permit that the browser holds.
        session_id: of the session that the browser shows, found open by the caller.
        now: the moment.

    Raises:
        Refusal: permit_invalid, permit_expired, permit_other_session (it was issued to another one: before a log-out or
            a new password, or to somebody else).
    """
    try:
        permit = written.verify(text, _public(keys.signing))
    except written.PermitInvalid:
        raise refuse(Code.PERMIT_INVALID) from None
    if permit.use is not Use.BOOTH:
        raise refuse(Code.PERMIT_INVALID)
    if now >= permit.expires_at:
        raise refuse(Code.PERMIT_EXPIRED)
    if permit.session != holders.session_tag(keys.holder, permit.election, session_id):
        raise refuse(Code.PERMIT_OTHER_SESSION)
    expires_at = (now + MOMENT).replace(microsecond=0)
    return written.sign(keys.signing, replace(permit, use=Use.CAST, issued_at=now, expires_at=expires_at))


@lru_cache(maxsize=4)
def _public(signing_key: str) -> str:
    return bytes(SigningKey(bytes.fromhex(signing_key)).verify_key).hex()
