"""What identity does in the background: links, the poll book, and forgetting."""

from __future__ import annotations

from datetime import timedelta

from services.identity.access import access_requests, forgetting, sessions
from services.identity.attendance import poll_book
from services.identity.letters.requests import LetterSettings
from services.identity.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources


def answer_requests(resources: Resources[Settings]) -> int:
    """Send the links that were asked for."""
    lifetime = timedelta(minutes=resources.settings.link_lifetime_minutes)
    with resources.database.transaction() as session:
        return access_requests.answer_requests(
            session, LetterSettings.of(resources.settings), now=utc_now(), lifetime=lifetime
        )


def enter_signatures(resources: Resources[Settings]) -> int:
    """Enter signatures in the poll book and tell voters."""
    with resources.database.transaction() as session:
        return poll_book.enter_due(session, LetterSettings.of(resources.settings), now=utc_now())


def hide_signing_order(resources: Resources[Settings]) -> None:
    """Lay the signatures of the running period out in the order of their random keys."""
    with resources.database.transaction() as session:
        poll_book.hide_order(session)


def forget_idle_sessions(resources: Resources[Settings]) -> None:
    """Delete the sessions that idleness has ended."""
    with resources.database.transaction() as session:
        sessions.forget_idle(session, now=utc_now(), idle=timedelta(minutes=resources.settings.session_idle_minutes))


def forget_what_is_over(resources: Resources[Settings]) -> None:
    """Erase what was kept for a while."""
    with resources.database.transaction() as session:
        forgetting.forget(session, utc_now())
