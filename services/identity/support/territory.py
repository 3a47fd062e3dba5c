"""A cell's territory: the voters of the elections, and of the places, that an agent was named for; none named is all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from services.identity.contract.refusals import Code, refuse
from services.identity.models import Agent, Election, Entitlement, Voter
from services.identity.roll import places
from services.identity.voting_events import voting_events


def elections_of(session: Session, agent: Agent) -> Sequence[str]:
    """The elections of the current voting event that an agent looks after. Raises no_voting_event."""
    event = voting_events.current_voting_event(session)
    chosen = select(Election.uuid).where(Election.voting_event == event.uuid).order_by(Election.position)
    limited = agent.elections.split()
    return session.scalars(chosen.where(Election.uuid.in_(limited)) if limited else chosen).all()


def holds(
    agent: Agent, voter_id: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
) -> ColumnElement[bool]:
    """Whether a voter is the territory's, as a condition: by a right to vote in one of its elections, and by the place."""
    right = select(Entitlement.voter_id).where(Entitlement.voter_id == voter_id)
    limited, named = agent.elections.split(), places_of(agent)
    of_elections = exists(right.where(Entitlement.election.in_(limited)) if limited else right)
    if not named:
        return of_elections
    there = aliased(Voter)
    return and_(of_elections, exists(select(there.id).where(there.id == voter_id, places.within_any(named, there))))


def places_of(agent: Agent) -> list[str]:
    """The places that an agent is limited to; none is no limit."""
    return agent.places.splitlines()


def is_whole(agent: Agent) -> bool:
    """Whether the agent looks after everybody, those too whom the roll does not tell."""
    return not agent.elections and not agent.places


def require_voter(session: Session, agent: Agent, voter_id: str) -> Voter:
    """Return a voter of the agent's territory, of the current voting event.

    Raises voter_unknown, the same for a voter of another territory: who is on whose roll is not told either.
    """
    event = voting_events.current_voting_event(session)
    voter = session.scalar(
        select(Voter).where(Voter.id == voter_id, Voter.voting_event == event.uuid, holds(agent, Voter.id))
    )
    if voter is None:
        raise refuse(Code.VOTER_UNKNOWN)
    return voter
