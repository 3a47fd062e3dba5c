"""The key ceremony of a voting event: who holds which key, and the public messages that make it."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Annotated

from services.ballot.contract.elections import OfElection
from services.ballot.contract.limits import File, Member, Reason
from services.runtime.contracts.kinds import Count, Form, OneOf, Range, VotingEventUuid
from services.runtime.contracts.messages import Message

MOST_SEATS = 100
LARGEST_ROUND = 10_000


class KeyGroup(StrEnum):
    """The two groups that are both needed (R211-573): the administration, and the delegates with their substitutes."""

    ADMINISTRATION = "administration"
    DELEGATES = "delegates"


class BoardRole(StrEnum):
    """The roles of those who can hold a key."""

    PRESIDENT = "president"
    SECRETARY = "secretary"
    DELEGATE = "delegate"
    SUBSTITUTE = "substitute"


class Step(StrEnum):
    """What the ceremony waits for, of a group or as a whole."""

    CERTIFICATE = "certificate"
    POLYNOMIAL = "polynomial"
    KEY = "key"
    TRIAL = "trial"
    COMPLETE = "complete"


AgentId = Annotated[str, Form("[0-9a-f-]{36}")]
Owner = Annotated[int, Range(1, MOST_SEATS)]
"""The number of a key in the trustees file, from 1."""
Round = Annotated[int, Range(1, LARGEST_ROUND)]


class NewSeat(Message):
    """A key to be, and who will hold it.

    `replaces`: of a substitute, the position (from 1) of the delegate's key in the list of seats.
    """

    agent: AgentId
    name: Member
    role: Annotated[str, OneOf(*BoardRole)]
    replaces: Owner | None = None


class OpenCeremony(Message):
    """Who will hold the keys of all elections of an event, the administration's first; `threshold`: of the delegates.

    `restart`: whether a ceremony that is under way, or over, is given up with all its keys.
    """

    voting_event: VotingEventUuid
    threshold: Annotated[int, Range(1, MOST_SEATS)]
    seats: Annotated[list[NewSeat], Count(1, MOST_SEATS)]
    restart: bool = False


class OfCeremony(Message):
    """A ceremony, as an agent looks at it; the messages for the agent's own keys are given along."""

    voting_event: VotingEventUuid
    agent: AgentId | None = None


class Seat(Message):
    """A key: its number in the trustees file and in its group, who holds it, and which of its messages are there.

    `mine`: held by whoever asks. `replacing`: a substitute's key, which now counts in place of the delegate's.
    """

    owner: int
    group: str
    index: int
    name: str
    role: str
    replaces: int | None
    replacing: bool
    mine: bool
    certificate: bool
    polynomial: bool
    key: bool
    tried: bool


class GroupMessages(Message):
    """What a group has published: its certificates once all are there."""

    group: str
    size: int
    threshold: int
    step: str
    certificates: list[str]


class OwnMessage(Message):
    """What the others have written to one of the agent's own keys (step 4 of the protocol)."""

    owner: int
    text: str


class Ceremony(Message):
    """How far a ceremony is; `trustees`: the public file, once all keys are made. `round` counts the restarts."""

    voting_event: str
    round: int
    threshold: int
    step: str
    seats: list[Seat]
    groups: list[GroupMessages]
    inputs: list[OwnMessage] = dataclasses.field(default_factory=list)
    trustees: str | None = None
    public_key: str | None = None


class BringKeyMessage(Message):
    """One holder's message of one step: public, or sealed for another holder."""

    voting_event: VotingEventUuid
    agent: AgentId | None = None
    round: Round
    owner: Owner
    step: Annotated[str, OneOf(Step.CERTIFICATE, Step.POLYNOMIAL, Step.KEY, Step.TRIAL)]
    content: File


class ReplaceHolder(Message):
    """A member of the administration has a substitute take a delegate's place, with the reason."""

    voting_event: VotingEventUuid
    agent: AgentId | None = None
    owner: Owner
    reason: Reason


class BringShare(OfElection):
    """A holder's part of the decryption of one election."""

    agent: AgentId | None = None
    owner: Owner
    partial_decryption: File


class TallyKey(Message):
    """A key at the tally: whose it is, whether its share is there, whether it counts (a substitute's, a replaced one's)."""

    owner: int
    group: str
    name: str | None
    role: str | None
    received: bool
    usable: bool


class TallyGroup(Message):
    """A group at the tally: how many of its shares are needed, and how many are there."""

    group: str
    threshold: int
    received: int


class TallyKeys(Message):
    """Which keys are in and which are missing; public."""

    keys: list[TallyKey]
    groups: list[TallyGroup]
    enough: bool
