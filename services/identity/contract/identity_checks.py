"""Proving an identity at an OpenID Connect provider, in place of the answer to the challenge (A11)."""

from __future__ import annotations

from typing import Annotated

from services.identity.contract.limits import FRENCH, Language
from services.runtime.contracts.kinds import Length, Token, no_control
from services.runtime.contracts.messages import Message

Brought = Annotated[str, Length(1, 2000), no_control]
"""What a browser brings back in an address: of the provider's making, or of anybody's."""


class BeginIdentityCheck(Message):
    """A voter who wants to prove who he is at the provider; `language` is that of the page."""

    session: Token
    language: Language = FRENCH


class IdentityCheckBegun(Message):
    """Where to send the browser. The address holds a number of this try and no secret."""

    address: str


class EndIdentityCheck(Message):
    """What the browser came back with: `code` or `error`; `issuer` where the provider names itself (RFC 9207)."""

    session: Token
    state: Brought
    code: Brought | None = None
    error: Brought | None = None
    issuer: Brought | None = None
