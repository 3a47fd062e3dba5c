"""A bearer leaves the roll before sealing: the urn is asked first, and what it answers is done here (E2, docs/adr/0040).

Each function is the work of one event, in one transaction under the lock of the generation. The removal's number makes each
of them safe to be repeated.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from services.identity.contract.events import HolderIn, RemovalAsked
from services.reassort.codes import commitment_job, generation
from services.reassort.codes.generation import SOURCE, STALE, Parameters
from services.reassort.contract.events import RemovalOutcome, RemovalSettled, Withdraw
from services.reassort.models import Bearer, Commitment, PublicCredential, Spare, Withdrawal
from services.runtime.bus import outbox
from services.runtime.storage.crash_points import crash_point

ASKED, DONE, SEALED = "asked", "done", "sealed"


class UnknownRemoval(Exception):
    """An answer about a removal that is not here: it is tried again, then parked for people to look at."""


def begin(session: Session, parameters: Parameters, asked: RemovalAsked) -> None:
    """Write down that the bearer leaves, and ask the urn to let his credentials go."""
    generation.opened(session, parameters, asked.voting_event)
    if session.get(Withdrawal, asked.removal) is not None:
        return
    session.add(
        Withdrawal(
            removal=asked.removal,
            voting_event=asked.voting_event,
            bearer=asked.bearer,
            before=generation.entitlements_digest([*asked.leaves, *asked.stays]),
            after=generation.entitlements_digest(asked.stays) if asked.stays else "",
            holders=json.dumps(sorted((one.election, one.holder) for one in asked.leaves)),
            state=ASKED,
        )
    )
    session.flush()
    outbox.publish(session, SOURCE, Withdraw(removal=asked.removal, holders=asked.leaves))
    crash_point(session, "begin_withdrawal")


def finish(session: Session, removal: str, *, done: bool) -> None:
    """Delete what the urn has let go, or leave all as it was where an election was sealed; tell identity.

    Raises:
        UnknownRemoval: a removal that is not known.
    """
    withdrawal = _locked(session, removal)
    if withdrawal.state != ASKED:
        return
    if done:
        leaves = json.loads(withdrawal.holders or "[]")
        _forget(session, withdrawal, [HolderIn(election=election, holder=holder) for election, holder in leaves])
    withdrawal.state, withdrawal.holders = DONE if done else SEALED, None
    session.flush()
    outcome = RemovalOutcome.DONE if done else RemovalOutcome.SEALED
    outbox.publish(session, SOURCE, RemovalSettled(removal=removal, outcome=outcome))
    crash_point(session, "finish_withdrawal")


def _locked(session: Session, removal: str) -> Withdrawal:
    found = session.get(Withdrawal, removal)
    if found is None:
        raise UnknownRemoval("no such removal was asked for")
    generation.locked(session, found.voting_event)
    session.refresh(found)
    return found


def _forget(session: Session, withdrawal: Withdrawal, leaves: Sequence[HolderIn]) -> None:
    """Delete spares and bearer, or the credentials of some elections alone, and have their lists committed to anew."""
    of_bearer = {"voting_event": withdrawal.voting_event, "bearer": withdrawal.bearer}
    for one in leaves:
        gone = session.execute(
            delete(PublicCredential)
            .where(PublicCredential.election == one.election, PublicCredential.holder == one.holder)
            .execution_options(synchronize_session=False)
        )
        removed = gone.rowcount if isinstance(gone, CursorResult) else 0
        session.execute(
            update(Commitment)
            .where(Commitment.election == one.election)
            .values(count=Commitment.count - removed, digest=STALE)
            .execution_options(synchronize_session=False)
        )
    if withdrawal.after:
        session.execute(
            update(Bearer)
            .filter_by(**of_bearer)
            .values(entitlements=withdrawal.after)
            .execution_options(synchronize_session=False)
        )
    else:
        for table in (Spare, Bearer):
            session.execute(delete(table).filter_by(**of_bearer).execution_options(synchronize_session=False))
    commitment_job.ask(session, withdrawal.voting_event)
