"""Figures of a vote for those who run it (E13): counts alone, of groups that are large enough to single nobody out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.limits import ElectionCode, OwnElectionUuid
from services.runtime.contracts.kinds import Count, Range, VotingEventUuid
from services.runtime.contracts.messages import Message

MOST_HOURS = 1000
"""Of a vote: more than forty days."""
MOST_EARLIER = 1000
"""Elections of a vote before."""
WHOLE = 10_000
"""What a share is a part of: a hundredth of a per cent."""


class HourTurnout(Message):
    """How many had signed the poll book by the end of an hour."""

    until: datetime
    signed: int


class EarlierHour(Message):
    """How many of ten thousand had voted so many hours after the opening of the vote before."""

    hour: Annotated[int, Range(0, MOST_HOURS)]
    share: Annotated[int, Range(0, WHOLE)]


class EarlierElection(Message):
    """The vote before of an election, named by its code."""

    code: ElectionCode
    hours: Annotated[list[EarlierHour], Count(0, MOST_HOURS)]


class EarlierTurnout(Message):
    """The turnout of the vote before, in the place of whatever was given until now; none for elections not named."""

    voting_event: VotingEventUuid
    elections: Annotated[list[EarlierElection], Count(0, MOST_EARLIER)]


class EarlierRecorded(Message):
    """How many elections have an earlier turnout now, and how many hours."""

    elections: int
    hours: int


class GroupTurnout(Message):
    """A scrutin by the hour, or several small ones together: `election` is null then, `elections` how many they are.

    `earlier`: the vote before of a scrutin told alone; empty where none was given.
    """

    election: str | None
    elections: int
    entitled: int
    hours: list[HourTurnout]
    earlier: list[EarlierHour]


class OfElection(Message):
    """An election whose turnout is asked for by territory."""

    election: OwnElectionUuid


class GroupOfTerritories(Message):
    """A territory by the hour, or several small ones together; "" is that of voters of whom the roll tells none."""

    territories: list[str]
    entitled: int
    hours: list[HourTurnout]


class TerritoryTurnout(Message):
    """The turnout of an election by territory, the largest first; none where there are not two that can be told of.

    `smallest`: how many voters a territory has at least that is told of alone; `minimum`: by how many signatures it grows.
    """

    election: str
    minimum: int
    smallest: int
    groups: list[GroupOfTerritories]


class Reissues(Message):
    """How many requests for another code there are, on a channel, in a state."""

    channel: str
    state: str
    count: int


class Queue(Message):
    """What waits for people to answer it: `claims` or `assistance`; how many, and since when the oldest waits."""

    name: str
    waiting: int
    oldest: datetime | None


class Figures(Message):
    """All of a voting event. `voted` is rounded down to the smallest group that is told of.

    `minimum` is that smallest group: no count of votes is of fewer people. `by_territory`: uuids of the elections whose
    turnout can be told by territory, that of most voters first.
    """

    voting_event: str
    minimum: int
    voters: int
    activated: int
    voted: int
    turnout: list[GroupTurnout]
    by_territory: list[str]
    reissues: list[Reissues]
    queues: list[Queue]
