"""The support cell: finding a voter, the sheet, what is done for a voter, and what two have to agree to (E12, D10)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.claims import AssistanceQueue, ClaimsQueue
from services.identity.contract.entrance.sessions import Person
from services.identity.contract.limits import (
    ACCEPTED,
    EXAMINED,
    LARGEST_QUEUE_PAGE,
    REJECTED,
    Address,
    AfterNumber,
    AssistanceAnswer,
    ClaimAnswer,
    Query,
)
from services.identity.contract.reissue import Phone
from services.runtime.contracts.kinds import Form, Length, Number, OneOf, Prose, Range, Token
from services.runtime.contracts.messages import Message

MOST_FOUND = 20
"""Voters that a search shows: whoever finds more is to say more."""
CORRECTION, REISSUE = "address_correction", "assisted_reissue"
KINDS = (CORRECTION, REISSUE)
"""What two agents have to agree to."""
WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
SHORTEST_REASON, LONGEST_REASON = 10, 500

VoterId = Annotated[str, Form("[0-9a-f-]{36}")]
Reason = Annotated[str, Prose, Length(SHORTEST_REASON, LONGEST_REASON)]


class FindVoters(Message):
    """An e-mail address, or the beginnings of words of name and place."""

    session: Token
    query: Query


class FoundVoter(Message):
    """A voter of the cell's territory."""

    voter: VoterId
    surname: str
    first_name: str
    identifier: str
    assignment: str
    activated: bool


class VotersFound(Message):
    """Who was found, by name. `more`: there are others still; `near`: nobody has these words, these have similar ones."""

    voters: list[FoundVoter]
    more: bool
    near: bool


class OfVoter(Message):
    """A voter, as an agent asks for something."""

    session: Token
    voter: VoterId


class SheetElection(Message):
    """An election on whose roll the voter is."""

    uuid: str
    name: str
    mode: str


class SheetMessage(Message):
    """A message that was asked for. What became of it, notification knows."""

    message: str
    template: str
    asked_at: datetime


class SheetReissue(Message):
    """A re-issue that was asked for; `masked` is how the number begins, empty for the screen. Never what came of it: that
    would tell who has voted.
    """

    asked_at: datetime
    channel: str
    masked: str


class SheetLook(Message):
    """Who did something about this voter, and what (services.identity.contract.staff.journal.Action)."""

    at: datetime
    actor: str
    action: str


class Seen(Message):
    """What the voter meets on the portal now, as a code, and the moment that it turns on."""

    code: str
    at: datetime | None


class Approval(Message):
    """Something that waits for a second agent. `proposed` is the new address, or the number that a code goes to, masked."""

    number: int
    kind: Annotated[str, OneOf(*KINDS)]
    voter: VoterId | None
    who: str
    identifier: str
    proposed: str
    reason: str
    asked_by: str
    own: bool
    asked_at: datetime
    expires_at: datetime


class VoterSheet(Message):
    """All that a cell may know of a voter. Never a code, a vote, a signature of the poll book, an answer."""

    voter: VoterId
    person: Person
    elections: list[SheetElection]
    roll_sealed_at: datetime | None
    codes_made_at: datetime | None
    activated: bool
    next_link_at: datetime | None
    """When another link may be sent; null: now."""
    link_until: datetime | None
    """Until when the newest link works, null where none does."""
    reissues: list[SheetReissue]
    most_reissues: int
    reissue_opens_at: datetime | None
    reissue_open: bool
    messages: list[SheetMessage]
    seen: list[Seen]
    looks: list[SheetLook]
    waiting: list[Approval]


class LinkResent(Message):
    """Until when the link that was sent works."""

    until: datetime


class AskCorrection(OfVoter):
    """Another address for a voter, and why."""

    email: Address
    reason: Reason


class AskAssistedReissue(OfVoter):
    """Another code for a voter, by SMS, and how the cell knows who asks."""

    phone: Phone
    reason: Reason


class ApprovalAsked(Message):
    """The number of what waits now for a second agent."""

    number: int


class AgentOnly(Message):
    """The agent who asks."""

    session: Token


class Approvals(Message):
    """What waits in the agent's territory, the oldest first."""

    approvals: list[Approval]


class DecideApproval(Message):
    """Whether it shall be done."""

    session: Token
    number: Number
    approve: bool


class CellQueue(Message):
    """A page of what waits for an answer, or of what has one, after a number."""

    session: Token
    answered: bool = False
    after: AfterNumber | None = None
    limit: Annotated[int, Range(1, LARGEST_QUEUE_PAGE)]


class CellClaims(ClaimsQueue):
    """A page of claims of the territory."""


class CellRequests(AssistanceQueue):
    """A page of requests for assistance: of the territory's voters, and of people whom the roll does not tell."""


class AnswerCellClaim(Message):
    """The state that a claim is put into; accepted and rejected ones carry an answer."""

    session: Token
    claim: Number
    state: Annotated[str, OneOf(EXAMINED, ACCEPTED, REJECTED)]
    answer: ClaimAnswer = ""


class AnswerCellRequest(Message):
    """An answer, sent by e-mail."""

    session: Token
    request: Number
    answer: AssistanceAnswer
