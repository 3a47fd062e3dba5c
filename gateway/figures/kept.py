"""Figures that are asked for once for all who look: a page of them costs a service the same, however many watch."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask import current_app

from services.runtime.clock import utc_now
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import ServiceFault

SECONDS = 60.0
"""How old figures may be before they are asked for again."""
AGAIN_SECONDS = 10.0
"""After how long a service that was away is asked again."""
FIRST_SECONDS = 30.0
"""How long whoever comes second waits for the very first answer."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Figure(Generic[Value]):
    """What was answered, and when. `late`: the service has not answered since, and this is the last that is known."""

    value: Value
    at: datetime
    late: bool = False


@dataclass
class _Slot:
    lock: threading.Lock
    figure: Figure[Any] | None = None
    next_at: float = 0.0


class KeptFigures:
    """The figures of one process of the gateway."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._now = now
        self._slots: dict[str, _Slot] = {}
        self._lock = threading.Lock()

    def get(self, name: str, ask: Callable[[], Value], seconds: float = SECONDS) -> Figure[Value]:
        """What `ask` answered at most `seconds` ago, or answers now.

        One asks; the others get what there was. A service that is away leaves the last figures, marked late.

        Args:
            name: of the figures.
            ask: an RPC.
            seconds: how old they may be.

        Raises:
            RpcTimeout, RpcUnavailable, ServiceFault: there never was an answer.
        """
        with self._lock:
            slot = self._slots.setdefault(name, _Slot(threading.Lock()))
        known: Figure[Value] | None = slot.figure
        if known is not None and self._clock() < slot.next_at:
            return known
        if not slot.lock.acquire(timeout=0 if known is not None else FIRST_SECONDS):
            if known is None:
                raise RpcTimeout(name)
            return known
        try:
            if slot.figure is not None and self._clock() < slot.next_at:  # somebody has just asked
                return slot.figure
            try:
                slot.figure = Figure(ask(), self._now())
                slot.next_at = self._clock() + seconds
            except (RpcTimeout, RpcUnavailable, ServiceFault):
                if slot.figure is None:
                    raise
                slot.figure = Figure(slot.figure.value, slot.figure.at, late=True)
                slot.next_at = self._clock() + min(seconds, AGAIN_SECONDS)
            return slot.figure
        finally:
            slot.lock.release()

    def forget(self, name: str) -> None:
        """Have figures asked for again at the next look, however new they are: something has just changed them."""
        with self._lock:
            slot = self._slots.get(name)
        if slot is not None:
            slot.next_at = 0.0


def kept() -> KeptFigures:
    """Those of the running application."""
    found: KeptFigures = current_app.extensions["isoloir_figures"]
    return found
