"""What the portal is told about voting events, links and sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.identity.access import activation, challenge_question, sessions
from services.identity.contract.entrance.access import LinkShown
from services.identity.contract.entrance.sessions import Person, ResumedSession
from services.identity.contract.event.voting_events import ElectionShown, VotingEventShown
from services.identity.models import Voter, VotingEvent
from services.identity.voting_events import voting_events
from services.runtime.storage.database import Database

# Built once: every page of every voter asks it, and building a question costs more than asking it.
_VOTER = (
    select(Voter, VotingEvent)
    .join(VotingEvent, VotingEvent.uuid == Voter.voting_event)
    .where(Voter.id == bindparam("voter"))
)


def voting_event(session: Session, event: VotingEvent, now: datetime) -> VotingEventShown:
    """Describe a voting event; `now` tells browsers the server's time."""
    return VotingEventShown(
        voting_event=event.uuid,
        name=event.name,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        grace_minutes=event.grace_minutes,
        now=now,
        profile=event.profile,
        availability=voting_events.availability(event),
        roll_sealed=event.roll_sealed_at is not None,
        version=event.version,
        elections=[
            ElectionShown(
                uuid=election.uuid,
                code=election.code,
                name=election.name,
                short_name=election.short_name,
                mode=election.mode,
                notice=election.notice,
            )
            for election in voting_events.elections_of(session, event.uuid)
        ],
    )


def link(session: Session, token: str, now: datetime) -> LinkShown:
    """Describe a link that may be used. Raises link_*."""
    followed = activation.follow(session, token, now)
    return LinkShown(
        purpose=followed.link.purpose,
        expires_at=followed.link.expires_at,
        identifier=followed.identifier,
        profile=followed.profile,
        prepared=followed.link.prepared,
        questions=list(challenge_question.QUESTIONS) if followed.asks else [],
    )


def resumed(database: Database, token: str, *, now: datetime, idle: timedelta, language: str | None) -> ResumedSession:
    """Describe the voter of an open session, and note that somebody is there: two questions, however many elections.

    Args:
        database: of the service.
        token: of the session.
        now: this moment.
        idle: the idleness that ends a session.
        language: that the voter reads the portal in, None where nobody says.

    Raises:
        Refusal: session_expired.
    """
    with database.reading() as session:
        opened = sessions.find(session, token, now=now, idle=idle)
        voter, event = session.execute(_VOTER, {"voter": opened.voter_id}).one()
    opened = sessions.keep_alive(
        database, opened, now=now, idle=idle, language=None if language == voter.language else language
    )
    return ResumedSession(
        voter=person(voter),
        last_connection=opened.previous_connection_at,
        activated=opened.activated,
        expires_at=opened.expires_at,
        votes_until=voting_events.votes_until(event, opened.opened_at),
        voting_event=event.uuid,
        version=event.version,
        now=now,
    )


def person(voter: Voter) -> Person:
    """Describe a voter, to the voter or to operators."""
    return Person(
        surname=voter.surname,
        first_name=voter.first_name,
        identifier=voter.identifier,
        assignment=voter.assignment,
    )
