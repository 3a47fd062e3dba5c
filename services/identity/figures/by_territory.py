"""Turnout of an election by territory (E13): one pass over its part of the poll book, for whoever keeps what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.contract.figures import GroupOfTerritories, HourTurnout, TerritoryTurnout
from services.identity.contract.limits import ONLINE
from services.identity.contract.refusals import Code, refuse
from services.identity.figures.small_groups import Counted, Group, merged
from services.identity.figures.told_apart import told_apart
from services.identity.models import Election, ElectionTerritory, PollBookEntry, PollBookSeal, Voter, VotingEvent

HOUR = timedelta(hours=1)
TIMES = 5
"""How many times the smallest number of signatures a territory has voters at least that is told of alone: a step of its
turnout is a fifth of it at most."""


def turnout(session: Session, event: VotingEvent, election: str, minimum: int) -> TerritoryTurnout:
    """Count an election by territory and hour.

    Args:
        session: that reads.
        event: the voting event.
        election: one of its elections.
        minimum: the smallest number of people of whom anything is told.

    Raises:
        Refusal: election_unknown, also for one that is not held here.
    """
    found = session.get(Election, election)
    if found is None or found.voting_event != event.uuid or found.mode != ONLINE:
        raise refuse(Code.ELECTION_UNKNOWN)
    groups = _groups(_entitled(session, [election]).get(election, {}), minimum)
    told = told_apart(_signed(session, event, election, groups), minimum) if len(groups) > 1 else []
    return TerritoryTurnout(
        election=election,
        minimum=minimum,
        smallest=TIMES * minimum,
        groups=[
            GroupOfTerritories(
                territories=[one.name for one in group.members],
                entitled=group.entitled,
                hours=[HourTurnout(until=hour + HOUR, signed=signed) for hour, signed in hours],
            )
            for group, hours in told
        ],
    )


def chosen_from(session: Session, elections: Sequence[Election], minimum: int) -> list[str]:
    """Of some elections those with at least two territories that can be told of, that of most voters first."""
    entitled = _entitled(session, [one.uuid for one in elections])
    told = [one for one in elections if len(_groups(entitled.get(one.uuid, {}), minimum)) > 1]
    return [one.uuid for one in sorted(told, key=lambda one: -one.voters)]


def _groups(entitled: Mapping[str, int], minimum: int) -> list[Group]:
    return merged([Counted(name, voters, {}) for name, voters in sorted(entitled.items())], TIMES * minimum)


def _entitled(session: Session, elections: Sequence[str]) -> dict[str, dict[str, int]]:
    kept = select(ElectionTerritory).where(ElectionTerritory.election.in_(elections), ElectionTerritory.voters > 0)
    found: dict[str, dict[str, int]] = {}
    for one in session.scalars(kept):
        found.setdefault(one.election, {})[one.territory] = one.voters
    return found


def _signed(session: Session, event: VotingEvent, election: str, groups: Sequence[Group]) -> list[Group]:
    """The groups with their signatures of the hours that are complete.

    Batches come in in the order of their hours: a later hour says that all before it are in. The last one is complete once
    the poll book is sealed. What is told twice of one hour must be the same, or the difference would be a few people.
    """
    by_hour = (
        select(Voter.territory, PollBookEntry.signed_in_hour, func.count())
        .join(Voter, Voter.id == PollBookEntry.voter_id)
        # A hash join over both tables: of so many rows no index is quicker (tests/bench/turnout.py).
        .where(PollBookEntry.election == election, Voter.voting_event == event.uuid)
        .group_by(Voter.territory, PollBookEntry.signed_in_hour)
    )
    signed: dict[str, dict[datetime, int]] = {}
    for territory, hour, count in session.execute(by_hour):
        signed.setdefault(territory, {})[hour] = count
    sealed = session.get(PollBookSeal, election) is not None
    latest = max((hour for hours in signed.values() for hour in hours), default=None)

    def complete(territory: str) -> dict[datetime, int]:
        return {hour: count for hour, count in signed.get(territory, {}).items() if sealed or hour != latest}

    return [Group([Counted(one.name, one.entitled, complete(one.name)) for one in group.members]) for group in groups]
