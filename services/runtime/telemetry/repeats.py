"""An outage is a few lines, not eighty: what is said again and again is said once, then once a minute, with how often."""

import logging
import threading
import time
from collections.abc import Callable

QUIET_SECONDS = 60.0
MOST_KNOWN = 500


class Repeats:
    """Counts what was said lately. In: how long the same is not said again, a clock."""

    def __init__(self, quiet: float = QUIET_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[object, tuple[float, int]] = {}

    def held_back(self, key: object) -> int | None:
        """Whether to say it now: None for no; otherwise how often it was held back since it was last said."""
        now = self._clock()
        with self._lock:
            said_at, count = self._said.get(key, (None, 0))
            if said_at is not None and now - said_at < self._quiet:
                self._said[key] = (said_at, count + 1)
                return None
            if len(self._said) >= MOST_KNOWN:
                self._said.clear()
            self._said[key] = (now, 0)
            return count

    def forget(self, key: object) -> None:
        """It is over: the next time it is news again."""
        with self._lock:
            self._said.pop(key, None)


class NoRepeats(logging.Filter):
    """For the handler: a library's warning that comes again within a minute is counted and not written.

    Our own lines name what they belong to, and all of them stay.
    """

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let through what is ours, or news."""
        if record.name.partition(".")[0] in {"isoloir", "root"}:
            return True
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        count = self._repeats.held_back((record.name, record.levelno, str(record.msg)[:200], error))
        if count:
            record.repeated = count
        return count is not None
