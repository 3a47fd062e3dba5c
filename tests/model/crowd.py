"""A crowd before a line of passwords, in numbers alone: who is answered, and how many hashes are made for nobody."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from services.identity.hashing.pace import Pace, may_stand

PATIENCE = 15.0
"""Seconds that a caller waits."""

Admission = Callable[[int, float], int]
"""From what is pending and the time to 0, or after how many seconds to come back."""


@dataclass
class Outcome:
    """What came of it: people answered, hashes made, tries; when each was answered."""

    answered: int = 0
    hashes: int = 0
    tries: int = 0
    times: list[float] = field(default_factory=list)


def by_places(places: int) -> Admission:
    """A line that is bounded by places alone, and full for ten seconds."""
    return lambda pending, _now: 0 if pending < places else 10


def by_pace(threads: int, seconds: float) -> Admission:
    """The line as it is, told how long a hash takes."""
    pace = Pace()
    for _ in range(50):
        pace.note(seconds)

    def admit(pending: int, now: float) -> int:
        if may_stand(pending, 1, threads, pace.seconds, PATIENCE):
            return 0
        return pace.refuse(pending, threads, now)

    return admit


def come(
    people: int, admit: Admission, *, threads: int, seconds: float, until: float, arriving: float = 6.0
) -> Outcome:
    """Have people come within the first seconds, and come again when they are refused or not answered.

    Args:
        people: how many.
        admit: how the line lets them in.
        threads: how many hashes are made at a time.
        seconds: how long one takes.
        until: when it is over, seconds.
        arriving: within how long they come.
    """
    dice, number = random.Random(1), count()
    found, line, busy = Outcome(), deque[tuple[float, int]](), 0
    answered: set[int] = set()
    events: list[tuple[float, int, str, int, float]] = []

    def at(moment: float, what: str, who: int, leaves: float = 0.0) -> None:
        heapq.heappush(events, (moment, next(number), what, who, leaves))

    for who in range(people):
        at(dice.uniform(0, arriving), "comes", who)
    while events and events[0][0] < until:
        now, _, what, who, leaves = heapq.heappop(events)
        if what == "comes":
            found.tries += 1
            wait = admit(len(line) + busy, now)
            if wait:
                at(now + wait + dice.uniform(0, 3), "comes", who)
            else:
                line.append((now + PATIENCE, who))
                at(now + PATIENCE, "leaves", who, now + PATIENCE)
        elif what == "leaves" and who not in answered:
            at(now + dice.uniform(1, 4), "comes", who)
        elif what == "hashed":
            busy -= 1
            found.hashes += 1
            if now <= leaves and who not in answered:
                answered.add(who)
                found.answered += 1
                found.times.append(now)
        while busy < threads and line:
            leaves_at, next_one = line.popleft()
            if leaves_at > now and next_one not in answered:
                busy += 1
                at(now + seconds, "hashed", next_one, leaves_at)
    return found
