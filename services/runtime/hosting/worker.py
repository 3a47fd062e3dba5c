"""What a process aside of a service hosts: its jobs, where it is the worker, and the loops that are declared for it."""

from __future__ import annotations

import inspect
from typing import Any

from services.runtime.bus import condition
from services.runtime.hosting.background import BackgroundLoop
from services.runtime.hosting.jobs import JobWorker, jobs_of
from services.runtime.hosting.loops import WORKER, Loop
from services.runtime.hosting.resource_provider import settings_class_of
from services.runtime.hosting.resources import expose, open_resources
from services.runtime.settings import ServiceSettings


class ServiceWorker:
    """Work of one service in a process that serves nobody. In: the service class; which of its processes this is."""

    def __init__(self, service_class: Any, process: str = WORKER) -> None:
        self.resources = open_resources(service_class.name, settings_of_process(service_class, process))
        self._loops = [
            loop.make(self.resources, f"{service_class.name}.{name}")
            for name, loop in loops_of(service_class, process).items()
        ]
        self._heart = condition.Heart(self.resources.database, f"{service_class.name}-{process}")
        self._loops.append(BackgroundLoop(f"{service_class.name}.heart", self._heart.beat, condition.BEAT_SECONDS))
        self._jobs: JobWorker | None = None
        found = jobs_of(service_class) if process == WORKER else {}
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


def loops_of(service_class: type, process: str) -> dict[str, Loop]:
    """Attribute → loop, of those that this process of the service has."""
    found = inspect.getmembers(service_class, lambda member: isinstance(member, Loop) and member.process == process)
    return dict(found)


def processes_of(service_class: type) -> set[str]:
    """The processes that the service has aside of the one that serves."""
    loops = inspect.getmembers(service_class, lambda member: isinstance(member, Loop))
    named = {loop.process for _name, loop in loops if loop.process}
    return named | ({WORKER} if jobs_of(service_class) else set())


def settings_of_process(service_class: type, process: str) -> type[ServiceSettings]:
    """What a process aside reads: its own settings, where its loops name them, else the service's."""
    own = [loop.settings_class for loop in loops_of(service_class, process).values() if loop.settings_class]
    return own[0] if own else settings_class_of(service_class)
