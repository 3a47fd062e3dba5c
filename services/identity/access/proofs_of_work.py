"""Proofs of work that have served: each opens one form once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.identity.contract.refusals import Code, refuse
from services.identity.models import SpentProof
from services.runtime.storage.upsert import upsert

MARGIN = timedelta(hours=1)
"""How long a row outlives the proof, should the clocks of gateway and identity differ."""


def spend(session: Session, *, proof: str, form: str, expires_at: datetime) -> None:
    """Note that a proof has served. Raises proof_spent when it had before, for whatever form."""
    statement = (
        upsert(session, SpentProof)
        .values(proof=proof, form=form, expires_at=expires_at)
        .on_conflict_do_nothing()
        .returning(SpentProof.proof)
    )
    if session.execute(statement).scalar_one_or_none() is None:
        raise refuse(Code.PROOF_SPENT)


def forget_expired(session: Session, now: datetime) -> None:
    """Delete the proofs that no gateway would take any more."""
    session.execute(delete(SpentProof).where(SpentProof.expires_at <= now - MARGIN))
