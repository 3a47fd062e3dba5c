"""What the portal is told about voting events, links and voters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services.identity.access import activation, challenge_question
from services.identity.contract.entrance.access import LinkShown
from services.identity.contract.entrance.sessions import Person
from services.identity.contract.event.voting_events import ElectionShown, VotingEventShown
from services.identity.models import Voter, VotingEvent
from services.identity.voting_events import voting_events


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


def person(voter: Voter) -> Person:
    """Describe a voter, to the voter or to operators."""
    return Person(
        surname=voter.surname,
        first_name=voter.first_name,
        identifier=voter.identifier,
        assignment=voter.assignment,
    )
