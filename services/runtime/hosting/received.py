"""Facts received: written down once, worked off from the row, with pauses between attempts and a parked state."""

import contextvars
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.runtime.bus.delivery_tables import INBOX
from services.runtime.clock import cut_to_hour, utc_now
from services.runtime.contracts.messages import Event
from services.runtime.hosting.resources import Resources
from services.runtime.storage.absence import is_away
from services.runtime.storage.database import Database
from services.runtime.telemetry import correlation, logs, metrics

log = logs.get_logger("isoloir.inbox")

Received = TypeVar("Received", bound=Event)
Work = Callable[[Session, Received, Resources[Any]], Any]

MOST_ATTEMPTS = 12
LONGEST_PAUSE = 300.0  # seconds between two attempts
BATCH = 50
PRUNED = 500  # rows deleted in one transaction

# Built once, because every event asks them and building a statement costs more than executing it.
_ADD = insert(INBOX)
_DUE = (
    select(INBOX.c.event_id)
    .where(
        INBOX.c.state == "pending",
        INBOX.c.source == bindparam("source"),
        INBOX.c.type == bindparam("type"),
        INBOX.c.next_attempt_at <= bindparam("now"),
    )
    .order_by(INBOX.c.received_at)
    .limit(BATCH)
)
_OF_EVENT = select(INBOX).where(INBOX.c.event_id == bindparam("event"), INBOX.c.state == "pending")
_FREE = _OF_EVENT.with_for_update(skip_locked=True)
_HELD = _OF_EVENT.with_for_update()
_NOTE = update(INBOX).where(INBOX.c.event_id == bindparam("event"))


def receive(database: Database, event: dict[str, Any]) -> bool:
    """Write an event down. Out: False where it had been received before.

    In: the envelope that the relay made, already looked at (bus.envelopes).

    Raises SQLAlchemy's errors where the database is away.
    """
    now = utc_now()
    row = {
        "event_id": event["id"],
        "source": event["source"],
        "type": event["type"],
        "payload": json.dumps(event["payload"], ensure_ascii=False),
        "correlation_id": event["correlation_id"],
        "received_at": now,
        "state": "pending",
        "attempts": 0,
        "next_attempt_at": now,
    }
    try:
        with database.transaction() as session:
            session.execute(_ADD, row)
    except IntegrityError:
        return False
    return True


def work_due(resources: Resources[Any], source: str, kind: type[Received], work: Work[Received]) -> int:
    """Do the work of the rows that are due. Out: how many were taken up.

    Each row in a transaction of its own, together with its being marked done. Its payload and exact time are erased
    then: the events name pseudonyms, which must not pile up, and come in an order that must not be kept. A failing row is
    tried again with growing pauses, then parked for operators.
    """
    with resources.database.reading() as session:
        asked = {"source": source, "type": kind.type, "now": utc_now()}
        event_ids = session.execute(_DUE, asked).scalars().all()
    for event_id in event_ids:
        contextvars.copy_context().run(_work_one, resources, event_id, kind, work)
    return len(event_ids)


def forget_done(database: Database, source: str, event_type: str, before: datetime) -> int:
    """Delete rows of events that were done before that moment, at most PRUNED at a time. Out: how many.

    By the index of what is due, in a short transaction that passes over rows that somebody holds: nobody waits for it.
    Rows that are parked or still pending stay, however old.
    """
    old = (
        select(INBOX.c.event_id)
        .where(
            INBOX.c.state == "done",
            INBOX.c.source == source,
            INBOX.c.type == event_type,
            INBOX.c.received_at < before,
        )
        .limit(PRUNED)
        .with_for_update(skip_locked=True)
    )
    with database.transaction() as session:
        event_ids = session.scalars(old).all()
        if event_ids:
            session.execute(delete(INBOX).where(INBOX.c.event_id.in_(event_ids)))
    return len(event_ids)


def _work_one(resources: Resources[Any], event_id: str, kind: type[Received], work: Work[Received]) -> None:
    try:
        with resources.database.transaction() as session:
            row = session.execute(_FREE, {"event": event_id}).one_or_none()
            if row is None:  # another process of the same service has it
                return
            correlation.bind(row.correlation_id)
            work(session, kind.read(json.loads(row.payload)), resources)
            session.execute(_NOTE, {"event": event_id, **_worked(row)})
    except Exception as error:
        _note_failure(resources.database, event_id, error)
    else:
        metrics.EVENTS_WORKED.labels(row.type, "done").inc()
        log.info("event_worked", event_type=row.type, source=row.source)


def _worked(row: Any) -> dict[str, Any]:
    """What is left of an event: enough to know it again, not enough to tell when a voter did what (L1)."""
    hour = cut_to_hour(row.received_at)
    return {"state": "done", "payload": None, "correlation_id": "", "received_at": hour, "next_attempt_at": hour}


def _note_failure(database: Database, event_id: str, error: Exception) -> None:
    with database.transaction() as session:
        row = session.execute(_HELD, {"event": event_id}).one_or_none()
        if row is None:  # another process took it up after our roll-back, and did it
            return
        # A database that is away or a lock that is held says nothing of the event: it is never parked for that.
        attempts = row.attempts + (0 if is_away(error) else 1)
        state = "parked" if attempts >= MOST_ATTEMPTS else "pending"
        pause = min(LONGEST_PAUSE, 2.0 ** max(attempts - 1, 0))
        noted = {
            "attempts": attempts,
            "state": state,
            "next_attempt_at": utc_now() + timedelta(seconds=pause),
            # Only the kind of the error: its words could repeat what was in the event.
            "reason": type(error).__name__,
        }
        session.execute(_NOTE, {"event": event_id, **noted})
    metrics.EVENTS_WORKED.labels(row.type, "parked" if state == "parked" else "failed").inc()
    log.error("event_failed", event_type=row.type, source=row.source, attempts=attempts, state=state, exc_info=error)
