"""Counting for the alert: messages that arrived, as far as anybody tells, and those that did not (D8)."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from services.notification.models import State
from services.runtime.telemetry import metrics

_MISSED = (State.FAILED, State.EXPIRED, State.UNCERTAIN, State.BOUNCED, State.UNKNOWN)


def count(session: Session, channel: str, state: str, number: int = 1) -> None:
    """Count messages that have come to a state, once that is committed.

    Of e-mails and notices the hand-over is the last that is told; of a short message the operator's word is awaited.
    """
    if state == State.DELIVERED or (state == State.SENT and channel != "sms"):
        outcome = metrics.ARRIVED
    elif state in _MISSED:
        outcome = metrics.MISSED
    else:
        return
    if number:
        counter = metrics.MESSAGES_ENDED.labels(channel, outcome)
        event.listen(session, "after_commit", lambda _session: counter.inc(number), once=True)
