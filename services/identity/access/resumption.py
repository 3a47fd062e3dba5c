"""A page of a voter begins: who it is, and that somebody is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from services.identity.access import sessions
from services.identity.contract.entrance.sessions import ResumedSession
from services.identity.models import Voter, VotingEvent
from services.identity.voting_events import descriptions, voting_events
from services.identity.voting_events.entitlements import own_elections_in
from services.identity.voting_events.permits import PermitKeys
from services.runtime.storage.database import Database

# Built once: every page of every voter asks it, and building a question costs more than asking it.
_VOTER = (
    select(Voter, VotingEvent)
    .join(VotingEvent, VotingEvent.uuid == Voter.voting_event)
    .where(Voter.id == bindparam("voter"))
)


def resume(
    database: Database,
    token: str,
    *,
    now: datetime,
    idle: timedelta,
    language: str | None,
    keys: PermitKeys | None = None,
) -> ResumedSession:
    """Describe the voter of an open session, and note that somebody is there: two questions, three with his elections.

    Args:
        database: of the service.
        token: of the session.
        now: this moment.
        idle: the idleness that ends a session.
        language: that the voter reads the portal in, None where nobody says.
        keys: what the permits of the voter's elections are made with; None where the elections are not asked for.

    Raises:
        Refusal: session_expired.
    """
    with database.reading() as session:
        opened = sessions.find(session, token, now=now, idle=idle)
        voter, event = session.execute(_VOTER, {"voter": opened.voter_id}).one()
        elections = None if keys is None else own_elections_in(session, event, opened, keys, now)
    opened = sessions.keep_alive(
        database, opened, now=now, idle=idle, language=None if language == voter.language else language
    )
    return ResumedSession(
        voter=descriptions.person(voter),
        last_connection=opened.previous_connection_at,
        activated=opened.activated,
        expires_at=opened.expires_at,
        votes_until=voting_events.votes_until(event, opened.opened_at),
        voting_event=event.uuid,
        version=event.version,
        now=now,
        elections=elections,
    )
