"""A cell's territory: the voters of the elections that an agent was named for, or of all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.identity.contract.refusals import Code, refuse
from services.identity.models import Agent, Election, Entitlement, Voter
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
    """Whether a voter is the territory's, as a condition: by a right to vote in one of its elections."""
    right = select(Entitlement.voter_id).where(Entitlement.voter_id == voter_id)
    limited = agent.elections.split()
    return exists(right.where(Entitlement.election.in_(limited)) if limited else right)


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
