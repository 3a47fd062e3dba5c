"""What a service's worker process hosts: its jobs, and the loops that are declared for it."""

from __future__ import annotations

import inspect
from typing import Any

from services.runtime.bus import condition
from services.runtime.hosting.background import BackgroundLoop
from services.runtime.hosting.jobs import JobWorker, jobs_of
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.resource_provider import settings_class_of
from services.runtime.hosting.resources import expose, open_resources


class ServiceWorker:
    """The long work of one service in one process. In: the service class."""

    def __init__(self, service_class: Any) -> None:
        self.resources = open_resources(service_class.name, settings_class_of(service_class))
        self._loops = [
            loop.make(self.resources, f"{service_class.name}.{name}")
            for name, loop in inspect.getmembers(service_class, lambda member: isinstance(member, Loop))
            if loop.in_worker
        ]
        self._heart = condition.Heart(self.resources.database, f"{service_class.name}-worker")
        self._loops.append(BackgroundLoop(f"{service_class.name}.heart", self._heart.beat, condition.BEAT_SECONDS))
        self._jobs: JobWorker | None = None
        found = jobs_of(service_class)
        if found:
            self._jobs = JobWorker(self.resources, found)
            self._loops.append(self._jobs.make_loop())

    def start(self) -> None:
        """Begin."""
        expose(self.resources)
        for loop in self._loops:
            loop.start()

    def check(self) -> None:
        """Raise where the database does not answer, or where a loop has ended."""
        self.resources.database.check()
        for loop in self._loops:
            if not loop.is_alive():
                raise RuntimeError(loop.name)

    def stop(self) -> None:
        """Give the present job back and end; what cannot be given back in time comes back when its lease is over."""
        if self._jobs is not None:
            self._jobs.stop()
        for loop in self._loops:
            loop.stop()
        self._heart.stop()
        self.resources.rpc.close()
        self.resources.database.dispose()


def has_worker(service_class: type) -> bool:
    """Whether the service has anything for a worker process."""
    loops = inspect.getmembers(service_class, lambda member: isinstance(member, Loop) and member.in_worker)
    return bool(loops) or bool(jobs_of(service_class))
