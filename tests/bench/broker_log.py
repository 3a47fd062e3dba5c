"""How much memory a broker needs for what passes through it, by the size of its log: RabbitMQ's own and ours.

    .venv/bin/python -m tests.bench.broker_log 1000000

That many messages of a kilobyte go through a quorum queue and are read at once; no part of `make bench`. Said of each size:
the most memory that the node had, how often it was in alarm and took nothing, and for how long.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
import psutil
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection

from deploy.local import broker as private_node
from services.runtime.broker_address import BrokerAddress

MIB = 1024 * 1024
SIZES = {"RabbitMQ's own": 512 * MIB, "ours": 64 * MIB}
QUEUE = "bench.log"
MESSAGE = b"x" * 1024
BATCH = 500
OFTEN = 0.5
"""Seconds between two looks at the node's memory."""


@dataclass
class Seen:
    """What a node needed: MiB at most, and its alarms."""

    most: float = 0.0
    alarms: int = 0
    seconds_in_alarm: float = 0.0


def run(messages: int) -> dict[str, Any]:
    """Measure both sizes, one node after the other. In: messages. Out: size of the log → figures."""
    return {name: _measured(size, messages) for name, size in SIZES.items()}


def _measured(size: int, messages: int) -> dict[str, Any]:
    ours = f"raft.wal_max_size_bytes = {SIZES['ours']}"
    before = private_node.CONFIGURATION
    if ours not in before:
        raise AssertionError("the node's configuration says another size")
    private_node.CONFIGURATION = before.replace(ours, f"raft.wal_max_size_bytes = {size}")
    node = private_node.LocalBroker()
    try:
        node.start()
        begin = time.monotonic()
        with _watched(node.pid) as seen:
            _pass(node.amqp_uri, messages, seen)
        lasted = time.monotonic() - begin
    finally:
        node.close()
        private_node.CONFIGURATION = before
    return {
        "log_mib": size // MIB,
        "messages": messages,
        "messages_a_second": round(messages / lasted),
        "most_mib": round(seen.most),
        "alarms": seen.alarms,
        "seconds_in_alarm": round(seen.seconds_in_alarm, 1),
    }


@contextmanager
def _watched(pid: int) -> Iterator[Seen]:
    seen, over = Seen(), threading.Event()
    node = psutil.Process(pid)

    def watch() -> None:
        while not over.wait(OFTEN):
            seen.most = max(seen.most, node.memory_info().rss / MIB)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _pass(uri: str, messages: int, seen: Seen) -> None:
    """Send all and read all, by a connection each."""
    connection, channel = _connected(uri)
    channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    since: list[float] = []

    def blocked(_connection: Any, _method: Any) -> None:
        seen.alarms += 1
        since.append(time.monotonic())

    def unblocked(_connection: Any, _method: Any) -> None:
        seen.seconds_in_alarm += time.monotonic() - since.pop()

    connection.add_on_connection_blocked_callback(blocked)
    connection.add_on_connection_unblocked_callback(unblocked)
    reader = threading.Thread(target=_read, args=(uri, messages), daemon=True)
    reader.start()
    kept = pika.BasicProperties(delivery_mode=2)
    for number in range(messages):
        channel.basic_publish("", QUEUE, MESSAGE, kept)
        if number % BATCH == 0:
            connection.process_data_events(0)
    while reader.is_alive():
        connection.process_data_events(OFTEN)
    connection.close()


def _read(uri: str, messages: int) -> None:
    connection, channel = _connected(uri)
    channel.basic_qos(prefetch_count=2 * BATCH)
    for number, (method, _properties, _body) in enumerate(channel.consume(QUEUE), start=1):
        if number % BATCH == 0 or number == messages:
            channel.basic_ack(method.delivery_tag, multiple=True)
        if number == messages:
            break
    connection.close()


def _connected(uri: str) -> tuple[BlockingConnection, BlockingChannel]:
    connection = pika.BlockingConnection(BrokerAddress.parse(uri).pika_parameters())
    return connection, connection.channel()


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1])), indent=2, ensure_ascii=False))
