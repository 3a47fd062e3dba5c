"""From the name of a service to its class."""

import importlib
from typing import Any

from services.runtime.importing import all_stays


def load_class(path: str) -> type:
    """The class at `path`, written `package.module:Class`."""
    module, _, name = path.partition(":")
    with all_stays():
        found: type = getattr(importlib.import_module(module), name)
    return found


def said_at_start(service_class: type) -> dict[str, Any]:
    """What a service has to say of itself in the line of its start; nothing for most."""
    say = getattr(service_class, "said_at_start", dict)
    said: dict[str, Any] = say()
    return said
