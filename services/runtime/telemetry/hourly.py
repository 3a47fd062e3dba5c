"""Lines that are counted by the hour and never written one by one.

The n-th line of a log that has one for each vote is the n-th ballot of the urn, and its time the time of a vote: beside
the times at which persons come and go it would say whose. So casting, and what comes just before and after it, is counted;
the counts are written when the hour is over, by the clock and not by the next vote.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from services.runtime.clock import cut_to_hour, utc_now
from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.hourly")

HOUR = timedelta(hours=1)


class HourlyCounts:
    """How often what happened in the present hour. In: a clock, for tests."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._counted: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._started = False

    def count(self, what: str, outcome: str) -> None:
        """Count one; nothing is written now."""
        with self._lock:
            self._counted[what, outcome] += 1
            if not self._started:
                self._started = True
                threading.Thread(target=self._run, name="hourly-counts", daemon=True).start()

    def write(self) -> None:
        """Write a line for each kind of what was counted, and begin anew."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        for (what, outcome), count in sorted(counted.items()):
            log.info("in_this_hour", what=what, outcome=outcome, count=count)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            now = self._now()
            pause.wait((cut_to_hour(now) + HOUR - now).total_seconds())
            self.write()


COUNTS = HourlyCounts()
"""Those of this process. What it has counted and not written is lost with it: better than a line that tells a time."""
