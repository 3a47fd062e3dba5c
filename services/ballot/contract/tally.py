"""After the vote: the encrypted tally, partial decryptions, the result, the archive."""

from __future__ import annotations

from typing import Annotated

from services.ballot.contract.elections import OfElection
from services.ballot.contract.limits import MOST_OWNERS, File, Height, Offset
from services.runtime.contracts.kinds import Range
from services.runtime.contracts.messages import Message


class KeyOwner(Message):
    """A holder of a key: his number in the file, the item it belongs to (from 1), and the item's kind."""

    owner: int
    group: int
    kind: str


class EncryptedTally(Message):
    """The sum of all ballots, still encrypted, and who may decrypt it."""

    encrypted_tally: str
    sized: str
    election_hash: str
    owners: list[KeyOwner]


class SubmitPartialDecryption(OfElection):
    """One trustee's part."""

    owner: Annotated[int, Range(1, MOST_OWNERS)]
    partial_decryption: File


class DecryptionReceived(Message):
    """The owners whose parts are there."""

    received: list[int]


class ResultPublished(Message):
    """The result, byte for byte, and how many ballots it counts."""

    result: str
    ballots: int


class ReadArchive(OfElection):
    """A page of the public archive: what follows `skip` bytes after the event of height `after` (-1: from the beginning)."""

    after: Height = -1
    skip: Offset = 0


class ArchivePage(Message):
    """Bytes of the archive in base64; the place where the next page begins, and whether there is nothing more for now.

    `before` and `head` are the hashes of the events after which this page and the next one begin.
    """

    data: str
    before: str | None
    after: int
    skip: int
    head: str | None
    complete: bool
