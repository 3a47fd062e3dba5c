"""The line itself, in the memory of one process: numbers in order, who is called, who was let in.

line.lua is the same for several processes, step by step; tests/property/test_waiting_line.py holds the two against each
other.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from dataclasses import dataclass
from itertools import takewhile

from gateway.waiting.crowd import NOBODY, Crowd, bucket, recent, served_a_minute
from gateway.waiting.plan import Plan, Steering

ABSENT_SECONDS = 180.0
"""Without a sign of life for so long a number is passed over, and a call goes to the next. A page that sleeps in a pocket
asks once a minute at best."""
KEPT_SECONDS = 1800.0
"""How long a number that was passed over keeps its place, and how long a number that came in is remembered as used."""
ANSWERED_AGAIN_SECONDS = 60.0
"""For how long a number that came in is told so again: its first answer may have been lost on the way."""
GATHERING_SECONDS = 75.0
"""After a restart, how long nobody is called once an earlier ticket has shown up: the slowest page asks every 60."""
MEASURED_SECONDS = 300.0
MOST_CALLS = 500
"""Calls, and numbers passed over, that one visit works off."""


@dataclass(frozen=True)
class Visit:
    """What one visit has found.

    `let_in`: this number has come in; else `ahead` of it are so many, of `waiting` in all. `came`: how many came in during
    the last `measured` seconds in which somebody waited. `lapsed`: numbers that this visit has passed over.
    """

    number: int
    let_in: bool
    ahead: int
    waiting: int
    came: int
    measured: float
    lapsed: int = 0


@dataclass(frozen=True)
class Standing:
    """What operators see: who waits, who is called and has not come yet, who came in lately and since when it is counted."""

    waiting: int
    called: int
    came: int
    measured: float
    inside: int


NO_STEERING = Steering()


@dataclass(frozen=True)
class Conditions:
    """What the door goes by besides the settings: what operators have said last, when a line of the portal was last full,
    and what log-ins show.
    """

    steering: Steering = NO_STEERING
    full_at: float | None = None
    crowd: Crowd = NOBODY


class Line:
    """The line of one process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[int] = []
        self._seen: dict[int, float] = {}  # by when they were last seen, the longest ago first
        self._called: dict[int, float] = {}  # by when they were called
        self._came: dict[int, float] = {}  # by when they came in
        self._times: list[float] = []  # of those, for counting
        self._last = 0
        self._tokens: float | None = None
        self._now = 0.0
        self._began: float | None = None
        self._gathering = 0.0
        self._since: float | None = None
        self._full_at: float | None = None
        self._busy_at: float | None = None
        self._served: dict[int, int] = {}
        self._steering = Steering()

    def visit(self, number: int | None, plan: Plan, now: float) -> Visit:
        """Take a number or give a sign of life, and come in if it is one's turn.

        Args:
            number: of the ticket; None without one.
            plan: what the door does now.
            now: seconds since 1970.
        """
        with self._lock:
            now = self._tick(now, plan)
            lapsed = self._pass_over(now, plan)
            came_at = self._came.get(number or 0)
            if came_at is not None and now - came_at > ANSWERED_AGAIN_SECONDS:
                number = None  # a copy of a ticket that has served
            elif came_at is None and number in self._called:
                del self._called[number]
                self._come_in(number, now)
            if number is None:
                number = self._last = max(self._last + 1, int(now * 1000))
            if number not in self._came:
                self._stand(number, now)
                self._call(plan, now)
                if self._called.pop(number, None) is not None:
                    self._come_in(number, now)
            self._since = (self._since if self._since is not None else now) if self._waiting else None
            let_in = number in self._came
            ahead = 0 if let_in else bisect_left(self._waiting, number)
            came, measured = self._measured(now)
            return Visit(number, let_in, ahead, len(self._waiting), came, measured, lapsed)

    def standing(self, plan: Plan | None, now: float) -> Standing:
        """What there is, without changing it."""
        with self._lock:
            came, measured = self._measured(now)
            span = plan.inside_seconds if plan else 900.0
            inside = len(self._times) - bisect_left(self._times, now - span)
            return Standing(self._present(now), len(self._called), came, measured, inside)

    def conditions(self, now: float) -> Conditions:
        """What the door goes by besides the settings."""
        with self._lock:
            since = None if self._busy_at is None else max(0.0, now - self._busy_at)
            crowd = Crowd(since, served_a_minute(self._served, now), self._present(now))
            return Conditions(self._steering, self._full_at, crowd)

    def steer(self, steering: Steering) -> None:
        """Do from now on as operators say."""
        self._steering = steering

    def note_full(self, now: float) -> None:
        """A line of the portal is full."""
        self._full_at = now

    def note_busy(self, now: float) -> None:
        """A service has said that its line is full."""
        self._busy_at = now

    def note_served(self, now: float) -> None:
        """A log-in was answered."""
        with self._lock:
            number = bucket(now)
            if number not in self._served:
                kept = set(recent(now))
                self._served = {one: count for one, count in self._served.items() if one in kept}
            self._served[number] = self._served.get(number, 0) + 1

    def _present(self, now: float) -> int:
        gone = sum(1 for _ in takewhile(lambda at: at <= now - ABSENT_SECONDS, self._seen.values()))
        return len(self._seen) - gone

    def _tick(self, now: float, plan: Plan) -> float:
        now = max(now, self._now)
        if self._began is None:
            self._began = now
        if self._tokens is None or plan.pace is None:
            self._tokens = plan.burst
        else:
            self._tokens = min(plan.burst, self._tokens + plan.pace / 60 * (now - self._now))
        self._now = now
        return now

    def _pass_over(self, now: float, plan: Plan) -> int:
        lapsed = 0
        while self._called and lapsed < MOST_CALLS:
            number, at = next(iter(self._called.items()))
            if at > now - ABSENT_SECONDS:
                break
            del self._called[number]
            self._tokens = min(plan.burst, (self._tokens or 0.0) + 1)
            lapsed += 1
        while self._seen and lapsed < MOST_CALLS:
            number, at = next(iter(self._seen.items()))
            if at > now - ABSENT_SECONDS:
                break
            self._leave(number)
            lapsed += 1
        while self._came:
            number, at = next(iter(self._came.items()))
            if at > now - KEPT_SECONDS:
                break
            del self._came[number], self._times[0]
        return lapsed

    def _stand(self, number: int, now: float) -> None:
        if number in self._seen:
            del self._seen[number]  # to the end of those seen
        else:
            insort(self._waiting, number)
            if self._began is not None and number < int(self._began * 1000) and not self._gathering:
                self._gathering = self._began + GATHERING_SECONDS
        self._seen[number] = now

    def _leave(self, number: int) -> None:
        del self._seen[number]
        del self._waiting[bisect_left(self._waiting, number)]

    def _call(self, plan: Plan, now: float) -> None:
        if plan.held or now < self._gathering:
            return
        free = MOST_CALLS if plan.pace is None else min(MOST_CALLS, int(self._tokens or 0.0))
        if plan.inside:
            lately = len(self._times) - bisect_left(self._times, now - plan.inside_seconds)
            free = min(free, plan.inside - lately - len(self._called))
        for number in self._waiting[: max(0, free)]:
            self._leave(number)
            self._called[number] = now
            if plan.pace is not None:
                self._tokens = (self._tokens or 0.0) - 1

    def _come_in(self, number: int, now: float) -> None:
        self._came[number] = now
        self._times.append(now)

    def _measured(self, now: float) -> tuple[int, float]:
        if self._since is None:
            return 0, 0.0
        begins = max(self._since, now - MEASURED_SECONDS)
        return len(self._times) - bisect_left(self._times, begins), max(0.0, now - begins)
