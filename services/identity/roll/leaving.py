"""What goes with a voter who is taken off the roll, and what stays."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.identity.contract.event.removals import WAITING
from services.identity.contract.refusals import Code, refuse
from services.identity.models import (
    Account,
    AssistanceRequest,
    CampaignMessage,
    Claim,
    Election,
    ElectionTerritory,
    Entitlement,
    FourEyes,
    IdentityCheck,
    Link,
    PhoneUse,
    ReissueLink,
    ReissueRequest,
    Removal,
    UndeliveredNotice,
    Voter,
    VoterMessage,
    VoterSession,
)

OF_A_VOTER = (
    Account,
    Link,
    VoterSession,
    CampaignMessage,
    ReissueRequest,
    ReissueLink,
    IdentityCheck,
    PhoneUse,
    UndeliveredNotice,
    VoterMessage,
)
"""What goes with a voter who is taken off the roll."""
WRITTEN_BY_A_VOTER = (Claim, AssistanceRequest, FourEyes)
"""What stays on record without its author."""


def forget(session: Session, voters: Sequence[str]) -> None:
    """Delete voters, whose entitlements are gone already, with all that is theirs. Their rows are locked by the caller."""
    for table in OF_A_VOTER:
        session.execute(delete(table).where(table.voter_id.in_(voters)))
    for written in WRITTEN_BY_A_VOTER:
        session.execute(update(written).where(written.voter_id.in_(voters)).values(voter_id=None))
    session.execute(delete(Voter).where(Voter.id.in_(voters)))


def count_voters(session: Session, voting_event: str) -> None:
    """Write down with each election of a voting event how many voters it has."""
    of_roll = select(func.count()).where(Entitlement.election == Election.uuid).scalar_subquery()
    session.execute(
        update(Election)
        .where(Election.voting_event == voting_event)
        .values(voters=of_roll)
        .execution_options(synchronize_session=False)
    )


def count_territories(session: Session, voting_event: str) -> None:
    """Write down how many voters of each territory each election of a voting event has: one pass over the whole roll."""
    of_event = select(Election.uuid).where(Election.voting_event == voting_event)
    gone = delete(ElectionTerritory).where(ElectionTerritory.election.in_(of_event))
    session.execute(gone.execution_options(synchronize_session=False))
    counted = (
        select(Entitlement.election, Voter.territory, func.count())
        .join(Voter, Voter.id == Entitlement.voter_id)
        .where(Voter.voting_event == voting_event)
        .group_by(Entitlement.election, Voter.territory)
    )
    session.execute(insert(ElectionTerritory).from_select(["election", "territory", "voters"], counted))


def leave_territory(session: Session, territory: str, elections: Sequence[str]) -> None:
    """Count one voter less in a territory, for elections that he was in."""
    session.execute(
        update(ElectionTerritory)
        .where(ElectionTerritory.territory == territory, ElectionTerritory.election.in_(elections))
        .values(voters=ElectionTerritory.voters - 1)
        .execution_options(synchronize_session=False)
    )


def require_none(session: Session, voting_event: str) -> None:
    """Do nothing where no voter is leaving at this moment. Raises removal_under_way {count}."""
    waiting = select(func.count()).select_from(Removal)
    count = session.scalar(waiting.where(Removal.voting_event == voting_event, Removal.state == WAITING))
    if count:
        raise refuse(Code.REMOVAL_UNDER_WAY, count=count)
