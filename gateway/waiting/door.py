"""The door: which requests wait, who is let through, and what whoever waits is answered."""

from __future__ import annotations

import time
from collections.abc import Mapping

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from gateway.edge import failures, rate_limits, voter_session
from gateway.pages import kept_form
from gateway.settings import Settings
from gateway.waiting import page
from gateway.waiting.estimate import Estimate, estimate
from gateway.waiting.room import Room
from gateway.waiting.tickets import COOKIE, PASS_SECONDS, Tickets
from services.runtime.telemetry import metrics

PAGES: Mapping[str, str] = {
    "identification.show": "identification.show",
    "identification.submit": "identification.show",
    "identification.link_sent": "identification.link_sent",
    "identification.resend": "identification.link_sent",
    "password.show": "password.show",
    "password.submit": "password.show",
    "password.forgotten": "password.show",
    "activation.show": "activation.show",
    "activation.submit": "activation.show",
    "challenge_question.show": "challenge_question.show",
    "challenge_question.submit": "challenge_question.show",
    "challenge_question.skip": "challenge_question.show",
}
"""What of the entrance waits → the page where one waits for it, and goes on. A followed link (/lien/…) asks no service: it
puts its token into the cookie, and its page waits."""
CALLS = frozenset({"access.ask", "access.ask_password_link", "access.open_link", "access.activate", "session.sign_in"})
"""Operations of the API that wait."""
KEPT: Mapping[str, tuple[str, ...]] = {"identification.submit": ("identifier",)}
"""What is typed in forms and is no secret: it is there again when its page is."""
REFUSED = "waiting_room"
HASHED = frozenset(
    {"password.submit", "activation.submit", "challenge_question.submit", "session.sign_in", "access.activate"}
)
"""What of the entrance has something hashed: how many of them are answered is what the door's pace is measured by."""
NOT_SERVED = frozenset({400, 422, 429, 503})


def room() -> Room:
    """The room of the running application."""
    found: Room = current_app.extensions["isoloir_waiting_room"]
    return found


def cookie_name() -> str:
    """The cookie's name: over https, one that no other host and no plain http can set."""
    return f"__Host-{COOKIE}" if current_app.config["SESSION_COOKIE_SECURE"] else COOKIE


def install(app: Flask, settings: Settings) -> None:
    """Have arrivals wait, before they take a place in any line of the portal."""
    waiting_room = app.extensions["isoloir_waiting_room"] = Room.of(settings)
    metrics.WAITING.set_function(lambda: waiting_room.standing(time.time()).waiting)
    tickets = Tickets(settings.secret_keys())

    @app.before_request
    def wait_outside() -> Response | None:
        if request.endpoint not in PAGES and request.endpoint not in CALLS:
            return None
        now = time.time()
        if voter_session.token() is not None:
            return None
        plan = room().plan(now)
        held = tickets.read(request.cookies.get(cookie_name()), now)
        if held.inside or plan is None:
            g.waiting_cookie = None if held.fresh else tickets.a_pass(now)
            return None
        if held.number is None and not rate_limits.another_ticket():
            abort(429)
        visit = room().visit(held.number, plan, now)
        if visit.let_in:
            g.waiting_cookie = tickets.a_pass(now)
            return None
        g.waiting_cookie = tickets.ticket(visit.number, now)
        return _answer(estimate(visit.ahead, visit.came, visit.measured, plan))

    @app.after_request
    def count(response: Response) -> Response:
        if request.endpoint in HASHED:
            # Whoever is told to come again does so; who has not come in yet waits outside meanwhile.
            if g.pop("crowded", False):
                room().note_busy(time.time())
            elif response.status_code not in NOT_SERVED:
                room().note_served(time.time())
        return response

    @app.after_request
    def give(response: Response) -> Response:
        if request.endpoint != "static" and "waiting_cookie" not in g and voter_session.token() is not None:
            # Whoever is inside has a pass too: a session that runs out puts nobody back outside.
            now = time.time()
            known = tickets.read(request.cookies.get(cookie_name()), now)
            if not known.fresh and room().plan(now) is not None:
                g.waiting_cookie = tickets.a_pass(now)
        cookie = g.pop("waiting_cookie", None)
        if cookie:
            secure = bool(app.config["SESSION_COOKIE_SECURE"])
            response.set_cookie(
                cookie_name(), cookie, max_age=PASS_SECONDS, httponly=True, secure=secure, samesite="Lax", path="/"
            )
        return response


def _answer(said: Estimate) -> Response:
    if request.endpoint in CALLS:
        return failures.answer(
            REFUSED, {"seconds": said.refresh_seconds, "ahead": said.ahead, "minutes_left": said.minutes}
        )
    if request.method not in ("GET", "HEAD"):
        return redirect(_way_on(str(request.endpoint)), 303)
    return page.answer(said)


def _way_on(endpoint: str) -> str:
    """The page to wait for after a form, with what was typed."""
    address = url_for(PAGES[endpoint])
    typed = {name: request.form[name] for name in KEPT.get(endpoint, ()) if request.form.get(name)}
    number = kept_form.keep(str(request.blueprint), typed) if typed else None
    return f"{address}?{kept_form.NUMBER}={number}" if number else address
