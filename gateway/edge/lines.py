"""Separate lines for votes, log-ins, pages of sessions, strangers and operators: none waits behind another (bulkheads).

Every request but those that ask no service takes a place in one line for as long as it lasts. Places are counted for each
process (ISOLOIR_GATEWAY_LINE_…), and a full line is answered at once. So the threads of a process, one for each place and
some over, are never all waiting: supervisors, static files and refusals always find one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from flask import Flask, Response, current_app, g, request

from gateway.edge import agent_session, failures, voter_session
from gateway.edge.errors import RETRY_AFTER_SECONDS
from gateway.edge.words import BUSY
from gateway.settings import Settings
from services.runtime.telemetry import metrics
from services.runtime.telemetry.logs import get_logger

log = get_logger()


class Line(StrEnum):
    """What waits together, by the name of its setting."""

    VOTE = "vote"
    LOG_IN = "log_in"
    SESSION = "session"
    PUBLIC = "public"
    OPERATOR = "operator"
    DOWNLOAD = "download"
    READINESS = "readiness"


OWN_LINE: dict[str, Line | None] = {
    "ballots.cast": Line.VOTE,
    "api_elections.booth": Line.VOTE,
    "booth.show": Line.VOTE,
    # Whatever has a password or an answer hashed.
    "password.submit": Line.LOG_IN,
    "activation.submit": Line.LOG_IN,
    "challenge_question.submit": Line.LOG_IN,
    "session.sign_in": Line.LOG_IN,
    "access.activate": Line.LOG_IN,
    "api_reissue.answer": Line.LOG_IN,
    "reissue.submit": Line.LOG_IN,
    # Held until the last byte is sent (keep_place): a slow reader takes no one else's place.
    "api_elections.archive": Line.DOWNLOAD,
    "agents_entrance.submit": Line.LOG_IN,
    "agents_invitation.submit": Line.LOG_IN,
    "agents_passkeys.submit": Line.LOG_IN,
    "health.ready": Line.READINESS,
    # These ask no service.
    "health.alive": None,
    "status.show": None,
    "static": None,
    "api-docs.openapi_json": None,
    "language.choose": None,
}
"""Endpoint → its line. All others: operators' and signed-in agents' are together, and pages go by whether the browser brings
a session."""


CROWDED = frozenset({Line.VOTE, Line.LOG_IN, Line.SESSION, Line.PUBLIC})
"""Lines that are full where too many are inside: the waiting room lets fewer in for a while (gateway.waiting.plan)."""


def line_of(
    endpoint: str, blueprint: str | None, *, signed_in: Callable[[], bool], agent: Callable[[], bool] = lambda: False
) -> Line | None:
    """The line that a request waits in, None for those that need not.

    ``signed_in`` and ``agent`` are asked only where it matters: looking at the session would have a static file vary with
    the cookie.
    """
    if endpoint in OWN_LINE:
        return OWN_LINE[endpoint]
    if blueprint == "operator" or ((blueprint or "").startswith("agents_") and agent()):
        return Line.OPERATOR
    return Line.SESSION if signed_in() else Line.PUBLIC


class Places:
    """The places of a line in this process, and how many were taken at the busiest moment of this minute and the last."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._taken = 0
        self._minute, self._peak, self._before = 0, 0, 0

    def acquire(self) -> bool:
        """Take a place; False where none is free."""
        with self._lock:
            if self._taken >= self.most:
                return False
            self._taken += 1
            self._turn()
            self._peak = max(self._peak, self._taken)
            return True

    def release(self) -> None:
        """Give a place back. Raises ValueError where none was taken."""
        with self._lock:
            if self._taken == 0:
                raise ValueError("no place was taken")
            self._turn()
            self._taken -= 1

    @property
    def busiest(self) -> int:
        """How many were taken at most in this minute and the last."""
        with self._lock:
            self._turn()
            return max(self._peak, self._before)

    def _turn(self) -> None:
        minute = int(self._clock() // 60)
        if minute != self._minute:
            self._before = self._peak if minute == self._minute + 1 else self._taken
            self._minute, self._peak = minute, self._taken


def busiest(app: Flask) -> dict[str, tuple[int, int]]:
    """Line → (places taken at the busiest moment of the last minutes, places), of this process."""
    places: dict[str, Places] = app.extensions["isoloir_lines"]
    return {str(line): (one.busiest, one.most) for line, one in places.items()}


def install(app: Flask, settings: Settings) -> None:
    """Have each request take its place before anything else is done for it."""
    app.extensions["isoloir_lines"] = {line: Places(places) for line, places in settings.places().items()}

    @app.before_request
    def take_a_place() -> Response | None:
        if request.endpoint is None:  # no such page
            return None
        line = line_of(
            request.endpoint,
            request.blueprint,
            signed_in=lambda: voter_session.token() is not None,
            agent=lambda: agent_session.token() is not None,
        )
        if line is None:
            return None
        places: Places = current_app.extensions["isoloir_lines"][line]
        if not places.acquire():
            metrics.LINE_FULL.labels(line.value).inc()
            log.warning("line_full", line=line)
            if line in CROWDED:
                current_app.extensions["isoloir_waiting_room"].note_full(time.time())
            g.crowded = line is Line.LOG_IN
            return failures.answer(BUSY, {"seconds": RETRY_AFTER_SECONDS})
        g.place = places
        return None

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        places: Places | None = g.pop("place", None)
        if places is not None:
            places.release()


def keep_place() -> Callable[[], None]:
    """Keep a request's place beyond its view, as long as its answer takes a thread; what gives the place back."""
    places: Places | None = g.pop("place", None)
    return places.release if places is not None else lambda: None
