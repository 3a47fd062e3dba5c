"""Asking for another voting code (D3 to D6): how a voter stands, the two ways to prove who asks, and what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.events import ReissueChannel
from services.identity.contract.limits import ChallengeAnswer
from services.runtime.contracts.kinds import Form, Length, OneOf, ReissueUuid, Token, no_control
from services.runtime.contracts.messages import Message

CHALLENGE, FACTS = "challenge", "facts"
"""How a voter proves who he is: the answer to the challenge question (2022), NUMEN and date of birth (2018)."""
OPEN, ISSUED, LATE = "open", "issued", "late"
"""A request on its way; its code sent or shown; every urn was closed, and the attempt was none."""
DELIVERED, FAILED = "delivered", "failed"
"""The operator's final word on the message with the code."""

Phone = Annotated[str, Length(0, 60), no_control]
Numen = Annotated[str, Length(0, 60), no_control]
BirthDate = Annotated[str, Length(0, 40), no_control]
BrowserKey = Annotated[str, Form("[0-9a-f]{64}")]
FormNumber = Annotated[str, Form("[0-9A-Za-z_-]{16,64}")]
"""A random number of the form that is sent: the same form sent twice is one request."""


class NewestReissue(Message):
    """The voter's last request; `masked` is the number it went to, « 06xxxxxxx », empty for the screen.

    `delivery` is the operator's final word on the message, null while there is none; `may_resend`, whether the same code
    can be sent again, without a try.
    """

    request: ReissueUuid
    state: Annotated[str, OneOf(OPEN, ISSUED, LATE)]
    channel: Annotated[str, OneOf(*ReissueChannel)]
    masked: str
    asked_at: datetime
    delivery: Annotated[str, OneOf(DELIVERED, FAILED)] | None
    may_resend: bool


class ReissueStanding(Message):
    """What a voter is told before he asks.

    `opens_at` is null where nobody can say when. `proof` is how he is asked to prove who he is, null where there is
    nothing to prove it by. `question` is the code or the words of the challenge. `provider` names who else may vouch for
    this voter's identity (« FranceConnect »), null where nobody can; with neither, the support cell is what is left.
    `asks_birth_date`: the day of birth that the roll has is asked for beside the answer.
    """

    opens_at: datetime | None
    closes_at: datetime
    is_open: bool
    most: int
    left: int
    voted_everywhere: bool
    proof: str | None
    question: str | None
    newest: NewestReissue | None
    provider: str | None = None
    asks_birth_date: bool = False


class AskReissue(Message):
    """The form of 2018: where to send the code, and what proves the voter."""

    session: Token
    form: FormNumber
    phone: Phone
    numen: Numen
    birth_date: BirthDate


class AnswerReissue(Message):
    """The answer to the challenge question, and the day of birth where it is asked for, for a link by e-mail."""

    session: Token
    answer: ChallengeAnswer
    birth_date: BirthDate = ""


class LinkSent(Message):
    """Until when the link that was mailed works."""

    until: datetime


class FollowReissueLink(Message):
    """The mailed link, and where the code shall come: to a telephone, or to the browser that has the other half of a key."""

    session: Token
    token: Token
    phone: Phone | None = None
    browser_key: BrowserKey | None = None


class ReissueAsked(Message):
    """A request that is under way; `new` is false for the one that an earlier click began."""

    request: ReissueUuid
    channel: str
    masked: str
    left: int
    new: bool


class ResendReissue(Message):
    """Where to send the code of the last request again."""

    session: Token
    form: FormNumber
    phone: Phone


class SharedPhone(Message):
    """A number that was refused because too many voters use it: masked, how many times, when last."""

    masked: str
    refused: int
    last_at: datetime


class SharedPhones(Message):
    """The numbers refused most lately."""

    phones: list[SharedPhone]
