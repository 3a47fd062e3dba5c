"""A voter's credentials leave before sealing, spares included: all elections of a removal at once, or none (E2).

Each election is under its lock, the one that sealing takes: a removal comes before the sealing, or is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from services.ballot.contract.events import WithdrawalAnswered
from services.ballot.elections.elections import locked
from services.ballot.models import Credential, Withdrawal, WithdrawnHolder
from services.identity.contract.events import HolderIn
from services.runtime.bus import outbox
from services.runtime.storage.crash_points import crash_point


def withdraw(session: Session, removal: str, holders: Sequence[HolderIn]) -> None:
    """Delete the credentials of these holders unless one of the elections is sealed, and say which by an event.

    A holder is remembered, so that a batch that comes later brings nothing of his back. The same removal again changes
    nothing and is answered as it was before.

    Args:
        session: an open transaction.
        removal: the number of it, the same whenever it is asked again.
        holders: a pseudonym for each election.
    """
    answered = session.get(Withdrawal, removal)
    if answered is None:
        # In one order for everybody, so that two transactions do not wait for each other.
        elections = [locked(session, uuid) for uuid in sorted({one.election for one in holders})]
        # Asked again under the locks: a simultaneous delivery may have been first.
        answered = session.get(Withdrawal, removal)
    if answered is None:
        done = all(election is None or election.raw is None for election in elections)
        if done:
            _delete(session, holders)
        answered = Withdrawal(removal=removal, done=done)
        session.add(answered)
        session.flush()
    outbox.publish(session, "ballot", WithdrawalAnswered(removal=removal, done=answered.done))
    crash_point(session, "withdraw")


def _delete(session: Session, holders: Iterable[HolderIn]) -> None:
    for one in holders:
        if session.get(WithdrawnHolder, (one.election, one.holder)) is None:
            session.execute(insert(WithdrawnHolder).values(election=one.election, holder=one.holder))
        session.execute(
            delete(Credential)
            .where(Credential.election == one.election, Credential.holder == one.holder)
            .execution_options(synchronize_session=False)
        )
