"""Work that goes on in the background of a service: deliveries, whatever is due."""

from collections.abc import Callable
from typing import Any

from nameko.extensions import DependencyProvider

from services.runtime.hosting.background import BackgroundLoop
from services.runtime.hosting.resource_provider import resources_of
from services.runtime.hosting.resources import Resources
from services.runtime.settings import ServiceSettings

WORKER = "worker"
"""The process of a service that does its long work and serves nobody."""


class Loop(DependencyProvider):
    """A background loop as an attribute of a service class: `deliveries = Loop(deliver_due, every=1.0)`.

    In: `work`, a plain function of the service's resources that returns something true while there is more to do;
    `process`, which process aside of the serving one has it (WORKER, because it needs more processor than serving leaves,
    or one that is named for what it alone may know); `settings_class`, what that process reads in place of the
    service's settings.
    """

    def __init__(
        self,
        work: Callable[[Resources[Any]], Any],
        every: float = 1.0,
        *,
        process: str = "",
        settings_class: type[ServiceSettings] | None = None,
    ) -> None:
        self.work = work
        self.every = every
        self.process = process
        self.settings_class = settings_class
        self._loop: BackgroundLoop | None = None

    def make(self, resources: Resources[Any], name: str) -> BackgroundLoop:
        """The loop over these resources, not yet started."""
        return BackgroundLoop(name, lambda: self.work(resources), self.every)

    def start(self) -> None:
        """Begin with the service, unless another process has this loop."""
        if self.process:
            return
        self._loop = self.make(resources_of(self), f"{self.container.service_name}.{self.attr_name}")
        self._loop.start()

    def stop(self) -> None:
        """End with the service."""
        if self._loop is not None:
            self._loop.stop()

    def get_dependency(self, worker_ctx: Any) -> "Loop":
        """The service sees the loop itself, to wake it."""
        return self

    def wake(self) -> None:
        """Do not wait for the next turn."""
        if self._loop is not None:
            self._loop.wake()
