"""Waiting in tests: for a condition, with a deadline, never for luck."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], seconds: float, what: str = "") -> T:
    """Ask again until `condition()` is true. Out: its value. Fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        # Read first: however long the machine stood still, the condition is asked once after the deadline.
        late = time.monotonic() > deadline
        value = condition()
        if value:
            return value
        if late:
            raise AssertionError(f"not within {seconds:g} s: {what or getattr(condition, '__name__', condition)}")
        time.sleep(0.05)
