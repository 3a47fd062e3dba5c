"""Ballots: what a booth needs, casting, receipts, the public list of trackers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.ballot.contract.elections import OfElection
from services.ballot.contract.limits import LARGEST_BALLOT, Height, PageSize, Permit, State, TrackerText
from services.runtime.contracts.kinds import Length
from services.runtime.contracts.messages import Message


class OfPermit(Message):
    """Whatever a permit allows."""

    permit: Permit


class RetiredCredential(Message):
    """A credential of the holder's that a re-issue has replaced, and the hour in which it was."""

    credential: str
    hour: datetime


class BoothMaterial(Message):
    """What a booth needs to make a ballot: the sealed election byte for byte, the holder's active credential.

    `retired` tells whoever types an older code that it is one, and since when.
    """

    election: str
    credential: str
    retired: list[RetiredCredential]
    voted: bool
    state: State


class CastBallot(OfPermit):
    """A ballot and the permit to cast it."""

    ballot: Annotated[str, Length(0, LARGEST_BALLOT)]


class Receipt(Message):
    """What a voter keeps. It names the ballot's tracker and its event; not the voter, not the choice, not the time.

    `signature` is hexadecimal Ed25519 over the compact JSON of the first four fields, in this order. Ed25519 is
    deterministic: the same ballot always has the same receipt, so receipts need not be stored.
    """

    election: str
    tracker: str
    head: str
    height: int
    signature: str


class BallotCast(Message):
    """The ballot is in the urn."""

    receipt: Receipt


class ListTrackers(OfElection):
    """A page of the urn: trackers whose events are higher than `after`."""

    after: Height = 0
    limit: PageSize = 100


class Tracker(Message):
    """A ballot's tracker and the height of its event."""

    height: int
    tracker: str


class FindTracker(OfElection):
    """A tracker to look for: unpadded base64 of a SHA-256."""

    tracker: TrackerText


class TrackerFound(Message):
    """The height of the event of the ballot with that tracker; null where the urn has none.

    `replaced`: whether a later ballot of the same credential counts in its place.
    """

    height: int | None
    replaced: bool = False


class TrackerPage(Message):
    """A page of trackers in the order of the chain; `next` is the `after` of the next page, null at the end."""

    trackers: list[Tracker]
    next: int | None
    total: int
