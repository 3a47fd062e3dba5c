"""How the broker's queues are: how much waits in each, and whether anybody reads it. Any account may ask."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import topology

NOT_FOUND = 404


@dataclass(frozen=True)
class QueueState:
    """One queue.

    Attributes:
        queue: its name.
        service: whose process reads it.
        messages: how many are ready to be read.
        readers: how many read it; None where the broker has no such queue.
    """

    queue: str
    service: str
    messages: int
    readers: int | None


@dataclass(frozen=True)
class Standing:
    """All queues that are read, and how many messages the broker has set aside, which should be 0."""

    dead_letters: int
    queues: list[QueueState]

    def dump(self) -> list[dict[str, Any]]:
        """The queues as JSON has them."""
        return [asdict(one) for one in self.queues]


def look(connection: Any) -> Standing:
    """Count what waits. Asking passively takes no right: who asks can neither read nor remove a message.

    Args:
        connection: pika's. Each question has a channel: the broker closes the one that asks for what is not there.
    """
    aside, _ = _asked(connection, topology.DEAD_LETTERS)
    states = []
    for queue, service in sorted(topology.readers().items()):
        messages, readers = _asked(connection, queue)
        states.append(QueueState(queue=queue, service=service, messages=messages, readers=readers))
    return Standing(dead_letters=aside, queues=states)


def _asked(connection: Any, queue: str) -> tuple[int, int | None]:
    channel = connection.channel()
    try:
        found = channel.queue_declare(queue, passive=True).method
    except ChannelClosedByBroker as closed:
        if closed.reply_code != NOT_FOUND:
            raise
        return 0, None
    channel.close()
    return found.message_count, found.consumer_count


def look_at(amqp_uri: str) -> Standing | None:
    """The same by a connection of its own; None where the broker does not say, or where there is none."""
    if not amqp_uri:
        return None
    try:
        connection = pika.BlockingConnection(BrokerAddress.parse(amqp_uri).pika_parameters())
        try:
            return look(connection)
        finally:
            if connection.is_open:
                connection.close()
    except (AMQPError, OSError):
        return None
