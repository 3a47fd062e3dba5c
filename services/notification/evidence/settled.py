"""Telling the sender of a message what became of it, in the transaction that notes it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from services.notification.contract.events import MessageSettled, Settled
from services.notification.models import State
from services.runtime.bus import outbox

_OUTCOMES = {
    State.DELIVERED: Settled.DELIVERED,
    State.FAILED: Settled.FAILED,
    State.EXPIRED: Settled.FAILED,
}
"""Of the states that are the end of a message; a hand-over alone is none."""


def tell(session: Session, rows: Iterable[tuple[str, str, bool]]) -> None:
    """Publish message_settled for those whose sender wants to know and whose state is an end.

    Args:
        session: an open transaction.
        rows: id, state and `report` of each message that has changed.
    """
    for message_id, state, report in rows:
        outcome = _OUTCOMES.get(State(state))
        if report and outcome is not None:
            outbox.publish(session, "notification", MessageSettled(message_id=message_id, outcome=outcome))
