"""What identity does in the background: links, the poll book, and forgetting."""

from __future__ import annotations

from datetime import timedelta

from services.ballot.contract.client import BallotClient
from services.ballot.contract.limits import MOST_STATES
from services.identity.access import access_requests, forgetting, sessions
from services.identity.agents import four_eyes, personal_tokens
from services.identity.agents import sessions as agent_sessions
from services.identity.agents.passkeys import ceremonies
from services.identity.attendance import poll_book, poll_book_seal
from services.identity.letters.requests import LetterSettings
from services.identity.roll.sent import uploads
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


def seal_poll_books(resources: Resources[Settings]) -> None:
    """Seal the poll books of elections whose urn is closed and has told everything."""
    with resources.database.reading() as session:
        waiting = poll_book_seal.unsealed(session, utc_now())
    urn = BallotClient(resources.rpc)
    warned: set[str] = resources.shared.setdefault("poll_books_that_differ", set())
    try:
        for first in range(0, len(waiting), MOST_STATES):
            states = urn.election_states(waiting[first : first + MOST_STATES], []).states
            for election in (uuid for uuid, state in states.items() if state in poll_book_seal.OVER):
                end = urn.attendance_end(election)
                with resources.database.transaction() as session:
                    poll_book_seal.seal(session, election, end, resources.settings.event_private_key, utc_now(), warned)
    except (RpcTimeout, RpcUnavailable):
        return  # the urn will tell it when it is back


def forget_idle_sessions(resources: Resources[Settings]) -> None:
    """Delete the sessions that idleness has ended."""
    with resources.database.transaction() as session:
        sessions.forget_idle(session, now=utc_now(), idle=timedelta(minutes=resources.settings.session_idle_minutes))


def forget_what_is_over(resources: Resources[Settings]) -> None:
    """Erase what was kept for a while."""
    with resources.database.transaction() as session:
        forgetting.forget(session, utc_now())
        personal_tokens.forget_expired(session, utc_now())
        ceremonies.forget_expired(session, utc_now())
        four_eyes.strip_decided(session, utc_now())
        idle = timedelta(minutes=resources.settings.agent_idle_minutes)
        agent_sessions.forget_ended(session, utc_now(), idle)


def forget_roll_files(resources: Resources[Settings]) -> None:
    """Delete roll files that were sent from a page and that nobody has imported."""
    kept = timedelta(hours=resources.settings.roll_upload_hours)
    uploads.forget_abandoned(resources.database, utc_now(), kept)
