"""The four services in one process, without a broker: for demonstrations and small machines.

A call is a method call with its payload written to JSON and read back, so that nothing passes that the real bus would not
carry. An event goes from the sender's outbox straight into the subscribers' inboxes before the outbox row is erased: even
here nothing acknowledged is lost by a crash. Not for an election: one process knows everything (docs/adr).
"""

import contextvars
import dataclasses
import functools
import inspect
import json
from typing import Any

from services.runtime import deadline, settings
from services.runtime.bus import condition, relay, topology
from services.runtime.contracts.client import DEFAULT_TIMEOUT, RpcUnavailable
from services.runtime.hosting import received
from services.runtime.hosting.background import BackgroundLoop
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.jobs import JobWorker, jobs_of
from services.runtime.hosting.loops import WORKER, Loop
from services.runtime.hosting.resource_provider import ResourceProvider
from services.runtime.hosting.resources import Resources, open_resources
from services.runtime.hosting.worker import processes_of
from services.runtime.refusals import ServiceFault
from services.runtime.telemetry import correlation, logs

log = logs.get_logger("isoloir.bus")

IDLE = 1.0
"""Seconds between two looks at an outbox, or for a job, of which nobody has told: another process may have written it."""


class LocalBus:
    """Hosts services and carries their calls and events. In: the service classes."""

    def __init__(self, service_classes: list[type]) -> None:
        self.caller = LocalCaller(self)
        self.services: dict[str, Any] = {}
        self.resources: dict[str, Resources[Any]] = {}
        self._loops: list[BackgroundLoop] = []
        self._hearts: list[condition.Heart] = []
        self._job_workers: list[JobWorker] = []
        self._inbox_loops: dict[tuple[str, str, str], BackgroundLoop] = {}
        for service_class in service_classes:
            self._host(service_class)

    def start(self) -> None:
        """Start the background loops and the relay."""
        for resources in self.resources.values():
            step = functools.partial(relay.drain, resources.database, _InboxPublisher(self))
            self._once_written(resources, BackgroundLoop(f"{resources.service}.relay", step, IDLE))
            # One process is all of them.
            aside = processes_of(type(self.services[resources.service])) | {WORKER}
            kinds = (resources.service, *(f"{resources.service}-{one}" for one in sorted(aside)), condition.RELAY)
            for kind in kinds:
                heart = condition.Heart(resources.database, kind)
                self._hearts.append(heart)
                self._loops.append(BackgroundLoop(f"{resources.service}.heart", heart.beat, condition.BEAT_SECONDS))
        for loop in self._loops:
            loop.start()
        log.warning("in_process_bus", meaning="demonstration only: one process holds all services")

    def stop(self) -> None:
        """Stop the loops and close the databases."""
        for worker in self._job_workers:
            worker.stop()
        for loop in self._loops:
            loop.stop()
        for heart in self._hearts:
            heart.stop()
        for resources in self.resources.values():
            resources.database.dispose()

    def deliver(self, event: dict[str, Any]) -> None:
        """Write an event into the inbox of each subscriber and wake its worker."""
        subscribers = topology.SUBSCRIPTIONS.get((event["source"], event["type"]), ())
        if not subscribers:
            raise relay.Undeliverable("nobody subscribes")
        for subscriber in subscribers:
            received.receive(self.resources[subscriber].database, event)
            loop = self._inbox_loops.get((subscriber, event["source"], event["type"]))
            if loop is not None:
                loop.wake()

    def _host(self, service_class: Any) -> None:
        name = service_class.name
        extensions = dict(
            inspect.getmembers(service_class, lambda member: isinstance(member, ResourceProvider | Inbox | Loop))
        )
        provider = next(member for member in extensions.values() if isinstance(member, ResourceProvider))
        resources = self.resources[name] = open_resources(name, provider.settings_class, self.caller)
        service = self.services[name] = service_class()
        for attribute, extension in extensions.items():
            if isinstance(extension, Inbox):
                loop = extension.make_loop(resources)
                self._inbox_loops[name, extension.source, extension.event_type] = loop
                self._loops.append(loop)
            elif isinstance(extension, Loop):
                loop = extension.make(_as_read_by(extension, resources), f"{name}.{attribute}")
                self._loops.append(loop)
                setattr(service, attribute, loop)
            else:
                setattr(service, attribute, resources)
        jobs = jobs_of(service_class)
        if jobs:
            worker = JobWorker(resources, jobs)
            self._job_workers.append(worker)
            self._once_written(resources, worker.make_loop(IDLE))

    def _once_written(self, resources: Resources[Any], loop: BackgroundLoop) -> None:
        """Have the loop look whenever this process has written something there."""
        self._loops.append(loop)
        resources.database.committed.append(loop.wake)


def _as_read_by(loop: Loop, resources: Resources[Any]) -> Resources[Any]:
    """The resources with the settings that the loop's own process would have; the database is the same one."""
    if loop.settings_class is None:
        return resources
    return dataclasses.replace(resources, settings=settings.load(loop.settings_class))


class LocalCaller:
    """Calls services of the same process; the same promise as RpcClient, but what has begun is waited for."""

    def __init__(self, bus: LocalBus) -> None:
        self._bus = bus

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        *,
        timeout: float = DEFAULT_TIMEOUT,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Call `service.method(payload)`. Raises Refusal, ServiceFault, RpcUnavailable."""
        target = self._bus.services.get(service)
        entry = getattr(target, method, None)
        if not hasattr(entry, "nameko_entrypoints"):
            raise RpcUnavailable(f"{service}.{method}")
        correlation_id = correlation.current_id()

        def run() -> Any:
            correlation.bind(correlation_id, idempotency_key)
            deadline.bind(timeout)
            return entry(json.loads(json.dumps(payload)))  # type: ignore[misc]

        answer: dict[str, Any] = json.loads(json.dumps(contextvars.copy_context().run(run)))
        if not isinstance(answer, dict):
            raise ServiceFault(correlation_id)
        return answer

    def close(self) -> None:
        """Nothing to give back."""


class _InboxPublisher:
    def __init__(self, bus: LocalBus) -> None:
        self._bus = bus

    def publish(self, event: dict[str, Any]) -> None:
        self._bus.deliver(event)
