"""The room as one gateway has it: the line that all share, a line of its own where the store is away, what operators say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from redis import RedisError

from gateway.settings import Settings
from gateway.waiting.crowd import NOBODY, pace_of
from gateway.waiting.estimate import LEAST_MEASURED
from gateway.waiting.line import Conditions, Line, Standing, Visit
from gateway.waiting.plan import Capacity, Mode, Plan, Steering, plan
from gateway.waiting.shared_line import SharedLine
from services.runtime.refusals import Refusal
from services.runtime.telemetry import metrics
from services.runtime.telemetry.logs import get_logger

log = get_logger()

LOOK_SECONDS = 2.0
"""How old what operators have said, and whether lines are full, may be."""
ALONE_SECONDS = 10.0
"""How long a gateway goes on by itself before it asks the store again."""

T = TypeVar("T")


class Room:
    """One for each process. Every method takes the time (seconds since 1970): nothing here looks at a clock."""

    def __init__(self, settings: Settings, shared: SharedLine | None = None) -> None:
        self._capacity = Capacity(settings.waiting_pace, settings.waiting_inside, settings.waiting_inside_minutes)
        self._processes = settings.processes
        self._shared = shared
        self._steerable = shared is not None or not settings.limits_are_shared
        self._own = Line()
        self._lock = threading.Lock()
        self._alone_until = 0.0
        self._found = Conditions()
        self._looked_at: float | None = None
        self._noted_at: dict[str, float] = {}
        # Several gateways that share no line would each let in what one of them may.
        self._automatic = settings.waiting_automatic and self._steerable

    @classmethod
    def of(cls, settings: Settings) -> Room:
        """The room of these settings."""
        address = settings.ratelimit_storage
        return cls(settings, SharedLine(address) if settings.waiting_is_shared else None)

    @property
    def is_shared(self) -> bool:
        """Whether all gateways have one line."""
        return self._shared is not None

    def plan(self, now: float) -> Plan | None:
        """What the door does now; None where there is no room."""
        with self._lock:
            if self._looked_at is None or not 0 <= now - self._looked_at < LOOK_SECONDS:
                self._looked_at = now
                self._found = self._asked(lambda line: line.conditions(now), lambda: self._found, now)
        found = self._found
        full_at = found.full_at
        return plan(
            self._capacity,
            found.steering,
            None if full_at is None else now - full_at,
            found.crowd if self._automatic else NOBODY,
        )

    def steering(self, now: float) -> Steering:
        """What operators have said."""
        self.plan(now)
        return self._found.steering

    def visit(self, number: int | None, found: Plan, now: float) -> Visit:
        """Take a number or give a sign of life, and come in if it is one's turn."""
        visit = self._asked(
            lambda line: line.visit(number, found, now), lambda: self._own.visit(number, self._part(found), now), now
        )
        metrics.WAITING_LAPSED.inc(visit.lapsed)
        if visit.let_in:
            metrics.WAITING_LET_IN.inc()
        return visit

    def standing(self, now: float) -> Standing:
        """What operators see."""
        found = self.plan(now)
        return self._asked(lambda line: line.standing(found, now), lambda: self._own.standing(found, now), now)

    def described(self, now: float) -> dict[str, Any]:
        """As the API tells it: what operators said, the settings, what is in force, who waits and how fast they come in."""
        standing, found = self.standing(now), self.plan(now)
        measured = standing.measured >= LEAST_MEASURED
        return {
            "mode": self._found.steering.mode.value,
            "pace": self._found.steering.pace or None,
            "served_a_minute": round(self._found.crowd.served, 1),
            "opened_itself": self._automatic
            and self._found.steering.mode is Mode.AUTO
            and pace_of(self._found.crowd) is not None,
            "capacity": asdict(self._capacity),
            "in_force": found and {"pace": found.pace, "inside": found.inside or None, "held": found.held},
            "waiting": standing.waiting,
            "called": standing.called,
            "let_in_a_minute": round(standing.came * 60 / standing.measured, 1) if measured else None,
            "inside": standing.inside,
            "shared": self.is_shared,
        }

    def steer(self, steering: Steering, now: float) -> None:
        """Do from now on as operators say. Refusal: waiting_room_away, where not all gateways would hear of it."""
        if not self._steerable:
            raise Refusal("waiting_room_away")
        if self._shared is None:
            self._own.steer(steering)
        else:
            try:
                self._shared.steer(steering)
            except RedisError:
                raise Refusal("waiting_room_away") from None
        with self._lock:
            self._looked_at = None
        log.info("waiting_room_steered", mode=steering.mode.value, pace=steering.pace)

    def note_full(self, now: float) -> None:
        """A line of this process is full: the pace falls, in all gateways. Told once in a look."""
        self._note("full", lambda line: line.note_full(now), now)

    def note_busy(self, now: float) -> None:
        """A service can hash no more in time: who arrives now waits outside. Told once in a look."""
        self._note("busy", lambda line: line.note_busy(now), now)

    def note_served(self, now: float) -> None:
        """A log-in was answered: what is counted is how many may come in."""
        if self._automatic:
            self._asked(lambda line: line.note_served(now), lambda: self._own.note_served(now), now)

    def _note(self, what: str, tell: Callable[[SharedLine | Line], None], now: float) -> None:
        with self._lock:
            if 0 <= now - self._noted_at.get(what, 0.0) < LOOK_SECONDS:
                return
            self._noted_at[what] = now
            self._looked_at = None
        self._asked(tell, lambda: tell(self._own), now)

    def _part(self, found: Plan) -> Plan:
        """What is this process's own of a plan, where the store is away and each counts for itself."""
        if self._shared is None or found.pace is None or self._processes == 1:
            return found
        return Plan(found.pace / self._processes, found.inside, found.inside_seconds, found.held)

    def _asked(self, ask: Callable[[SharedLine | Line], T], alone: Callable[[], T], now: float) -> T:
        """Ask the line that all share; where it is away, do without for a while."""
        if self._shared is None:
            return ask(self._own)
        if now < self._alone_until:
            return alone()
        try:
            return ask(self._shared)
        except RedisError as error:
            log.warning("waiting_room_alone", error=type(error).__name__)
            self._alone_until = now + ALONE_SECONDS
            return alone()
