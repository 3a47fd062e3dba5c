"""From whatever went wrong to one answer: JSON under /api/, a French page elsewhere."""

from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from gateway.edge import language, rate_limits, voter_session
from gateway.edge.errors import RETRY_AFTER_SECONDS, RefusalWords, words_for
from gateway.edge.field_problems import described
from gateway.edge.words import BUSY, INCIDENT, UNAVAILABLE
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.contracts.problems import from_messages
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.telemetry.correlation import current_id
from services.runtime.telemetry.logs import get_logger

log = get_logger()

HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "json_expected",
    416: "out_of_range",
    422: "invalid_request",
    429: "rate_limited",
}
# Where the way out is a new link or a new identification rather than the portal's home.
TO_IDENTIFICATION = {"link_unknown", "link_expired", "link_used", "log_in_refused", "account_locked"}


def install(app: Flask) -> None:
    """Register the handlers of refusals, of silent services, of HTTP errors and of everything else."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(RpcTimeout, unavailable)
    app.register_error_handler(RpcUnavailable, unavailable)
    app.register_error_handler(ServiceFault, service_fault)
    app.register_error_handler(CSRFError, csrf_refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, incident)


JSON = "application/json"
OF_SCRIPTS = "/agents/cle/"
"""Addresses of the keys' page that its script alone asks. A script that asks for JSON elsewhere is led where a page is."""


def wants_json() -> bool:
    """Whether the caller is a program: of the API, or the script of the keys' page."""
    if request.path.startswith(OF_SCRIPTS):
        return request.headers.get("Accept") == JSON
    return request.path.startswith("/api/")


def answer(code: str, details: dict[str, Any] | None = None) -> Response:
    """The answer for a code of the table."""
    words = words_for(code, details)
    if wants_json():
        response = jsonify(code=words.code, message=words.message, details=words.details, correlation_id=current_id())
    else:
        response = make_response(
            render_template(
                "layout/error.html",
                words=words,
                correlation_id=current_id(),
                to_identification=words.code in TO_IDENTIFICATION,
                # Loading the answer to a form again would send the form again, and be refused again.
                again=language.way_back(request.path) if words.code == "csrf_refused" else "",
                seconds=wait(words),
            )
        )
    response.status_code = words.status
    seconds = wait(words)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


def wait(words: RefusalWords) -> int:
    """After how many seconds another try makes sense; 0 where time alone mends nothing."""
    details = words.details
    if words.status == 503:
        return int(details.get("seconds") or RETRY_AFTER_SECONDS)
    if words.status != 429:
        return 0
    return int(details.get("seconds") or details.get("retry_after") or 60 * int(details.get("minutes") or 0))


def refused(refusal: Refusal) -> BaseResponse:
    """A service said no, for a reason it has a code for."""
    words = words_for(refusal.code)
    if words.code == INCIDENT:
        log.error("refusal_unknown", code=refusal.code)
    g.crowded = refusal.code == BUSY
    if refusal.code == "session_expired":
        voter_session.forget(on_the_way=True)
        if not wants_json():
            return redirect(url_for("session_end.expired"), 303)
    details = refusal.details
    if refusal.code == "invalid_request" and "fields" in details:
        details = {**details, "fields": described(details["fields"])}
    return answer(refusal.code, details)


def unavailable(error: Exception) -> Response:
    """A service did not answer in time, or could not be reached."""
    log.warning("service_unavailable", kind=type(error).__name__)
    g.crowded = isinstance(error, RpcTimeout)
    return answer(UNAVAILABLE)


def service_fault(error: ServiceFault) -> Response:
    """A service failed; it has logged why under the same correlation id."""
    log.error("service_fault")
    return answer(INCIDENT)


def csrf_refused(error: CSRFError) -> Response:
    """The anti-forgery token is missing, old, or of another session; or there are no cookies at all."""
    return answer("csrf_refused" if cookie_came_back() else "cookies_refused")


def cookie_came_back() -> bool:
    """Whether the browser has sent our cookie: every page with a form gives it one."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def http_error(error: HTTPException) -> BaseResponse:
    """An error of HTTP itself: unknown page, wrong method, too large a body, arguments that do not load."""
    if error.code is not None and error.code < 400:
        return error.get_response()
    if error.code in HTTP_CODES:
        code = HTTP_CODES[error.code]
        if error.code == 429:
            return answer(code, {"seconds": rate_limits.seconds_to_wait()})
        # By place (body, query) and field: what webargs found.
        problems = getattr(error, "data", {}).get("messages", {})
        fields = {name: found for place in problems.values() for name, found in described(from_messages(place)).items()}
        response = answer(code, {"fields": fields} if code == "invalid_request" and fields else None)
        response.headers.extend(kept for kept in error.get_headers() if kept[0] in ("Allow", "Content-Range"))
        return response
    return incident(error)


def incident(error: Exception) -> Response:
    """A mistake of ours. Only the kind and the place are logged: messages of exceptions can carry values."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__')}:{place.tb_lineno}" if place else "unknown"
    log.error("incident", kind=type(error).__name__, where=where)
    return answer(INCIDENT)
