"""Which credentials have voted and, where voters may vote again, which ballot of each is the last (section 5).

A replaced ballot is read again in the archive to be taken out of the sum: what is kept of it is where it stands. A ballot is
in an urn once: an old one that came back after a newer one would undo a vote.
"""

from __future__ import annotations

import base64
import errno
from array import array
from collections.abc import MutableSequence
from dataclasses import dataclass
from typing import BinaryIO

from ..election import Election
from ..errors import InvalidArchive
from ..hashing import sha_b64
from ..keys.public_credentials import PublicCredentials
from ..tally import Tally, choices_of
from .archive import BLOCK

DIGEST = 16
"""Bytes kept of a hash: two ballots that agree in so many are the same one."""
_SIZE = slice(124, 135)
"""Of the content, octal, in the header of an entry."""


def digest_of(tracker: str) -> bytes:
    """What is kept of a ballot's hash, by its tracker."""
    return base64.b64decode(tracker + "=")[:DIGEST]


@dataclass(frozen=True)
class Replaced:
    """A ballot that another one of the same credential replaces: its tracker, and the choices that the sum is without."""

    tracker: str
    choices: Tally


class Votes:
    """The votes of an archive that is read from its beginning.

    Memory: what `used` has; where voters may vote again, 8 bytes a credential, and about 100 a ballot of those who did.
    """

    def __init__(
        self, file: BinaryIO, election: Election, credentials: PublicCredentials, used: MutableSequence[int]
    ) -> None:
        """Begin without a vote.

        Args:
            file: The archive; it can be sought where voters may vote again.
            election: Its election.
            credentials: Those listed.
            used: By the position of a credential, 0, or what `take` was told.

        Raises:
            OSError: The archive cannot be sought, and must be.
        """
        self._file, self._election, self._credentials = file, election, credentials
        self.used = used
        self.replaced = 0
        self._seen: set[bytes] = set()
        self._places = array("Q", bytes(8 * len(credentials))) if election.revoting else None
        if election.revoting and not file.seekable():
            raise OSError(errno.ESPIPE, "an archive with repeated votes must be a file")

    def take(self, credential: str, digest: bytes, number: int, position: int) -> Replaced | None:
        """Take a vote.

        Args:
            credential: The ballot's.
            digest: The first bytes of its hash.
            number: What is noted as used; not 0.
            position: Where its entry begins in the archive.

        Returns:
            The ballot that it replaces, None where it replaces none.

        Raises:
            InvalidArchive: unknown-credential, credential-used-twice, ballot-replayed.
        """
        place = self._credentials.index(credential)
        if place is None:
            raise InvalidArchive("unknown-credential")
        before = self.used[place]
        if before and self._places is None:
            raise InvalidArchive("credential-used-twice")
        replaced = None
        if self._places is not None:
            if before:
                replaced = self._replaced(self._places[place], digest)
            self._places[place] = position
        self.used[place] = number
        return replaced

    def _replaced(self, position: int, digest: bytes) -> Replaced:
        earlier = self._read(position)
        tracker = sha_b64(earlier)
        self._seen.add(digest_of(tracker))
        if digest in self._seen:
            raise InvalidArchive("ballot-replayed")
        self._seen.add(digest)
        self.replaced += 1
        return Replaced(tracker, choices_of(self._election, earlier))

    def _read(self, position: int) -> str:
        here = self._file.tell()
        self._file.seek(position)
        content = self._file.read(int(self._file.read(BLOCK)[_SIZE], 8))
        self._file.seek(here)
        return content.decode("utf-8")
