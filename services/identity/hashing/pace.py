"""How long a hash takes here and now, and what follows: who may still stand in line, and when to come back. Pure."""

from __future__ import annotations

import math

MOST_WAIT_SECONDS = 6.0
"""Nobody is let into a line in which the answer would take longer: people load their page again by then."""
ANSWER_SECONDS = 0.5
"""What the answer itself needs on its way back, before its caller has gone."""
FIRST_GUESS_SECONDS = 0.3
SOONEST, LATEST = 5, 60
"""Seconds between which whoever is refused is told to come back."""
REMEMBERED_SECONDS = 30.0
"""For how long those who were refused are counted among those who will come back."""
_NEWEST = 0.2
"""What the newest hash weighs in the mean."""


class Pace:
    """The moving mean of how long one hash takes, waiting for a processor included, and who was refused lately."""

    def __init__(self) -> None:
        self.seconds = FIRST_GUESS_SECONDS
        self._refused: list[float] = []

    def note(self, seconds: float) -> None:
        """One hash took so long."""
        self.seconds += _NEWEST * (seconds - self.seconds)

    def refuse(self, pending: int, threads: int, now: float) -> int:
        """Somebody is refused; after how many seconds to come back.

        Args:
            pending: hashes that are in line or being made.
            threads: how many are made at a time.
            now: seconds of a clock that never goes back.

        Returns:
            Seconds: by then those in line, and those who were refused before, have had theirs at this pace.
        """
        self._refused = [at for at in self._refused if now - at < REMEMBERED_SECONDS]
        before = pending + len(self._refused)
        self._refused.append(now)
        return min(LATEST, max(SOONEST, math.ceil(finish(before, 1, threads, self.seconds))))


def finish(pending: int, hashes: int, threads: int, seconds: float) -> float:
    """In how many seconds the hashes of somebody who comes now are done.

    Args:
        pending: hashes that are in line or being made already.
        hashes: how many he brings.
        threads: how many are made at a time.
        seconds: how long one takes.
    """
    return math.ceil((pending + hashes) / threads) * seconds


def may_stand(pending: int, hashes: int, threads: int, seconds: float, remaining: float | None) -> bool:
    """Whether somebody who comes now will be answered while he still waits.

    Where nobody is before him he is always let in: a machine that is slow for all is no line.

    Args:
        pending: as of `finish`, like the next three.
        hashes: how many he brings.
        threads: how many are made at a time.
        seconds: how long one takes.
        remaining: for how long the caller waits; None where nobody does.
    """
    if pending == 0:
        return True
    most = MOST_WAIT_SECONDS if remaining is None else min(MOST_WAIT_SECONDS, remaining - ANSWER_SECONDS)
    return finish(pending, hashes, threads, seconds) <= most
