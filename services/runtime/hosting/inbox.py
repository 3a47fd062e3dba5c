"""Facts on their way in: the handler only writes a row and acknowledges; the work is done from the row.

Nothing raises inside a handler. Where the database is away, the message is held until it is back: never lost, never in a hot
loop. What is no event of ours is rejected, and set aside as a dead letter.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kombu import Queue
from nameko.extensions import DependencyProvider

from services.runtime.bus import event_signatures, topology
from services.runtime.bus.envelopes import fault_of_event
from services.runtime.clock import utc_now
from services.runtime.hosting.background import BackgroundLoop
from services.runtime.hosting.consumers import Reader, reject
from services.runtime.hosting.received import PRUNED, Received, Work, forget_done, receive, work_due
from services.runtime.hosting.resource_provider import resources_of
from services.runtime.hosting.resources import Resources
from services.runtime.storage.absence import is_away, kind_of
from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.inbox")

PAUSE = 2.0  # seconds between two tries to write an event down
REST = 5.0  # seconds between two looks of a process that receives nothing: for rows of one that has died
LOOK_EVERY = 600.0  # seconds between two looks at what is old


class Inbox(DependencyProvider):
    """A subscription as an attribute of a service class: `accepted = Inbox("ballot", BallotAccepted, sign)`.

    In: `source`, the service that sends; `kind`, the event as the sender's contract has it (source and type are in
    services.runtime.bus.topology); `work(session, event, resources)`. An event that is not as its contract says is parked.
    """

    queue_consumer = Reader()

    def __init__(self, source: str, kind: type[Received], work: Work[Received]) -> None:
        self.source = source
        self.event_type = kind.type
        self._work_due: Callable[[Resources[Any]], int] = lambda resources: work_due(resources, source, kind, work)
        self.queue: Queue | None = None
        self._next_look = 0.0
        self._loop: BackgroundLoop | None = None
        self._stopping = False

    def make_loop(self, resources: Resources[Any]) -> BackgroundLoop:
        """The loop that works the rows off, not yet started."""
        return BackgroundLoop(
            f"{resources.service}.inbox.{self.event_type}",
            # What is old is deleted when there is nothing else to do.
            lambda: self._work_due(resources) or self._forget_done(resources),
            every=1.0,
            at_rest=REST,
        )

    def _forget_done(self, resources: Resources[Any]) -> bool:
        """Delete some old rows, now and then. Out: whether there are more."""
        if time.monotonic() < self._next_look:
            return False
        before = utc_now() - timedelta(days=resources.settings.inbox_days)
        more = forget_done(resources.database, self.source, self.event_type, before) == PRUNED
        if not more:
            self._next_look = time.monotonic() + LOOK_EVERY
        return more

    def setup(self) -> None:
        """Read the subscription's queue, which is there before any process (services.runtime.bus.topology)."""
        name = topology.queue_name(self.source, self.event_type, self.container.service_name)
        self.queue = Queue(name, no_declare=True)
        self.queue_consumer.register_provider(self)

    def start(self) -> None:
        """Begin to work rows off, those of an earlier life of the process included."""
        self._loop = self.make_loop(resources_of(self))
        self._loop.start()

    def stop(self) -> None:
        """Stop consuming, then stop working."""
        self._stopping = True
        self.queue_consumer.unregister_provider(self)
        if self._loop is not None:
            self._loop.stop()

    def get_dependency(self, worker_ctx: Any) -> "Inbox":
        """The service sees the subscription itself."""
        return self

    def handle_message(self, body: Any, message: Any) -> None:
        """Insert and acknowledge; what is no event of this subscription, or not its sender's, is rejected.

        A database that is away is awaited.
        """
        fault = fault_of_event(body, self.source, self.event_type) or self._fault_of_signature(body)
        while fault is None:
            try:
                receive(resources_of(self).database, body)
                break
            except Exception as error:
                if not is_away(error):
                    log.error("event_not_received", event_type=self.event_type, exc_info=error)
                    fault = f"not_written_{type(error).__name__}"
                elif self._stopping:
                    self._answer(self.queue_consumer.requeue_message, message)
                    return
                else:
                    # Held, and not given back: the broker counts deliveries, and sets aside what comes too often.
                    log.warning("event_waits", event_type=self.event_type, error=kind_of(error))
                    time.sleep(PAUSE)
        if fault is not None:
            reject(message, fault, topology.queue_name(self.source, self.event_type, self.container.service_name))
            return
        self._answer(self.queue_consumer.ack_message, message)
        if self._loop is not None:
            self._loop.wake()

    def _fault_of_signature(self, event: dict[str, Any]) -> str | None:
        """Why an event is not its sender's, in a word; None where it is. With a broker every sender's key is known."""
        key = resources_of(self).settings.event_keys.get(self.source)
        return None if key is not None and event_signatures.is_signed_by(key, event) else "signature"

    def _answer(self, answer: Callable[[Any], None], message: Any) -> None:
        """Acknowledge or give back. A broker that is gone meanwhile brings the message again, and its row is known."""
        try:
            answer(message)
        except OSError as error:  # nameko catches amqp's own errors; out of here it would end the whole process
            log.warning("event_not_answered", event_type=self.event_type, error=type(error).__name__)
