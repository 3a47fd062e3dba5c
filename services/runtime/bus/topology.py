"""Who tells what to whom, and every exchange, queue and binding there is: one table for definitions and for declaring.

Calls go through an exchange per service, so that the broker itself can keep who may call it, down to the method
(deploy/production/broker derives the permissions). Queues are quorum queues: whatever kills its reader is delivered a few
times and then set aside as a dead letter, with what was rejected. What only waited too long is dropped: a call that nobody
waits for any more is no fault, and may hold a password.
"""

from dataclasses import dataclass, field
from typing import Any

from services.runtime.service_names import SERVICES

SUBSCRIPTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("identity", "message_requested"): ("notification",),
    ("reassort", "message_requested"): ("notification",),
    ("reassort", "notices_requested"): ("notification",),
    ("reassort", "credentials_issued"): ("ballot",),
    ("reassort", "credentials_committed"): ("ballot",),
    ("identity", "removal_asked"): ("reassort",),
    ("reassort", "withdraw"): ("ballot",),
    ("ballot", "withdrawal_answered"): ("reassort",),
    ("reassort", "removal_settled"): ("identity",),
    ("ballot", "election_sealed"): ("identity",),
    ("identity", "board_decided"): ("ballot",),
    ("identity", "roll_sealed"): ("ballot",),
    ("identity", "reissue_granted"): ("reassort",),
    ("identity", "reissue_resent"): ("reassort",),
    ("reassort", "activate"): ("ballot",),
    ("ballot", "activated"): ("reassort",),
    ("ballot", "too_late"): ("reassort",),
    ("reassort", "reissue_settled"): ("identity",),
    ("notification", "message_settled"): ("identity", "reassort"),
}
"""(source, type) of each event → the services that subscribe to it."""

NOWHERE = "nowhere"
"""An exchange without queues, that everybody may write to: whether the broker takes messages is seen there."""
DEAD_LETTERS = "dead-letters"
"""The exchange and the queue of what was rejected, or killed its readers."""
DELIVERY_LIMIT = 4
KEPT_DEAD_LETTERS = 10_000
LARGEST_MESSAGE = 16 * 1024 * 1024
"""Bytes: a piece of a roll or a page of an archive is under a tenth of it."""


def exchange_name(source: str) -> str:
    """The topic exchange of a service's events: nameko's name for it."""
    return f"{source}.events"


def queue_name(source: str, event_type: str, subscriber: str) -> str:
    """The durable queue of a subscription: nameko's name for a service pool's handler called `inbox`."""
    return f"evt-{source}-{event_type}--{subscriber}.inbox"


def rpc_exchange(service: str) -> str:
    """The topic exchange of the calls of a service, and of its answers."""
    return f"rpc.{service}"


def rpc_queue(service: str) -> str:
    """The queue of a service's calls: nameko's name for it."""
    return f"rpc-{service}"


def reply_queue(account: str, key: str) -> str:
    """The queue of the answers to one process, that its account alone may have."""
    return f"reply.{account}.{key}"


@dataclass(frozen=True)
class Queue:
    """A durable queue."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Binding:
    """What reaches a queue from an exchange."""

    exchange: str
    queue: str
    routing_key: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


_READ = {
    "x-queue-type": "quorum",
    "x-delivery-limit": DELIVERY_LIMIT,
    "x-dead-letter-exchange": DEAD_LETTERS,
}


def exchanges() -> dict[str, str]:
    """Name → type of every exchange."""
    topics = [*map(rpc_exchange, SERVICES), *map(exchange_name, SERVICES)]
    return dict.fromkeys(topics, "topic") | {NOWHERE: "fanout", DEAD_LETTERS: "headers"}


def queues() -> list[Queue]:
    """Every queue but those of answers, which come and go with their processes."""
    read = [*map(rpc_queue, SERVICES), *(binding.queue for binding in event_bindings())]
    kept = {"x-queue-type": "quorum", "x-max-length": KEPT_DEAD_LETTERS}
    return [*(Queue(name, _READ) for name in read), Queue(DEAD_LETTERS, kept)]


def readers() -> dict[str, str]:
    """Queue → the service whose processes read it, of every queue that is read."""
    calls = {rpc_queue(service): service for service in SERVICES}
    return calls | {
        queue_name(source, event_type, subscriber): subscriber
        for (source, event_type), subscribers in SUBSCRIPTIONS.items()
        for subscriber in subscribers
    }


def event_bindings() -> list[Binding]:
    """What brings each event to its subscribers."""
    return [
        Binding(exchange_name(source), queue_name(source, event_type, subscriber), event_type)
        for (source, event_type), subscribers in SUBSCRIPTIONS.items()
        for subscriber in subscribers
    ]


def bindings() -> list[Binding]:
    """Every binding but those of answers."""
    calls = [Binding(rpc_exchange(service), rpc_queue(service), f"{service}.*") for service in SERVICES]
    dead = [
        Binding(DEAD_LETTERS, DEAD_LETTERS, "", {"x-match": "all-with-x", "x-first-death-reason": reason})
        for reason in ("rejected", "delivery_limit")
    ]
    return [*calls, *event_bindings(), *dead]


def declare_events(channel: Any) -> None:
    """Declare the exchanges, queues and bindings of events. In: pika's channel. The relay may do no more than this."""
    for source in {source for source, _ in SUBSCRIPTIONS}:
        channel.exchange_declare(exchange_name(source), exchange_type="topic", durable=True)
    for binding in event_bindings():
        channel.queue_declare(binding.queue, durable=True, arguments=_READ)
        channel.queue_bind(binding.queue, binding.exchange, binding.routing_key)


def declare(channel: Any) -> None:
    """Declare everything, on a broker that has not loaded the definitions. In: pika's channel, of an administrator."""
    for name, kind in exchanges().items():
        channel.exchange_declare(name, exchange_type=kind, durable=True)
    for queue in queues():
        channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
    for binding in bindings():
        channel.queue_bind(binding.queue, binding.exchange, binding.routing_key, binding.arguments)
