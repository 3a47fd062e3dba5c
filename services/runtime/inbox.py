"""Facts on their way in: the handler only writes a row and acknowledges; the work is done from the row.

Nothing raises inside a handler except a database that is away, and then the message goes back to the queue after a pause:
never lost, never in a hot loop (design.md, Bus; research/nameko.md, Traps).
"""

import contextvars
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kombu import Exchange, Queue
from nameko.extensions import DependencyProvider
from nameko.messaging import QueueConsumer
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.runtime import correlation, logs, topology
from services.runtime.clock import utc_now
from services.runtime.database import Database
from services.runtime.delivery_tables import INBOX
from services.runtime.loops import BackgroundLoop
from services.runtime.resources import Held, held_by

log = logs.get_logger("isoloir.inbox")

Work = Callable[[Session, dict[str, Any], Held], Any]

MOST_ATTEMPTS = 12
LONGEST_PAUSE = 300.0  # seconds between two attempts
BATCH = 50


def receive(database: Database, event: dict[str, Any]) -> bool:
    """Write an event down. In: the envelope that the relay made. Out: False where it had been received before.

    Raises SQLAlchemy's errors where the database is away, KeyError for an envelope that is none.
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
            session.execute(insert(INBOX).values(row))
    except IntegrityError:
        return False
    return True


def work_due(held: Held, source: str, event_type: str, work: Work) -> int:
    """Do the work of the rows that are due. Out: how many were taken up.

    Each row in a transaction of its own, together with its being marked done; its payload is erased then, for the events
    name pseudonyms that must not pile up. A failing row is tried again with growing pauses, then parked for operators.
    """
    due = (
        select(INBOX.c.event_id)
        .where(
            INBOX.c.state == "pending",
            INBOX.c.source == source,
            INBOX.c.type == event_type,
            INBOX.c.next_attempt_at <= utc_now(),
        )
        .order_by(INBOX.c.received_at)
        .limit(BATCH)
    )
    with held.database.reading() as session:
        event_ids = session.execute(due).scalars().all()
    for event_id in event_ids:
        contextvars.copy_context().run(_work_one, held, event_id, work)
    return len(event_ids)


def _work_one(held: Held, event_id: str, work: Work) -> None:
    row_of = select(INBOX).where(INBOX.c.event_id == event_id, INBOX.c.state == "pending")
    try:
        with held.database.transaction() as session:
            row = session.execute(row_of.with_for_update(skip_locked=True)).one_or_none()
            if row is None:  # another process of the same service has it
                return
            correlation.bind(row.correlation_id)
            work(session, json.loads(row.payload), held)
            session.execute(update(INBOX).where(INBOX.c.event_id == event_id).values(state="done", payload=None))
    except Exception as error:
        _note_failure(held.database, event_id, error)
    else:
        log.info("event_worked", event_type=row.type, source=row.source)


def _note_failure(database: Database, event_id: str, error: Exception) -> None:
    with database.transaction() as session:
        row = session.execute(select(INBOX).where(INBOX.c.event_id == event_id)).one()
        attempts = row.attempts + 1
        state = "parked" if attempts >= MOST_ATTEMPTS else "pending"
        pause = min(LONGEST_PAUSE, 2.0 ** (attempts - 1))
        session.execute(
            update(INBOX)
            .where(INBOX.c.event_id == event_id)
            # Only the kind of the error: its words could repeat what was in the event.
            .values(
                attempts=attempts,
                state=state,
                next_attempt_at=utc_now() + timedelta(seconds=pause),
                reason=type(error).__name__,
            )
        )
    log.error("event_failed", event_type=row.type, source=row.source, attempts=attempts, state=state, exc_info=error)


class Inbox(DependencyProvider):
    """A subscription as an attribute of a service class: `accepted = Inbox("ballot", "ballot_accepted", sign)`.

    In: `source` and `event_type` of services.runtime.topology, `work(session, payload, resources)`.
    """

    queue_consumer = QueueConsumer()

    def __init__(self, source: str, event_type: str, work: Work) -> None:
        self.source = source
        self.event_type = event_type
        self.work = work
        self.queue: Queue | None = None
        self._loop: BackgroundLoop | None = None

    def make_loop(self, held: Held) -> BackgroundLoop:
        """The loop that works the rows off, not yet started."""
        return BackgroundLoop(
            f"{held.service}.inbox.{self.event_type}",
            lambda: work_due(held, self.source, self.event_type, self.work),
            every=1.0,
        )

    def setup(self) -> None:
        """Declare the queue and take part in the service's consumer."""
        name = topology.queue_name(self.source, self.event_type, self.container.service_name)
        exchange = Exchange(topology.exchange_name(self.source), type="topic", durable=True, auto_delete=False)
        self.queue = Queue(name, exchange=exchange, routing_key=self.event_type, durable=True)
        self.queue_consumer.register_provider(self)

    def start(self) -> None:
        """Begin to work rows off, those of an earlier life of the process included."""
        self._loop = self.make_loop(held_by(self))
        self._loop.start()

    def stop(self) -> None:
        """Stop consuming, then stop working."""
        self.queue_consumer.unregister_provider(self)
        if self._loop is not None:
            self._loop.stop()

    def get_dependency(self, worker_ctx: Any) -> "Inbox":
        """The service sees the subscription itself."""
        return self

    def handle_message(self, body: Any, message: Any) -> None:
        """Insert and acknowledge; where the database is away, wait and give the message back."""
        try:
            receive(held_by(self).database, body)
        except (KeyError, TypeError) as error:
            # No envelope of ours: nothing could ever come of it.
            log.error("event_malformed", event_type=self.event_type, exc_info=error)
        except Exception as error:
            log.error("event_not_received", event_type=self.event_type, exc_info=error)
            time.sleep(2)
            self.queue_consumer.requeue_message(message)
            return
        self.queue_consumer.ack_message(message)
        if self._loop is not None:
            self._loop.wake()
