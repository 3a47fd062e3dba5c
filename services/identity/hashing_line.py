"""The line of those whose password is being hashed: bounded, in order, and out of the way of everybody else's pages.

bcrypt takes a quarter of a second of processor. However many log in at once, no more are hashed at a time than there are
processors, the threads that do it give way to the one that answers pages, and whoever finds the line full is told at once.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from services.identity.access.accounts import Slow
from services.identity.contract.refusals import Code, refuse
from services.identity.settings import Settings
from services.runtime import deadline
from services.runtime.hosting.offload import offload
from services.runtime.hosting.resources import Resources

COME_BACK_SECONDS = 10
_NICE = 10
"""How much the hashing threads give way to the others of the process; Linux keeps it for each thread."""


class HashingLine:
    """One for each process of the service.

    Args:
        places: How many may wait or be hashed at a time.
        threads: How many are hashed at a time.
    """

    def __init__(self, places: int, threads: int) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._threads = threading.Semaphore(threads)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place in the line. Raises busy {seconds} where there is none."""
        if not self._places.acquire(blocking=False):
            raise refuse(Code.BUSY, seconds=COME_BACK_SECONDS)
        try:
            yield
        finally:
            self._places.release()

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a slow function when its turn comes. Raises DeadlinePassed where nobody waits for it any more."""
        if not self._threads.acquire(timeout=deadline.remaining()):
            raise deadline.DeadlinePassed
        try:
            deadline.check()
            return offload(_in_the_background, function, *args)
        finally:
            self._threads.release()


def _in_the_background(function: Callable[..., Any], *args: Any) -> Any:
    """Run in a thread of the pool, which then stays behind the one that answers requests."""
    thread = threading.get_native_id()
    if thread != os.getpid():
        os.setpriority(os.PRIO_PROCESS, thread, _NICE)
    return function(*args)


_making = threading.Lock()


@contextmanager
def hashing_place(resources: Resources[Settings]) -> Iterator[Slow]:
    """Take a place in this process's line, before anything is counted or changed, and have what runs slow functions.

    Raises busy {seconds}.
    """
    with _making:
        if "hashing_line" not in resources.shared:
            settings = resources.settings
            resources.shared["hashing_line"] = HashingLine(settings.hashing_places, settings.hashing_threads)
        line: HashingLine = resources.shared["hashing_line"]
    with line.place():
        yield line.run
