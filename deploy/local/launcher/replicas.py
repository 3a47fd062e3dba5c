"""Several processes of each service and of the portal, as where many vote: names, and what sets one apart."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NUMBER = re.compile(r"-\d+$")


def names(process: str, count: int) -> list[str]:
    """``count`` names of processes of a kind: the kind's own name, then with a number from 2 on."""
    return [process, *(f"{process}-{number}" for number in range(2, count + 1))]


def kind_of(name: str) -> str:
    """The kind of a process by its name: ``ballot-2`` is a ``ballot``."""
    return _NUMBER.sub("", name)


def portal_of_many(environment: Mapping[str, str], shared: Mapping[str, str]) -> dict[str, str]:
    """The environment of one of several portals at one address, one process each.

    Args:
        environment: of a portal that is alone.
        shared: where they count together, as settings; empty where each counts for itself.
    """
    return {**environment, "ISOLOIR_GATEWAY_REUSE_PORT": "true", "ISOLOIR_GATEWAY_WORKERS": "1", **shared}
