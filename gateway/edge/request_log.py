"""One line per request: the rule that matched and never the path, since paths carry tokens and query strings names.

What a booth asks for has no line of its own but a count by the hour: the n-th would tell when the n-th ballot came in (L1).
"""

from time import perf_counter

from flask import Flask, Response, g, request

from services.runtime.telemetry import hourly, metrics
from services.runtime.telemetry.logs import get_logger

log = get_logger()

OF_THE_BOOTH = frozenset(
    {"ballots.cast", "api_elections.booth", "api_elections.own", "api_receipts.make_pages", "api_receipts.mail"}
)
"""What is asked for as a vote is prepared, cast, kept, and followed by the next."""


def install(app: Flask) -> None:
    """Measure each request and log it when its answer is ready."""

    @app.before_request
    def start() -> None:
        g.started = perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        if request.endpoint in OF_THE_BOOTH:
            hourly.COUNTS.count(request.endpoint, str(response.status_code))
            return response
        seconds = perf_counter() - g.get("started", perf_counter())
        metrics.HTTP_SECONDS.labels(request.endpoint or "none", str(response.status_code)).observe(seconds)
        # Supervisors ask all day long: only what is wrong is worth a line.
        say = log.debug if request.blueprint == "health" and response.status_code == 200 else log.info
        say(
            "http_request",
            method=request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "other",
            rule=request.url_rule.rule if request.url_rule else "none",
            page=request.endpoint or "none",
            status=response.status_code,
            milliseconds=round(seconds * 1000, 1),
        )
        return response
