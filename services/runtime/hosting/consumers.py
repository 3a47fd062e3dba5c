"""How a service reads its queues: whatever is no message of ours is rejected, counted and set aside by the broker.

nameko acknowledges what it cannot decode, and dies of a call without `reply_to`, which then comes back to the next process.
Queues are not declared here: they are there before any process (services.runtime.bus.topology).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection, Queue
from nameko.amqp.publish import Publisher
from nameko.constants import (
    AMQP_SSL_CONFIG_KEY,
    AMQP_URI_CONFIG_KEY,
    DEFAULT_SERIALIZER,
    LOGIN_METHOD_CONFIG_KEY,
    NON_PERSISTENT,
)
from nameko.messaging import QueueConsumer
from nameko.rpc import Responder, Rpc, RpcConsumer, get_rpc_exchange

from services.runtime.bus import topology
from services.runtime.bus.envelopes import fault_of_call
from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.bus")

AGAIN = {"interval_start": 0.1, "interval_step": 0.2, "interval_max": 1.0}
"""Seconds between two tries to reach a broker that is away."""

rejected: Counter[str] = Counter()
"""How many messages this process has rejected, by the reason in a word."""


def reject(message: Any, fault: str, queue: str) -> None:
    """Set a message aside in the dead-letter queue. Nothing of its content is logged: it may be anybody's secret."""
    rejected[fault] += 1
    log.error("message_rejected", queue=queue, fault=fault, count=rejected[fault])
    try:
        message.reject(requeue=False)
    except OSError as error:  # the broker is gone: it brings the message again
        log.warning("message_not_rejected", queue=queue, error=type(error).__name__)


class Reader(QueueConsumer):
    """nameko's consumer, which rejects what it cannot decode, and is soon back when the broker is."""

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        """Called by kombu for each connection. Its own pauses grow by two seconds each: up to ten would be lost."""
        with self.create_connection() as connection:
            connection.ensure_connection(self.on_connection_error, self.connect_max_retries, **AGAIN)
            yield connection

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Called by kombu in place of a handler."""
        reject(message, f"undecodable_{type(exc).__name__}", str(message.delivery_info.get("routing_key", ""))[:80])


class AnswerPublisher(Publisher):
    """Sends answers without waiting for the broker to confirm each, and without having them written to its disk.

    Whoever asked waits some seconds and no longer: an answer that a broker loses as it dies is a call without an answer,
    which is asked again under its key (contracts.methods) or told to the voter as such.
    """

    use_confirms = False
    transport_options = Publisher.transport_options.copy()  # nameko notes in it whether there are confirms
    delivery_mode = NON_PERSISTENT


class Answers(Responder):
    """nameko's sender of answers, with that publisher."""

    publisher_cls = AnswerPublisher


class CallReader(RpcConsumer):
    """nameko's consumer of calls, which only hands on what can be answered."""

    queue_consumer = Reader()
    queue: Any = None

    def setup(self) -> None:
        """Read the service's queue of calls."""
        if self.queue is None:
            self.queue = Queue(topology.rpc_queue(self.container.service_name), no_declare=True)
            self.queue_consumer.register_provider(self)
            self._registered = True

    def handle_message(self, body: Any, message: Any) -> None:
        """Reject what is no call; answer the rest."""
        fault = fault_of_call(body, message.properties, message.headers or {})
        if fault is None:
            super().handle_message(body, message)
        else:
            reject(message, fault, self.queue.name)

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> Any:
        """Answer, then acknowledge the call."""
        config = self.container.config
        answers = Answers(
            config[AMQP_URI_CONFIG_KEY],
            get_rpc_exchange(config),
            DEFAULT_SERIALIZER,
            message,
            ssl=config.get(AMQP_SSL_CONFIG_KEY),
            login_method=config.get(LOGIN_METHOD_CONFIG_KEY),
        )
        sent = answers.send_response(result, exc_info)
        self.queue_consumer.ack_message(message)
        return sent


class Call(Rpc):
    """An entry point of calls."""

    rpc_consumer = CallReader()


call = Call.decorator
