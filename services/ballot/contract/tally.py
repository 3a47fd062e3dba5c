"""After the vote: the encrypted tally, partial decryptions, the result, the archive."""

from __future__ import annotations

from typing import Annotated

from services.ballot.contract.elections import OfElection
from services.ballot.contract.limits import MOST_OWNERS, File, Height, PageSize
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
    """A page of the public archive: events higher than `after`."""

    after: Height = -1
    limit: PageSize = 100


class ArchivePage(Message):
    """Entries of the archive in base64; `next` is the `after` of the next page, null at the end."""

    data: str
    next: int | None
