"""The session of an agent: in a cookie of its own, apart from voters', and what it lets a page do.

Each view of an agents' page declares one right of services/identity/contract/staff/rights.py; identity asks once more.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from gateway.clients import Payload, services
from gateway.edge import failures
from gateway.edge.rate_limits import AGENT_LINK
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

COOKIE = "isoloir_agent"
LINK = AGENT_LINK
CEREMONY = "agent_ceremony"
"""Where the cookie keeps the token of the challenge that a passkey is to answer, between two pages."""

P = ParamSpec("P")


def cookie_name() -> str:
    """The cookie's name: over https, one that no other host and no plain http can set."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def token() -> str | None:
    """The session that this browser brings, which may be over."""
    held = request.cookies.get(cookie_name())
    return held if held and len(held) <= 100 else None


def required_token() -> str:
    """The session, for views that a right guards. Refusal: agent_session_expired when there is none."""
    held = token()
    if held is None:
        raise Refusal("agent_session_expired")
    return held


def state() -> Payload:
    """What identity says of the agent, asked once a request. Refusal: agent_session_expired."""
    if "agent_state" not in g:
        g.agent_state = services().identity.agent_session(required_token()).dump()
    found: Payload = g.agent_state
    return found


def may(right: Right) -> bool:
    """Whether the agent of this page has a right."""
    return right in state()["rights"]


def begin(held: str) -> None:
    """Have the answer give the browser a session, in place of whatever it held."""
    g.agent_cookie = held
    g.pop("agent_state", None)


def forget() -> None:
    """Have the answer take the session from the browser."""
    begin("")


def agent_required(right: Right) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """For views of agents: whoever has no session is led to the log-in, whoever has not the right is refused."""

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if token() is None:
                if failures.wants_json():
                    raise Refusal("agent_session_expired")
                flash(_("Connectez-vous pour accéder à cette page."))
                return to_log_in()
            if not may(right):
                raise Refusal("right_missing")
            return view(*args, **kwargs)

        guarded.right = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def to_log_in() -> BaseResponse:
    """The way to the agents' log-in."""
    return redirect(url_for("agents_entrance.show"), 303)


def refused(refusal: Refusal) -> BaseResponse:
    """Whose session is over logs in again; the rest is told as everywhere."""
    if refusal.code == "agent_session_expired":
        forget()
        if failures.wants_json():
            return failures.refused(refusal)
        flash(_("Votre session a pris fin. Connectez-vous de nouveau."))
        return to_log_in()
    return failures.refused(refusal)


def pages(name: str, **more: Any) -> Blueprint:
    """A blueprint of agents' pages."""
    made = Blueprint(name, name, **more)
    made.register_error_handler(Refusal, refused)
    return made


def install(app: Flask) -> None:
    """Have answers carry the cookie."""

    @app.after_request
    def give(response: Response) -> Response:
        held = g.pop("agent_cookie", None)
        secure = bool(app.config["SESSION_COOKIE_SECURE"])
        if held:
            response.set_cookie(cookie_name(), held, httponly=True, secure=secure, samesite="Lax", path="/")
        elif held == "":
            session.pop(LINK, None)
            session.pop(CEREMONY, None)
            response.delete_cookie(cookie_name(), httponly=True, secure=secure, samesite="Lax", path="/")
        return response
