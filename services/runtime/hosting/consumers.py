"""How a service reads its queues: whatever is no message of ours is rejected, counted and set aside by the broker.

nameko acknowledges what it cannot decode, and dies of a call without `reply_to`, which then comes back to the next process.
Queues are not declared here: they are there before any process (services.runtime.bus.topology).
"""

from collections import Counter
from typing import Any

from kombu import Queue
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer

from services.runtime.bus import topology
from services.runtime.bus.envelopes import fault_of_call
from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.bus")

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
    """nameko's consumer, which rejects what it cannot decode."""

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Called by kombu in place of a handler."""
        reject(message, f"undecodable_{type(exc).__name__}", str(message.delivery_info.get("routing_key", ""))[:80])


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


class Call(Rpc):
    """An entry point of calls."""

    rpc_consumer = CallReader()


call = Call.decorator
