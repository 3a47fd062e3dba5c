"""What an entry point has at hand: settings, database, and the way to the other services."""

import inspect
from typing import Any, cast

from nameko.extensions import DependencyProvider

from services.runtime import deadline, settings
from services.runtime.bus import condition
from services.runtime.hosting.background import BackgroundLoop
from services.runtime.hosting.resources import Resources, SettingsOf, expose, open_resources
from services.runtime.telemetry import correlation


class ResourceProvider(DependencyProvider):
    """Gives each worker the service's resources, and binds the identifiers that came with the request."""

    def __init__(self, settings_class: type[settings.ServiceSettings]) -> None:
        self.settings_class = settings_class
        self._resources: Resources[Any] | None = None
        self._heart: condition.Heart | None = None
        self._beating: BackgroundLoop | None = None

    @property
    def resources(self) -> Resources[Any]:
        """The resources, opened at first use so that loops and inboxes may ask before this extension is set up."""
        if self._resources is None:
            self._resources = open_resources(self.container.service_name, self.settings_class)
        return self._resources

    def setup(self) -> None:
        """Fail at start where a setting is wrong."""
        self.resources  # noqa: B018

    def start(self) -> None:
        """Begin to give signs of life."""
        self._heart = condition.Heart(self.resources.database, self.resources.service)
        self._beating = BackgroundLoop(f"{self.resources.service}.heart", self._heart.beat, condition.BEAT_SECONDS)
        self._beating.start()
        expose(self.resources)

    def stop(self) -> None:
        """Take leave and close what was opened."""
        if self._beating is not None and self._heart is not None:
            self._beating.stop()
            self._heart.stop()
        if self._resources is not None:
            self._resources.rpc.close()
            self._resources.database.dispose()

    def get_dependency(self, worker_ctx: Any) -> Resources[Any]:
        """What the service class sees as its attribute."""
        return self.resources

    def worker_setup(self, worker_ctx: Any) -> None:
        """Take over the identifiers of the request before the method runs, in the worker's own greenlet."""
        data = worker_ctx.data
        correlation.bind(data.get(correlation.CORRELATION_HEADER), data.get(correlation.IDEMPOTENCY_HEADER))
        deadline.bind(data.get(deadline.HEADER))


def provide(settings_class: type[SettingsOf]) -> Resources[SettingsOf]:
    """The attribute `resources` of a service class: nameko puts the service's resources where this provider stands."""
    return cast("Resources[SettingsOf]", ResourceProvider(settings_class))


def settings_class_of(service_class: type) -> type[settings.ServiceSettings]:
    """The settings that a service's resources will be opened with: to be checked before anything else begins."""
    members = inspect.getmembers(service_class, lambda member: isinstance(member, ResourceProvider))
    resources: ResourceProvider = members[0][1]
    return resources.settings_class


def resources_of(extension: DependencyProvider) -> Resources[Any]:
    """The resources of the service that `extension` belongs to."""
    for sibling in extension.container.dependencies:
        if isinstance(sibling, ResourceProvider):
            return sibling.resources
    raise LookupError(f"service {extension.container.service_name} has no ResourceProvider")
