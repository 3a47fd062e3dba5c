"""Separate lines for votes, log-ins, pages of sessions, strangers and operators: none waits behind another (bulkheads).

Every request but those that ask no service takes a place in one line for as long as it lasts. Places are counted for each
process (ISOLOIR_GATEWAY_LINE_…), and a full line is answered at once. So the threads of a process, one for each place and
some over, are never all waiting: supervisors, static files and refusals always find one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum

from flask import Flask, Response, current_app, g, request

from gateway.edge import agent_session, failures, voter_session
from gateway.edge.errors import BUSY, RETRY_AFTER_SECONDS
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
    "health.ready": Line.READINESS,
    # These ask no service.
    "health.alive": None,
    "static": None,
    "api-docs.openapi_json": None,
    "language.choose": None,
}
"""Endpoint → its line. All others: operators' and signed-in agents' are together, and pages go by whether the browser brings
a session."""


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


def install(app: Flask, settings: Settings) -> None:
    """Have each request take its place before anything else is done for it."""
    app.extensions["isoloir_lines"] = {
        line: threading.BoundedSemaphore(places) for line, places in settings.places().items()
    }

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
        places: threading.BoundedSemaphore = current_app.extensions["isoloir_lines"][line]
        if not places.acquire(blocking=False):
            metrics.LINE_FULL.labels(line.value).inc()
            log.warning("line_full", line=line)
            return failures.answer(BUSY, {"seconds": RETRY_AFTER_SECONDS})
        g.place = places
        return None

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        places: threading.BoundedSemaphore | None = g.pop("place", None)
        if places is not None:
            places.release()


def keep_place() -> Callable[[], None]:
    """Keep a request's place beyond its view, as long as its answer takes a thread; what gives the place back."""
    places: threading.BoundedSemaphore | None = g.pop("place", None)
    return places.release if places is not None else lambda: None
