"""The resources of one service in one process: what its plain functions are given to work with."""

from dataclasses import dataclass, field
from typing import Any

from services.runtime import settings
from services.runtime.bus.rpc import Caller, RpcClient
from services.runtime.storage.database import Database


@dataclass
class Resources:
    """The resources of one service in one process."""

    service: str
    settings: Any
    database: Database
    rpc: Caller
    shared: dict[str, Any] = field(default_factory=dict)
    """What a service wants to keep between requests (parsed keys, caches)."""


def open_resources(
    service: str, settings_class: type[settings.RuntimeSettings], rpc: Caller | None = None
) -> Resources:
    """Open the resources of a service. In: its name, its settings class, and a caller where the bus is in-process."""
    loaded: Any = settings.load(settings_class)
    return Resources(service, loaded, Database(loaded.database_url, service), rpc or RpcClient(loaded.amqp_uri))
