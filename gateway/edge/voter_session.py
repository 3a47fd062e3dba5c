"""What the signed cookie holds: a number of the browser, the identity session, and between two pages an identifier,
a link's token, or when a message was sent.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import flash, g, redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.clients import Payload, services
from gateway.edge.language import current_language
from services.identity.contract.entrance.sessions import ResumedSession
from services.runtime.refusals import Refusal

VOTER = "voter"
IDENTIFIER = "identifier"
LINK = "link"
PREPARED = "prepared"
SENT = "sent"
BROWSER = "browser"
REISSUE_LINK = "reissue_link"
"""The token of a mailed link that was followed; kept while its voter signs in, so that it need not be followed again."""

P = ParamSpec("P")


def begin(token: str) -> None:
    """Keep the identity session, and drop whatever the cookie held before it but where the voter was on the way to."""
    forget(on_the_way=True)
    session[VOTER] = token


def forget(*, on_the_way: bool = False) -> None:
    """Drop everything the cookie holds but the browser's number, which names nobody and which open forms need.

    Args:
        on_the_way: whether somebody signs in, and a link that was followed first is kept.

    A browser that has brought a cookie keeps one: without it, a form open in another tab, or a log-out that is sent again
    because the first answer was lost, would be told that the browser refuses cookies.
    """
    known = bool(session)
    number = session.get(BROWSER)
    link = session.get(REISSUE_LINK) if on_the_way else None
    session.clear()
    if link:
        session[REISSUE_LINK] = link
    if number:
        session[BROWSER] = number
    elif known:
        browser()
    # Both belong to the session that has just ended: the next answer needs its own.
    g.pop("voter_state", None)
    g.pop("own_elections", None)
    g.pop("csrf_token", None)


def browser() -> str:
    """A random number of this browser: what a CAPTCHA is bound to, so that nobody solves it elsewhere."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_urlsafe(16)
    number: str = session[BROWSER]
    return number


def known_browser() -> bool:
    """Whether this browser has brought its number back."""
    return BROWSER in session


def token() -> str | None:
    """The identity session of this browser, which may have expired at the other end."""
    return session.get(VOTER)


def required_token() -> str:
    """The identity session, for callers of the API. Refusal: session_expired when there is none."""
    held = token()
    if held is None:
        raise Refusal("session_expired")
    return held


def state() -> ResumedSession:
    """What identity says of the voter who is signed in, asked once a request. Refusal: session_expired."""
    if "voter_state" not in g:
        wanted: bool = g.get("elections_wanted", False)
        resumed = services().identity.resume_session(required_token(), current_language(), elections=wanted)
        if resumed.elections is not None:
            g.own_elections = [entry.dump() for entry in resumed.elections]
        g.voter_state = resumed
    found: ResumedSession = g.voter_state
    return found


def known_state() -> ResumedSession | None:
    """What identity has said of the voter for this request; None where nothing has asked."""
    found: ResumedSession | None = g.get("voter_state")
    return found


def event() -> Payload:
    """The voting event of the voter who is signed in. Refusal: session_expired."""
    return services().identity.event_of(state())


def own_elections() -> list[Payload]:
    """The elections of the voter who is signed in, asked once a request. Refusal: session_expired."""
    if g.get("elections_wanted", False):
        state()  # which brings them
    if "own_elections" not in g:
        g.own_elections = [entry.dump() for entry in services().identity.own_elections(required_token())]
    found: list[Payload] = g.own_elections
    return found


def entitlement(election: str) -> Payload:
    """The voter's own entry for an election. Refusals: session_expired, not_entitled."""
    for entry in own_elections():
        if entry["uuid"] == election:
            return entry
    raise Refusal("not_entitled")


def voter_required(view: Callable[P, Any]) -> Callable[P, Any]:
    """For pages of the voter's space: whoever has no session is led to identification, with a sentence."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if token() is None:
            flash(_("Identifiez-vous pour accéder à cette page."))
            return redirect(url_for("identification.show"), 303)
        return view(*args, **kwargs)

    return guarded


def shows_elections(view: Callable[P, Any]) -> Callable[P, Any]:
    """For pages that show the voter's elections: identity is asked for him and for them at once."""

    @wraps(view)
    def asking(*args: P.args, **kwargs: P.kwargs) -> Any:
        g.elections_wanted = True
        return view(*args, **kwargs)

    return asking


def to_home() -> Response:
    """The way on for whoever is signed in: the page of a link that was followed before, otherwise home."""
    return redirect(url_for("reissue_link.show" if REISSUE_LINK in session else "home.show"), 303)
