"""A dedicated post (B12): a computer that voters use one after the other, in the « espace électoral » of a school.

A cookie of its own says that a browser is one; it names nobody and outlives sessions. There, a session ends after a few
minutes without a request, « Terminer » is on every page and leaves nothing behind, and fields are not remembered.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, request, session

from gateway.clients import services
from gateway.edge import voter_session

COOKIE = "isoloir_poste"
LASTS_SECONDS = 30 * 24 * 3600
IDLE_SECONDS = 5 * 60
SEEN = "seen"


def is_post() -> bool:
    """Whether this browser is a dedicated post."""
    return request.cookies.get(COOKIE) == "1"


def mark(response: Response, *, secure: bool) -> None:
    """Make the browser a dedicated post."""
    response.set_cookie(COOKIE, "1", max_age=LASTS_SECONDS, httponly=True, samesite="Lax", secure=secure)


def unmark(response: Response) -> None:
    """Make it an ordinary browser again."""
    response.delete_cookie(COOKIE)


def leave_nothing(response: Response) -> None:
    """Have the browser forget what it keeps of this site, the mark of the post apart."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def end_session() -> None:
    """End the voter's session at identity and forget all that the cookie holds, the browser's number and language too."""
    held = voter_session.token()
    voter_session.forget()
    session.clear()
    if held is not None:
        services().identity.close_session(held)


def install(app: Flask) -> None:
    """End sessions that were left alone, and tell templates whether this is a post."""

    @app.before_request
    def end_what_was_left() -> None:
        if request.endpoint == "static" or not is_post() or voter_session.token() is None:
            return
        now = int(datetime.now(UTC).timestamp())
        if now - int(session.get(SEEN, now)) > IDLE_SECONDS:
            end_session()
        else:
            session[SEEN] = now

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {"dedicated_post": is_post()}

    # For macros, which know of no context.
    app.jinja_env.globals["is_dedicated_post"] = is_post
