"""From the name of a service to its class."""

import importlib


def load_class(path: str) -> type:
    """The class at `path`, written `package.module:Class`."""
    module, _, name = path.partition(":")
    found: type = getattr(importlib.import_module(module), name)
    return found
