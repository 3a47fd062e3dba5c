"""A loop in the background of a process, that neither dies nor runs hot."""

import contextvars
import random
import threading
from collections.abc import Callable
from typing import Any

from services.runtime.storage.absence import is_away, kind_of
from services.runtime.telemetry import correlation, logs

log = logs.get_logger("isoloir.loop")

LONGEST_BACK_OFF = 30.0  # seconds
SLOWER = 1.5
"""How many times longer each pause of a loop at rest is than the one before."""


class BackgroundLoop:
    """Calls `step` again and again in a thread of its own (a greenlet under eventlet) until stopped.

    In: `step`, which returns something true while there is more to do at once; `every`, seconds to wait otherwise;
    `at_rest`, the seconds that pauses grow to while there is nothing to do and nobody wakes the loop: for one that is woken.
    An exception is logged and answered with a growing, jittered pause: never a hot loop, never a dead one.
    """

    def __init__(self, name: str, step: Callable[[], Any], every: float, at_rest: float = 0.0) -> None:
        self.name = name
        self.step = step
        self.every = every
        self.at_rest = max(every, at_rest)
        self._stopping = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; the loop ends with the process or with `stop`."""
        context = contextvars.Context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name=self.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to do: do not wait any longer."""
        self._wake.set()

    def is_alive(self) -> bool:
        """Whether the loop was started and has not ended."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Let the present step end, then stop."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        failures, idle = 0, self.every
        while not self._stopping:
            try:
                busy = bool(self.step())
                failures = 0
            except Exception as error:
                busy = False
                failures += 1
                correlation.current_id()
                if is_away(error):  # it comes back by itself, and has nothing to tell line by line
                    log.warning("loop_waits", loop=self.name, failures=failures, error=kind_of(error))
                else:
                    log.error("loop_failed", loop=self.name, failures=failures, exc_info=error)
            if busy:
                idle = self.every
                continue
            pause, idle = idle, min(self.at_rest, idle * SLOWER)
            if failures:
                pause = min(LONGEST_BACK_OFF, 0.5 * 2 ** min(failures, 10)) * random.uniform(0.5, 1)  # noqa: S311
            if self._wake.wait(pause):
                idle = self.every
            self._wake.clear()
