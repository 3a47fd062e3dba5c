"""What identity records of an election when the urn seals it, and never changes: what voters' booths then insist on."""

from __future__ import annotations

from functools import lru_cache

from nacl.signing import SigningKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.contract.event import sealings as contract
from services.identity.contract.limits import ONLINE
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Election, SealedElection
from services.runtime.storage.upsert import upsert


class SealingConflict(Exception):
    """The urn says something else of a sealed election than it did, or of one that is not held here: people must look."""


def record(session: Session, *, election: str, fingerprint: str, receipt_key: str) -> None:
    """Record a sealing; the same again changes nothing.

    Raises:
        SealingConflict: for an election that is not held here, or that was sealed with another fingerprint or key.
    """
    if session.scalar(select(Election.mode).where(Election.uuid == election)) != ONLINE:
        raise SealingConflict(f"no election {election} is held here")
    kept = session.get(SealedElection, election)
    if kept is None:
        row = {"election": election, "fingerprint": fingerprint, "receipt_key": receipt_key}
        session.execute(upsert(session, SealedElection).values(row).on_conflict_do_nothing())
        kept = session.get_one(SealedElection, election)
    if (kept.fingerprint, kept.receipt_key) != (fingerprint, receipt_key):
        raise SealingConflict(f"election {election} was sealed otherwise")


def statement(session: Session, signing_key: str, election: str) -> contract.Sealing:
    """Return what was recorded, signed. Raises election_not_sealed."""
    kept = session.get(SealedElection, election)
    if kept is None:
        raise refuse(Code.ELECTION_NOT_SEALED)
    text = contract.signed_text(kept.election, kept.fingerprint, kept.receipt_key)
    key = _key(signing_key)
    return contract.Sealing(
        election=kept.election,
        fingerprint=kept.fingerprint,
        receipt_key=kept.receipt_key,
        identity_key=bytes(key.verify_key).hex(),
        signature=key.sign(text.encode()).signature.hex(),
    )


@lru_cache(maxsize=4)
def _key(signing_key: str) -> SigningKey:
    return SigningKey(bytes.fromhex(signing_key))
