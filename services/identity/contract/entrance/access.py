"""The way in: identifiers, links, activation, log-in."""

from __future__ import annotations

from datetime import datetime

from services.identity.contract.limits import (
    FRENCH,
    ChallengeAnswer,
    ChallengeQuestion,
    Identifier,
    Language,
    NextStep,
    Password,
)
from services.runtime.contracts.kinds import Token
from services.runtime.contracts.messages import Message


class OfIdentifier(Message):
    """What somebody typed as an identifier, and the language to write to him in."""

    identifier: Identifier
    language: Language = FRENCH


class Access(Message):
    """What comes next for who asked for access: "password" or "link_sent", the second for unknown identifiers too.

    `sent_since`: when the message that is on its way was asked for, null when it is this request that sends one;
    `retry_after`: seconds until another one can be asked for, 0 when no message is involved.
    """

    next: NextStep
    sent_since: datetime | None
    retry_after: int


class OfLink(Message):
    """The token of a link."""

    token: Token


class LinkShown(Message):
    """A link that may still be used: for what, until when, whose, under which password policy.

    `questions` are the codes of the challenge questions proposed, none where the question is not asked; `prepared` tells
    whether the password has been chosen already.
    """

    purpose: str
    expires_at: datetime
    identifier: str
    profile: str
    prepared: bool
    questions: list[str]


class UseLink(OfLink):
    """A link to use up. `browser`: a secret number of the browser, which may ask again for an answer that was lost."""

    browser: Token | None = None


class AnswerAgain(Message):
    """A link that has served, and the browser that has used it."""

    token: Token
    browser: Token


class PrepareActivation(Message):
    """A password chosen by means of a link, before the challenge question."""

    token: Token
    password: Password


class Prepared(Message):
    """The profile tells what comes next."""

    profile: str


class Activate(UseLink):
    """What is set by means of a link; rules answer about lengths, these bounds only keep the work bounded."""

    password: Password | None = None
    question: ChallengeQuestion | None = None
    answer: ChallengeAnswer | None = None


class LogIn(Message):
    """Identifier and password."""

    identifier: Identifier
    password: Password
