"""Has misfortunes befall a system while voters come, one after the other, and measures how soon all is well again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from deploy.load.running.faults.fault import Fault, Mortal

POSTGRESQL = "postgresql"
BACK_SECONDS = 180.0
BETWEEN = (1.0, 4.0)
"""Seconds of quiet between two misfortunes, at random."""
LASTING = (3.0, 7.0)
"""Seconds that one lasts that is no death, at random."""
LOOK_EVERY = 0.1


@dataclass(frozen=True)
class Death:
    """One misfortune.

    Attributes:
        part: What died, or what happened.
        at: Seconds after the first voter.
        seconds: From its end (a death ends at once) until all processes were there and the portal said that all services
            answer; None: not within three minutes.
        lasted: How long it lasted.
        away: For how long of all that the portal did not say so.
    """

    part: str
    at: float
    seconds: float | None
    lasted: float = 0.0
    away: float = 0.0


class NotBack(RuntimeError):
    """A part did not come back by itself; the message names it."""


class Misfortune:
    """Strikes from ``start`` to ``stop``; everything befalls once before anything does again.

    PostgreSQL lives and dies with the thread that starts it again: ``release`` ends that thread, once the system is down.

    Args:
        system: What is struck.
        faults: What may happen.
        seed: Of chance: the same order for the same seed.
        pause: Waits.
    """

    def __init__(
        self,
        system: Mortal,
        faults: Sequence[Fault],
        seed: int = 0,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._system, self._pause = system, pause
        self._dice = random.Random(seed)  # noqa: S311 - no secret
        self._order = self._shuffled(faults)
        self._enough, self._calm, self._released = threading.Event(), threading.Event(), threading.Event()
        self._began = 0.0
        self.deaths: list[Death] = []
        self.broken: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="misfortune", daemon=True)

    def start(self) -> None:
        """From now on things happen."""
        self._began = time.monotonic()
        self._thread.start()

    def stop(self) -> list[dict[str, object]]:
        """No more; returns once all is back. Out: what happened, as the figures have it. Raises NotBack."""
        self._enough.set()
        self._calm.wait()
        if self.broken is not None:
            raise self.broken
        for death in self.deaths:
            if death.seconds is None:
                raise NotBack(f"{death.part} : tout n'est pas revenu en {BACK_SECONDS:g} s")
        return [asdict(death) for death in self.deaths]

    def release(self) -> None:
        """Let the thread end. Idempotent, also where it never began."""
        self._enough.set()
        self._released.set()

    def _shuffled(self, faults: Sequence[Fault]) -> Iterator[Fault]:
        while True:
            yield from self._dice.sample(faults, len(faults))

    def _run(self) -> None:
        try:
            while not self._enough.is_set():
                self._pause(self._dice.uniform(*BETWEEN))
                if self._enough.is_set():
                    break
                death = self._strike(next(self._order))
                self.deaths.append(death)
                if death.seconds is None:
                    break
        except Exception as error:  # the striking itself has failed: whoever waits for calm must hear of it
            self.broken = error
        finally:
            self._calm.set()
        self._released.wait()

    def _strike(self, fault: Fault) -> Death:
        began = time.monotonic()
        before = self._system.pids().get(fault.part)
        with _Looking(self._system) as looking:
            if fault.orderly:
                self._system.restart(fault.part)
            elif fault.during is None:
                self._system.kill(fault.part)
            else:
                with fault.during():
                    self._pause(self._dice.uniform(*LASTING))
            over = time.monotonic()
            while time.monotonic() - over < BACK_SECONDS:
                replaced = not fault.part or self._system.pids().get(fault.part) not in (None, before)
                if replaced and self._system.is_whole() and self._system.is_ready():
                    lasted = 0.0 if fault.during is None else over - began
                    seconds: float | None = round(time.monotonic() - over, 1)
                    break
                time.sleep(LOOK_EVERY)
            else:
                lasted, seconds = over - began, None
        return Death(fault.name, round(began - self._began, 1), seconds, round(lasted, 1), round(looking.away, 1))


class _Looking:
    """Looks, as long as it is entered, for how long the portal does not say that all is well."""

    def __init__(self, system: Mortal) -> None:
        self._system = system
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looking", daemon=True)
        self.away = 0.0

    def __enter__(self) -> _Looking:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            asked = time.monotonic()
            ready = self._system.is_ready()
            self._over.wait(LOOK_EVERY)
            if not ready:
                self.away += time.monotonic() - asked
