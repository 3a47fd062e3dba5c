"""One correlation id from the browser's request to the last service's log line."""

from flask import Flask, Response, request

from services.runtime.telemetry.correlation import bind, current_id

HEADER = "X-Correlation-Id"


def install(app: Flask) -> None:
    """Bind the caller's id (a new one unless it is a plain uuid) and return it in the answer's header."""

    @app.before_request
    def start() -> None:
        bind(request.headers.get(HEADER))

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = current_id()
        return response
