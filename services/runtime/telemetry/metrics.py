"""What every process counts, for Prometheus: at http://ISOLOIR_METRICS_BIND/metrics, a port of its own, never the portal's.

No label holds anything of a person or an election: names of methods, pages, outcomes and channels, all from closed sets.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.metrics")

PORTS_TRIED = 32
"""Several processes of one kind on a machine have the ports from the first one on."""
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

RPC_SECONDS = Histogram(
    "isoloir_rpc_seconds", "Work of an entry point.", ["method", "outcome"], buckets=_SECONDS, registry=REGISTRY
)
HTTP_SECONDS = Histogram(
    "isoloir_http_seconds", "Answer of the portal.", ["page", "status"], buckets=_SECONDS, registry=REGISTRY
)
LINE_FULL = Counter("isoloir_line_full", "Requests that found their line full.", ["line"], registry=REGISTRY)
WAITING = Gauge("isoloir_waiting_people", "People who wait to be let in.", registry=REGISTRY)
WAITING_LET_IN = Counter("isoloir_waiting_let_in", "People let in by the waiting room.", registry=REGISTRY)
WAITING_LAPSED = Counter("isoloir_waiting_lapsed", "People passed over who gave no sign of life.", registry=REGISTRY)
EVENTS_RELAYED = Counter("isoloir_events_relayed", "Events handed to the broker.", ["source"], registry=REGISTRY)
EVENTS_WORKED = Counter(
    "isoloir_events_worked", "Events worked off, tried again or parked.", ["type", "outcome"], registry=REGISTRY
)
DEAD_LETTERS = Gauge(
    "isoloir_dead_letters", "Messages that the broker has set aside; the relay counts.", registry=REGISTRY
)
QUEUE_MESSAGES = Gauge(
    "isoloir_queue_messages",
    "Messages that wait in a queue of the broker; the relay counts.",
    ["queue", "service"],
    registry=REGISTRY,
)
QUEUE_READERS = Gauge(
    "isoloir_queue_readers",
    "Who reads a queue of the broker, -1 where there is no such queue; the relay counts.",
    ["queue", "service"],
    registry=REGISTRY,
)
MESSAGES_TRIED = Counter(
    "isoloir_messages_tried", "Attempts to deliver a message.", ["channel", "result"], registry=REGISTRY
)
MESSAGES_ENDED = Counter(
    "isoloir_messages_ended",
    "Messages that arrived, as far as anybody tells, and those that did not.",
    ["channel", "outcome"],
    registry=REGISTRY,
)
ARRIVED, MISSED = "arrived", "missed"
for _channel in ("email", "sms", "paper"):
    # A rate needs both: a channel on which nothing arrives has to have a nought to be told by.
    for _outcome in (ARRIVED, MISSED):
        MESSAGES_ENDED.labels(_channel, _outcome)

GAUGES = {
    "isoloir_outbox_events": "Events that the relay has not taken yet.",
    "isoloir_outbox_oldest_seconds": "Age of the oldest of them.",
    "isoloir_inbox_events": "Events received and not worked off.",
    "isoloir_inbox_oldest_seconds": "Age of the oldest of them.",
    "isoloir_events_parked": "Events put aside for an operator.",
    "isoloir_processes_silent": "Processes without a sign of life, by kind.",
    "isoloir_relay_alive": "Whether a relay gives signs of life to this database.",
    "isoloir_integrity_differences": "What the last checks found not to be as it was sealed.",
    "isoloir_disk_free_ratio": "Share of the disk that is free, by path.",
}
"""What is read from the database of a service when Prometheus asks; each has the label `service`."""

Samples = Callable[[], Iterable[tuple[str, dict[str, str], float]]]


class OfDatabase:
    """A collector whose gauges are asked for at each scrape. A database that is away leaves them out, and says so."""

    def __init__(self, service: str, samples: Samples) -> None:
        self._service = service
        self._samples = samples

    def collect(self) -> Iterable[Any]:
        """The gauges, as the registry asks for them."""
        answers = GaugeMetricFamily("isoloir_database_answers", "Whether the database answers.", labels=["service"])
        gauges: dict[str, Any] = {}
        try:
            for name, labels, value in self._samples():
                names = ["service", *labels]
                family = gauges.setdefault(name, GaugeMetricFamily(name, GAUGES[name], labels=names))
                family.add_metric([self._service, *labels.values()], value)
            answers.add_metric([self._service], 1.0)
        except Exception as error:
            gauges = {}
            answers.add_metric([self._service], 0.0)
            log.warning("metrics_without_database", error=type(error).__name__)
        return [answers, *gauges.values()]

    def describe(self) -> Iterable[Any]:
        """Nothing is asked when the collector is registered."""
        return []


def serve(bind: str) -> int | None:
    """Answer Prometheus from now on, in a thread; the port, or None where `bind` is empty or no port is free."""
    if not bind:
        return None
    host, _, first = bind.rpartition(":")
    for port in range(int(first), int(first) + PORTS_TRIED):
        try:
            start_http_server(port, addr=host.strip("[]"), registry=REGISTRY)
        except OSError:
            continue
        log.info("metrics_served", port=port, pid=os.getpid())
        return port
    log.error("metrics_not_served", bind=bind)
    return None
