"""Agents: those who run an election. Their accounts, sessions, invitations and personal tokens (E19)."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Annotated

from services.identity.contract.limits import Address, AnyElection, Identifier, OwnElectionUuid, Password, PersonName
from services.identity.contract.staff.rights import OF_TOKENS, Right, Role
from services.runtime.contracts.kinds import Count, Form, Length, Line, OneOf, Range, Token, no_control
from services.runtime.contracts.messages import Message

INVITED, ACTIVE, CLOSED = "invited", "active", "closed"
"""An agent who has not followed the link yet; who may log in; whose account was closed."""
MOST_ELECTIONS = 100
MOST_PLACES = 20
LONGEST_PLACE = 200
LONGEST_TOKEN_DAYS = 90
TOKEN_PREFIX = "iso_"  # noqa: S105 - how one begins
"""How personal tokens begin: secret scanners and people know one by it."""
MOST_TOKENS = 20
"""That one agent has at a time."""

AgentId = Annotated[str, Form("[0-9a-f-]{36}")]
SecondFactor = Annotated[str, Length(0, 20), no_control]
"""Six digits, as people type them."""
RoleName = Annotated[str, OneOf(*Role)]
RightName = Annotated[str, OneOf(*Right)]
TokenName = Annotated[str, Line, Length(1, 100)]
Place = Annotated[str, Line, Length(2, LONGEST_PLACE)]
"""How an assignment begins, as the roll writes it: an académie, a département, an establishment."""
CommandName = Annotated[str, Form("[a-z][a-z-]{0,59}")]
"""A command of the operator API."""


class AgentLogIn(Message):
    """E-mail address, password, and the six digits of the second factor."""

    email: Identifier
    password: Password
    code: SecondFactor


class AgentSessionToken(Message):
    """The token of an agent's session."""

    session: Token


class Agent(Message):
    """An agent; `elections` limits the role to these elections and their voters, none is no limit.

    `places` limits a support cell further, to voters whose assignment begins with one of them.
    """

    agent: AgentId
    email: str
    name: str
    role: RoleName
    elections: list[str]
    state: Annotated[str, OneOf(INVITED, ACTIVE, CLOSED)]
    last_log_in: datetime | None
    places: list[str] = dataclasses.field(default_factory=list)


class AgentSession(Message):
    """Who is signed in, with which rights, and until when; `ends_at` is the end that no use puts off.

    `waiting`: what waits for this agent's decision, `requests` and `claims` for an answer, where the role sees them.
    """

    agent: Agent
    rights: list[str]
    expires_at: datetime
    ends_at: datetime
    waiting: int
    requests: int
    claims: int


class OfInvitation(Message):
    """The token of an invitation."""

    token: Token


class Invitation(Message):
    """An invitation that may still be used. `secret` is the second factor's, in base 32; `uri` the same for telephones."""

    name: str
    email: str
    role: RoleName
    expires_at: datetime
    secret: str
    uri: str


class AcceptInvitation(Message):
    """The password chosen, and six digits that show that the second factor works."""

    token: Token
    password: Password
    code: SecondFactor


class Agents(Message):
    """All agents, by name."""

    agents: list[Agent]


class InviteAgent(Message):
    """An agent to be: the link goes to the address. `places`: of a support cell alone, each found on the roll."""

    session: Token
    email: Address
    name: PersonName
    role: RoleName
    elections: Annotated[list[OwnElectionUuid], Count(0, MOST_ELECTIONS)] = dataclasses.field(default_factory=list)
    places: Annotated[list[Place], Count(0, MOST_PLACES)] = dataclasses.field(default_factory=list)


class OfAgent(Message):
    """An agent, as another one asks for something about the account."""

    session: Token
    agent: AgentId


class AgentNamed(Message):
    """The agent whom it was about."""

    agent: AgentId


class PersonalToken(Message):
    """A personal token, without what it opens with; `hint` is how it begins."""

    token: AgentId
    name: str
    hint: str
    rights: list[str]
    made_at: datetime
    expires_at: datetime


class PersonalTokens(Message):
    """An agent's tokens that are good, the newest first."""

    tokens: list[PersonalToken]


class MakeToken(Message):
    """A personal token: a name to know it by, what it is good for, and for how many days."""

    session: Token
    name: TokenName
    rights: Annotated[list[Annotated[str, OneOf(*sorted(OF_TOKENS))]], Count(1, len(OF_TOKENS))]
    days: Annotated[int, Range(1, LONGEST_TOKEN_DAYS)]


class TokenMade(Message):
    """The token itself: it is shown once, and kept nowhere but as a hash."""

    value: str
    expires_at: datetime


class RevokeToken(Message):
    """One of one's own tokens."""

    session: Token
    token: AgentId


class AuthorizeToken(Message):
    """A personal token, and what it is to be good for.

    `election`: the one that the command names; `whole_event`: it changes what concerns all of them.
    """

    token: Token
    right: RightName
    election: AnyElection | None = None
    whole_event: bool = False


class NoteCommand(Message):
    """A command of the operator API, before it is done; with a `session`, the same act from a page.

    Without either: by the shared token of a demonstration.
    """

    token: Token | None = None
    session: Token | None = None
    command: CommandName
    election: AnyElection | None = None


class NoteAgentCommand(Message):
    """A command of the operator API that an agent gives on a page, before it is done."""

    session: Token
    command: CommandName
    election: AnyElection | None = None


class Noted(Message):
    """The number of the entry in the journal."""

    number: int
