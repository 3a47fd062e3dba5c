"""What log-ins show of a crowd: how many are answered, and when a service last said that it can hash no more. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BUCKET_SECONDS = 5
BUCKETS = 7
"""What is counted: the last half minute, and the seconds of the bucket that is still filling."""
PRESSED_SECONDS = 10.0
"""For how long after such an answer fewer are let in than are served: those who were let in before have theirs first."""
EVEN_SECONDS = 20.0
CALM_SECONDS = 60.0
"""After which, and when nobody waits any more, a room that opened by itself closes."""
PRESSED_SHARE, MOST_SHARE = 0.5, 2.0
LEAST_PACE = 6.0
"""A minute: where hardly anybody was served the door is not shut."""


@dataclass(frozen=True)
class Crowd:
    """What was seen lately.

    Attributes:
        since_busy: seconds since a service last said that its line is full; None where none did.
        served: log-ins and activations that were answered, a minute.
        waiting: people who wait at the door.
    """

    since_busy: float | None = None
    served: float = 0.0
    waiting: int = 0


NOBODY = Crowd()


def bucket(now: float) -> int:
    """The number of the bucket of a moment, in seconds since 1970."""
    return int(now // BUCKET_SECONDS)


def recent(now: float) -> list[int]:
    """The buckets that are counted at a moment, oldest first."""
    last = bucket(now)
    return list(range(last - BUCKETS + 1, last + 1))


def served_a_minute(counts: Mapping[int, int], now: float) -> float:
    """How many were served a minute, since the first of the counted ones.

    Args:
        counts: bucket → how many.
        now: seconds since 1970.
    """
    found = {number: counts[number] for number in recent(now) if counts.get(number)}
    if not found:
        return 0.0
    seconds = max(now - min(found) * BUCKET_SECONDS, float(BUCKET_SECONDS))
    return sum(found.values()) * 60 / seconds


def pace_of(crowd: Crowd) -> float | None:
    """How many a minute come in by what was measured, None where there is no crowd.

    Half of what is served while services say that they are full: those who are inside come again first, and nothing idles
    meanwhile. What is served a little later; then up to twice as many, since a line that is never full serves no more than
    are let in.
    """
    if crowd.since_busy is None or (crowd.since_busy >= CALM_SECONDS and not crowd.waiting):
        return None
    if crowd.since_busy < PRESSED_SECONDS:
        share = PRESSED_SHARE
    elif crowd.since_busy < EVEN_SECONDS:
        share = 1.0
    else:
        grown = min(1.0, (crowd.since_busy - EVEN_SECONDS) / (CALM_SECONDS - EVEN_SECONDS))
        share = 1.0 + (MOST_SHARE - 1.0) * grown
    return max(LEAST_PACE, crowd.served * share)
