"""What identity does in the background: links, the poll book, and forgetting."""

from __future__ import annotations

from datetime import timedelta

from services.ballot.contract.client import BallotClient
from services.identity.access import access_requests, forgetting, sessions
from services.identity.agents import four_eyes, personal_tokens
from services.identity.agents import sessions as agent_sessions
from services.identity.attendance import poll_book
from services.identity.letters.requests import LetterSettings
from services.identity.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.hosting.resources import Resources


def answer_requests(resources: Resources[Settings]) -> int:
    """Send the links that were asked for."""
    lifetime = timedelta(minutes=resources.settings.link_lifetime_minutes)
    with resources.database.transaction() as session:
        return access_requests.answer_requests(
            session, LetterSettings.of(resources.settings), now=utc_now(), lifetime=lifetime
        )


def fetch_attendance(resources: Resources[Settings]) -> bool:
    """Ask the urn who has voted since, and sign the poll book for a part of them; true while there may be more."""
    with resources.database.reading() as session:
        at = poll_book.position(session)
    try:
        told = BallotClient(resources.rpc).attendance_part(at.batch, at.part)
    except (RpcTimeout, RpcUnavailable):
        return False  # the urn will tell all of it when it is back
    if told.election is None or told.hour is None:
        return False
    with resources.database.transaction() as session:
        poll_book.enter(
            session,
            LetterSettings.of(resources.settings),
            holder_key=resources.settings.holder_key,
            at=at,
            parts=told.parts,
            election=told.election,
            signers=told.holders,
            hour=told.hour,
        )
    return True


def forget_idle_sessions(resources: Resources[Settings]) -> None:
    """Delete the sessions that idleness has ended."""
    with resources.database.transaction() as session:
        sessions.forget_idle(session, now=utc_now(), idle=timedelta(minutes=resources.settings.session_idle_minutes))


def forget_what_is_over(resources: Resources[Settings]) -> None:
    """Erase what was kept for a while."""
    with resources.database.transaction() as session:
        forgetting.forget(session, utc_now())
        personal_tokens.forget_expired(session, utc_now())
        four_eyes.strip_decided(session, utc_now())
        idle = timedelta(minutes=resources.settings.agent_idle_minutes)
        agent_sessions.forget_ended(session, utc_now(), idle)
