"""The line of those whose password is being hashed: bounded, in order, and out of the way of everybody else's pages.

bcrypt takes a quarter of a second of processor. However many log in at once, no more are hashed at a time than there are
processors, the threads that do it give way to the one that answers pages, and whoever could not be answered in time, by what
hashes take at present, is told at once when to come back (docs/adr/0045). Nothing is counted or changed for him.
"""

from __future__ import annotations

import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from services.identity.access.accounts import Slow
from services.identity.contract.refusals import Code, refuse
from services.identity.hashing.pace import ANSWER_SECONDS, Pace, may_stand
from services.identity.settings import Settings
from services.runtime import deadline
from services.runtime.hosting.offload import offload
from services.runtime.hosting.resources import Resources
from services.runtime.refusals import Refusal

_NICE, _LOWEST = 10, 19
"""How much the hashing threads give way to the others of the process; Linux keeps it for each thread."""


class HashingLine:
    """One for each process of the service.

    Args:
        places: How many may wait or be hashed at a time.
        threads: How many are hashed at a time.
    """

    def __init__(self, places: int, threads: int) -> None:
        self._places = threading.BoundedSemaphore(places)
        self._count = threads
        self._threads = threading.Semaphore(threads)
        # One more than are hashed: while one reads or writes what belongs to his hash, no processor is idle.
        self._turns = threading.Semaphore(threads + 1)
        self._lock = threading.Lock()
        self._pace = Pace()
        self._pending = 0
        self._key = secrets.token_bytes(32)
        self._checked: dict[bytes, _Checked] = {}

    @contextmanager
    def place(self, hashes: int = 1, same: tuple[str, ...] = ()) -> Iterator[Slow]:
        """Hold a place in the line from its end to the last hash; yields what runs slow functions.

        Args:
            hashes: How many will be made.
            same: What makes another request the same one: while it is being worked, whoever brings the same shares its
                outcome, and nothing is hashed twice. Secrets may be in it; a digest alone is kept.

        Raises:
            Refusal: busy {seconds}, where there is no place, or no answer in time.
        """
        if not self._places.acquire(blocking=False):
            raise self._busy()
        try:
            shared = self._digest(same) if same else None
            with self._lock:
                first = self._checked.get(shared) if shared else None
                if first is None:
                    if not may_stand(self._pending, hashes, self._count, self._pace.seconds, deadline.remaining()):
                        raise self._busy_at(self._pending)
                    self._pending += hashes
                    mine = _Checked()
                    if shared:
                        self._checked[shared] = mine
                else:
                    first.followers += 1
            if first is not None:
                yield self._outcome_of(first)
                return
            try:
                with self._turn():
                    yield lambda function, *args: mine.keep(self._digest(args), self.run(function, *args))
            finally:
                with self._lock:
                    self._pending -= hashes
                    if shared:
                        del self._checked[shared]
                mine.over.set()
        finally:
            self._places.release()

    def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a slow function when a thread is free. Raises DeadlinePassed where nobody waits for it any more."""
        if not self._threads.acquire(timeout=deadline.remaining()):
            raise deadline.DeadlinePassed
        try:
            deadline.check()
            began = time.monotonic()
            done = offload(_in_the_background, function, *args)
            with self._lock:
                self._pace.note(time.monotonic() - began)
            return done
        finally:
            self._threads.release()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for one's turn, as long as what follows can still be done in time."""
        remaining = deadline.remaining()
        patience = None if remaining is None else max(0.0, remaining - self._pace.seconds - ANSWER_SECONDS)
        if not self._turns.acquire(timeout=patience):
            raise self._busy()
        try:
            yield
        finally:
            self._turns.release()

    def _outcome_of(self, first: _Checked) -> Slow:
        """What stands for hashing where the same is hashed already. Raises busy where that came to nothing."""
        remaining = deadline.remaining()
        first.over.wait(None if remaining is None else max(0.0, remaining - ANSWER_SECONDS))

        def known(function: Callable[..., Any], *args: Any) -> Any:
            found = first.found.get(self._digest(args))
            if found is None:
                raise self._busy()
            return found[0]

        if not first.found:
            raise self._busy()
        return known

    def _digest(self, parts: tuple[Any, ...]) -> bytes:
        return hmac.digest(self._key, "\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), "sha256")

    def _busy(self) -> Refusal:
        with self._lock:
            return self._busy_at(self._pending)

    def _busy_at(self, pending: int) -> Refusal:
        return refuse(Code.BUSY, seconds=self._pace.refuse(pending, self._count, time.monotonic()))


class _Checked:
    """What a request has hashed: digest of what was hashed → its outcome, in a tuple of one; and how many wait for it."""

    def __init__(self) -> None:
        self.followers = 0
        self.over = threading.Event()
        self.found: dict[bytes, tuple[Any]] = {}

    def keep(self, digest: bytes, outcome: Any) -> Any:
        """Remember an outcome for those who brought the same, and hand it on."""
        self.found[digest] = (outcome,)
        return outcome


def _in_the_background(function: Callable[..., Any], *args: Any) -> Any:
    """Run in a thread of the pool, which then stays behind the one that answers requests."""
    thread = threading.get_native_id()
    if thread != os.getpid():
        # Less than the process itself has, whatever that is: one that was started with a low priority has it already.
        os.setpriority(os.PRIO_PROCESS, thread, min(_LOWEST, os.getpriority(os.PRIO_PROCESS, os.getpid()) + _NICE))
    return function(*args)


_making = threading.Lock()


@contextmanager
def hashing_place(resources: Resources[Settings], hashes: int = 1, same: tuple[str, ...] = ()) -> Iterator[Slow]:
    """Take a place in this process's line, before anything is counted or changed, and have what runs slow functions.

    In and out as of HashingLine.place. Raises busy {seconds}.
    """
    with _making:
        if "hashing_line" not in resources.shared:
            settings = resources.settings
            resources.shared["hashing_line"] = HashingLine(settings.hashing_places, settings.hashing_threads)
        line: HashingLine = resources.shared["hashing_line"]
    with line.place(hashes, same) as slow:
        yield slow
