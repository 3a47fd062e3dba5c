"""Voting events: opened by operators, shown by the portal."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from services.identity.contract.limits import (
    Availability,
    ElectionCode,
    ElectionName,
    EventName,
    Mode,
    Notice,
    OwnElectionUuid,
    Profile,
    ShortName,
)
from services.runtime.contracts.changes import Change
from services.runtime.contracts.kinds import LEGAL_GRACE, GraceMinutes, Moment, VotingEventUuid
from services.runtime.contracts.messages import Message


class ElectionDefinition(Message):
    """An election as its operator describes it; `notice` is what voters read about one held on paper.

    `short_name` is what it is called where there is little room.
    """

    uuid: OwnElectionUuid
    code: ElectionCode
    name: ElectionName
    mode: Mode
    notice: Notice = ""
    short_name: ShortName = ""


class OpenVotingEvent(Message):
    """A voting event; `profile` names its password policy, `availability` dates blocks of the voter's space.

    `grace_minutes`: how long after the closing whoever was authenticated before it may still vote (R211-563).
    `in_place_of`: the event that is the current one, where another is to take its place. `correct`: whether a draft that
    is known with another content becomes this one. `dry_run`: whether to say what would come of it, and change nothing.
    """

    voting_event: VotingEventUuid
    name: EventName
    opens_at: Moment
    closes_at: Moment
    grace_minutes: GraceMinutes = LEGAL_GRACE
    profile: Profile = "2022"
    availability: Availability = dataclasses.field(default_factory=dict)
    elections: list[ElectionDefinition]
    in_place_of: VotingEventUuid | None = None
    correct: bool = False
    dry_run: bool = False


class OfVotingEvent(Message):
    """Whatever concerns one voting event."""

    voting_event: VotingEventUuid


class VotingEventOpened(Message):
    """The voting event is in place, or would be; `changes`: of what was there before."""

    voting_event: str
    changes: list[Change] = dataclasses.field(default_factory=list)


class ElectionShown(Message):
    """An election as the portal shows it."""

    uuid: OwnElectionUuid
    code: str
    name: str
    mode: Mode
    notice: str
    short_name: str = ""


class VotingEventAsked(Message):
    """A voting event by its uuid, or the current one where none is named."""

    voting_event: VotingEventUuid | None = None


class VotingEventShown(Message):
    """A voting event as the portal shows it; `now` is the server's time, `version` counts its changes."""

    voting_event: VotingEventUuid
    name: str
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int
    now: datetime
    profile: Profile
    availability: Availability
    roll_sealed: bool
    version: int
    elections: list[ElectionShown]
