"""How long whoever asked still waits: what is done after that is done for nobody.

The caller says how many seconds it waits, and they are counted from the moment a service takes the request up: clocks of two
machines are never compared. The time before belongs to the broker, which drops a request that has waited too long.
"""

import time
from contextvars import ContextVar
from typing import Any

HEADER = "seconds"

_until: ContextVar[float | None] = ContextVar("deadline", default=None)


class DeadlinePassed(Exception):
    """Whoever asked waits no longer: the work is given up before it changes anything."""


def bind(seconds: Any) -> None:
    """Begin to count for the current request. In: what the caller's header says; anything but a number is no deadline."""
    known = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > 0
    _until.set(time.monotonic() + seconds if known else None)


def remaining() -> float | None:
    """Seconds left, at least 0; None where nobody waits (background work)."""
    until = _until.get()
    return None if until is None else max(0.0, until - time.monotonic())


def check() -> None:
    """Raise DeadlinePassed where the caller waits no longer."""
    if remaining() == 0.0:
        raise DeadlinePassed
