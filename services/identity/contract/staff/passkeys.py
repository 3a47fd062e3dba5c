"""Passkeys of agents: a second factor that a browser's authenticator answers with (E19, docs/adr/0046)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.limits import Identifier, Password
from services.identity.contract.staff.agents import AgentId
from services.runtime.contracts.kinds import Length, Line, Token, no_control
from services.runtime.contracts.messages import Message

MOST_PASSKEYS = 10
"""That one agent has at a time."""
LONGEST_ANSWER = 20_000

PasskeyName = Annotated[str, Line, Length(1, 100)]
PasskeyAnswer = Annotated[str, Length(1, LONGEST_ANSWER), no_control]
"""What navigator.credentials gave, as JSON: the library reads it."""


class PasskeyLogIn(Message):
    """E-mail address and password: the first factor of a log-in whose second one is a passkey."""

    email: Identifier
    password: Password


class PasskeyToAdd(Message):
    """The agent's own password: an open session alone adds no second factor."""

    session: Token
    password: Password


class PasskeyWithInvitation(Message):
    """The token of an invitation, and the password chosen with it."""

    token: Token
    password: Password


class PasskeyBegun(Message):
    """The token of a challenge that waits for an answer, and until when."""

    ceremony: Token
    expires_at: datetime


class OfCeremony(Message):
    """The token of a challenge."""

    ceremony: Token


class PasskeyOptions(Message):
    """What the browser is asked, as JSON for navigator.credentials: challenge, portal's name, keys to use or to leave."""

    options: str
    expires_at: datetime


class AnswerLogIn(Message):
    """A passkey's answer to the challenge of a log-in."""

    ceremony: Token
    answer: PasskeyAnswer


class AddPasskey(Message):
    """A new passkey's answer, and what its owner calls it."""

    session: Token
    ceremony: Token
    answer: PasskeyAnswer
    name: PasskeyName


class AcceptByPasskey(Message):
    """The token of an invitation, with the answer of the passkey that is its agent's second factor from then on."""

    token: Token
    ceremony: Token
    answer: PasskeyAnswer
    name: PasskeyName


class Passkey(Message):
    """One of an agent's passkeys."""

    passkey: AgentId
    name: str
    added_at: datetime
    last_used_at: datetime | None


class Passkeys(Message):
    """An agent's passkeys, the oldest first. `telephone`: whether digits are a second factor of this account, `possible`:
    whether this portal can have passkeys.
    """

    passkeys: list[Passkey]
    telephone: bool
    possible: bool


class RemovePasskey(Message):
    """One of one's own passkeys."""

    session: Token
    passkey: AgentId


class PasskeyTerms(Message):
    """What passkeys are bound to: the name, null where this portal can have none, and the addresses under it."""

    rp_id: str | None
    origins: list[str]
