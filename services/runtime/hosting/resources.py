"""The resources of one service in one process: what its plain functions are given to work with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from services.runtime import settings
from services.runtime.bus import condition
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import Caller
from services.runtime.integrity import checks
from services.runtime.service_names import SEALING
from services.runtime.storage.database import Database
from services.runtime.telemetry import metrics

SettingsOf = TypeVar("SettingsOf", bound=settings.ServiceSettings)


@dataclass
class Resources(Generic[SettingsOf]):
    """The resources of one service in one process; `Resources[Settings]` knows the service's own settings."""

    service: str
    settings: SettingsOf
    database: Database
    rpc: Caller
    shared: dict[str, Any] = field(default_factory=dict)
    """What a service wants to keep between requests (parsed keys, caches)."""


def open_resources(service: str, settings_class: type[SettingsOf], rpc: Caller | None = None) -> Resources[SettingsOf]:
    """Open the resources of a service. In: its name, its settings class, and a caller where the bus is in-process."""
    loaded = settings.load(settings_class)
    database = Database(loaded.database_url, service, loaded.time_limits(), loaded.event_private_key)
    return Resources(service, loaded, database, rpc or RpcClient(loaded.amqp_uri, loaded.event_keys))


def expose(resources: Resources[Any]) -> None:
    """Answer Prometheus, with what the database of the service says, where the settings tell where."""
    bind = resources.settings.metrics_bind
    if not bind:
        return

    def ask() -> Iterator[tuple[str, dict[str, str], float]]:
        yield from condition.samples(resources.database, resources.service, [])
        if resources.service in SEALING:
            yield from checks.samples(resources.database)

    metrics.REGISTRY.register(metrics.OfDatabase(resources.service, ask))
    metrics.serve(bind)
