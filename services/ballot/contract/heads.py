"""Heads of the chain that the urn has published, signed (C9); what is signed is in signed_heads."""

from __future__ import annotations

from services.ballot.contract.elections import OfElection
from services.ballot.contract.limits import Height
from services.runtime.contracts.messages import Message


class ListHeads(OfElection):
    """The heads that were published after the one of that number; -1: from the first."""

    after: Height = -1


class PublishedHead(Message):
    """A head: its number, the height and hash of the last event then, when (seconds since 1970), the urn's signature."""

    election: str
    number: int
    height: int
    head: str
    at: int
    signature: str


class HeadPage(Message):
    """Heads in their order; `next` is what to ask after for more, null at the end."""

    heads: list[PublishedHead]
    next: int | None
