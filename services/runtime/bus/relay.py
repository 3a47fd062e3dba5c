"""From the outboxes to the broker: published with confirms and `mandatory`, erased only once the broker has them."""

import contextlib
import json
import time
from collections.abc import Callable
from math import inf
from typing import Any, Protocol

import pika
from pika.exceptions import AMQPError, NackError
from pydantic_settings import SettingsConfigDict
from sqlalchemy import delete, select

from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import broker_queues, condition, topology
from services.runtime.bus.delivery_tables import OUTBOX
from services.runtime.service_names import SERVICES
from services.runtime.settings import RuntimeSettings
from services.runtime.storage.database import Database
from services.runtime.telemetry import logs, metrics, repeats

log = logs.get_logger("isoloir.relay")

BATCH = 200
POLL = 0.05  # seconds between two looks at outboxes that have just been emptied
REST = 0.25  # seconds between two looks when nothing has come for a while: four databases are asked each time
SLOWER = 1.1
LONGEST_PAUSE = 1.5  # seconds between two tries while the broker or a database is away


class Settings(RuntimeSettings):
    """The relay reads every outbox, and nothing else of the databases (deploy/production/postgresql grants it no more)."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_RELAY_")

    identity_database_url: str = "sqlite:///var/identity.sqlite"
    ballot_database_url: str = "sqlite:///var/ballot.sqlite"
    reassort_database_url: str = "sqlite:///var/reassort.sqlite"
    notification_database_url: str = "sqlite:///var/notification.sqlite"

    def databases(self) -> dict[str, str]:
        """Service → URL of its database."""
        return {service: getattr(self, f"{service}_database_url") for service in SERVICES}


class Undeliverable(Exception):
    """The broker did not take the event: it stays in the outbox and is tried again."""


class Publisher(Protocol):
    """Whoever can hand an event over for good."""

    def publish(self, event: dict[str, Any]) -> None:
        """Hand over one event. Returns once it is safe; raises Undeliverable otherwise."""
        ...


def drain(database: Database, publisher: Publisher) -> int:
    """Publish the events of one outbox in order. Out: how many were handed over.

    A crash between the hand-over and the erasure publishes an event twice; inboxes know it by its id.
    Raises Undeliverable after having erased what was handed over before.
    """
    with database.reading() as session:
        rows = session.execute(select(OUTBOX).order_by(OUTBOX.c.sequence).limit(BATCH)).all()
    done: list[int] = []
    try:
        for row in rows:
            publisher.publish(
                {
                    "id": row.event_id,
                    "source": row.source,
                    "type": row.type,
                    "correlation_id": row.correlation_id,
                    "occurred_at": row.created_at.isoformat(),
                    "payload": json.loads(row.payload),
                    "signature": row.signature,
                }
            )
            done.append(row.sequence)
    finally:
        if done:
            with database.transaction() as session:
                session.execute(delete(OUTBOX).where(OUTBOX.c.sequence.in_(done)))
            metrics.EVENTS_RELAYED.labels(database.service).inc(len(done))
            log.info("events_relayed", service=database.service, count=len(done))
    return len(done)


class RabbitPublisher:
    """Publishes to RabbitMQ with pika: persistent, confirmed, mandatory. Reconnects when asked again."""

    def __init__(self, amqp_uri: str) -> None:
        self._address = BrokerAddress.parse(amqp_uri)
        self._connection: Any = None
        self._channel: Any = None

    def publish(self, event: dict[str, Any]) -> None:
        """Hand an event to the broker; see Publisher."""
        try:
            self._open().basic_publish(
                exchange=topology.exchange_name(event["source"]),
                routing_key=event["type"],
                body=json.dumps(event, ensure_ascii=False).encode(),
                properties=pika.BasicProperties(
                    content_type="application/json",
                    content_encoding="utf-8",
                    delivery_mode=pika.DeliveryMode.Persistent,
                    message_id=event["id"],
                ),
                mandatory=True,
            )
        except NackError as error:
            raise Undeliverable(type(error).__name__) from None
        except (AMQPError, OSError) as error:
            # After UnroutableError too: a queue has gone from a living broker, and opening again declares it again.
            self.close()
            raise Undeliverable(type(error).__name__) from None

    def standing(self) -> broker_queues.Standing:
        """How the broker's queues are. Raises Undeliverable where it does not say."""
        try:
            self._open()
            return broker_queues.look(self._connection)
        except (AMQPError, OSError) as error:
            self.close()
            raise Undeliverable(type(error).__name__) from None

    def wait(self, seconds: float) -> None:
        """Pause, answering the broker's heartbeats meanwhile."""
        if self._connection is not None and self._connection.is_open:
            try:
                self._connection.sleep(seconds)
                return
            except (AMQPError, OSError):
                self.close()
        time.sleep(seconds)

    def close(self) -> None:
        """Drop the connection; the next event opens another."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None and connection.is_open:
            try:
                connection.close()
            except (AMQPError, OSError) as error:
                log.warning("relay_close_failed", error=type(error).__name__)

    def _open(self) -> Any:
        if self._channel is not None and self._channel.is_open:
            return self._channel
        parameters = self._address.pika_parameters()
        parameters.heartbeat = 20
        parameters.blocked_connection_timeout = 30
        self._connection = pika.BlockingConnection(parameters)
        self._connection.add_on_connection_blocked_callback(lambda *_: log.error("broker_blocked"))
        self._connection.add_on_connection_unblocked_callback(lambda *_: log.info("broker_unblocked"))
        self._channel = self._connection.channel()
        topology.declare_events(self._channel)
        self._channel.confirm_delivery()
        log.info("relay_connected")
        return self._channel


def _tell(standing: broker_queues.Standing) -> None:
    metrics.DEAD_LETTERS.set(standing.dead_letters)
    for one in standing.queues:
        metrics.QUEUE_MESSAGES.labels(one.queue, one.service).set(one.messages)
        metrics.QUEUE_READERS.labels(one.queue, one.service).set(-1 if one.readers is None else one.readers)


def run(settings: Settings, stopping: Callable[[], bool]) -> None:
    """Relay until `stopping()`. A database or a broker that is away is waited for, never given up."""
    databases = [Database(url, service, settings.time_limits()) for service, url in settings.databases().items()]
    hearts = {database.service: condition.Heart(database, condition.RELAY) for database in databases}
    beaten: dict[str, float] = {}
    interrupted: dict[str, str] = {}
    outages = repeats.Repeats()
    publisher = RabbitPublisher(settings.amqp_uri)
    metrics.serve(settings.metrics_bind)
    log.info("relay_started", services=sorted(hearts))
    pause, counted = POLL, -inf
    while not stopping():
        moved, failed = 0, False
        if time.monotonic() - counted >= condition.BEAT_SECONDS:
            counted = time.monotonic()
            with contextlib.suppress(Undeliverable):  # a broker that is away is told of below
                _tell(publisher.standing())
        for database in databases:
            try:
                if time.monotonic() - beaten.get(database.service, -inf) >= condition.BEAT_SECONDS:
                    hearts[database.service].beat()
                    beaten[database.service] = time.monotonic()
                moved += drain(database, publisher)
                if database.service in interrupted:
                    outages.forget((database.service, interrupted.pop(database.service)))
                    log.info("relay_resumed", service=database.service)
            except Exception as error:
                failed = True
                cause = str(error) if isinstance(error, Undeliverable) else type(error).__name__
                interrupted[database.service] = cause
                count = outages.held_back((database.service, cause))
                if count is not None:  # an outage is a line a minute
                    log.warning("relay_interrupted", service=database.service, error=cause, repeated=count)
        if failed:
            pause = min(max(pause, 0.1) * 2, LONGEST_PAUSE)
        elif moved:
            pause = 0.0
        else:
            pause = min(max(pause, POLL) * SLOWER, REST)
        if pause:
            publisher.wait(pause)
    publisher.close()
    for heart in hearts.values():
        heart.stop()
    log.info("relay_stopped")
