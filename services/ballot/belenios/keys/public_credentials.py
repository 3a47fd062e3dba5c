"""The list of public credentials (section 2): the electorate, as far as the urn knows it.

One election may have millions of them (E21). A list is read piece by piece and kept as packed points, 32 bytes each; it is
written piece by piece too. Nothing here makes an object of the interpreter for every credential at the same time.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from operator import lt

from ..backends import checks_of
from ..canonical import MAX_BYTES, items, loads, string
from ..errors import InvalidArchive, Malformed, ProtocolError
from ..group import ED25519, Point

MOST_CREDENTIALS = 10_000_000
"""More are refused, at sealing as by verifiers: whoever checks a list needs 32 bytes a credential, and as much again to sort
one that is not sorted."""

# Checking a point takes some 40 microseconds; a pool starts in about half a second.
CHUNK = 5_000
MIN_FOR_POOL = 40_000

POINT = 32
RECORD = 67
"""Bytes of a point in the list: 64 digits, two quotes, a comma."""
LARGEST_LIST = RECORD * MOST_CREDENTIALS + 1

_RECORDS = re.compile(rb'(?:"[0-9a-f]{64}",)*+')
_LAST = re.compile(rb'"([0-9a-f]{64})"\]')


class PublicCredentials:
    """Distinct points in ascending order, packed; each is the 32 bytes that its hexadecimal text says."""

    def __init__(self, packed: bytes | bytearray) -> None:
        # Kept as it is given: a copy would take as much again.
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed) // POINT

    def __iter__(self) -> Iterator[str]:
        return (self.at(index) for index in range(len(self)))

    def pages(self, size: int) -> Iterator[list[str]]:
        """The credentials in order, so many at a time."""
        return (
            [point.hex() for point in _points(self._packed, start, min(len(self._packed), start + size * POINT))]
            for start in range(0, len(self._packed), size * POINT)
        )

    def at(self, index: int) -> str:
        """The credential at a position, from 0."""
        return self._packed[index * POINT : (index + 1) * POINT].hex()

    def index(self, credential: str) -> int | None:
        """The position of a credential, None where it is not listed."""
        try:
            point = bytes.fromhex(credential)
        except ValueError:
            return None
        place = bisect_left(
            range(len(self)), point, key=lambda index: bytes(self._packed[index * POINT : (index + 1) * POINT])
        )
        return place if place < len(self) and self.at(place) == credential else None


class CredentialsReader:
    """Takes the file of a list in pieces; ``finish`` checks it. What is wrong is said by ``finish`` alone.

    Memory: 32 bytes a credential, twice that while an unsorted list is sorted, and a text of at most MAX_BYTES that is not
    such a list.
    """

    def __init__(self) -> None:
        self._packed = bytearray()
        self._rest = bytearray()
        self._begun = False
        self._odd = False
        # A short text that is no list of points is parsed to say what is wrong; a long one is not worth the memory.
        self._text: bytearray | None = None

    def begin(self, size: int) -> Callable[[bytes], None]:
        """Say how many bytes will come; what takes them."""
        self._text = bytearray() if size <= MAX_BYTES else None
        return self.feed

    def feed(self, piece: bytes) -> None:
        """Take the next bytes, however they were cut."""
        if self._text is not None:
            self._text += piece
        if self._odd:
            return
        self._rest += piece
        if not self._begun and self._rest:
            self._begun = True
            self._odd = self._rest[:1] != b"["
            del self._rest[:1]
        # One byte at least is left: the last record ends otherwise than the others.
        whole = max(0, len(self._rest) - 1) // RECORD * RECORD
        records = bytes(self._rest[:whole])
        del self._rest[:whole]
        if _RECORDS.fullmatch(records):
            self._packed += bytes.fromhex(records.translate(None, b'",').decode("ascii"))
        else:
            self._odd = True
        if self._odd:
            self._packed, self._rest = bytearray(), bytearray()

    def known(self) -> PublicCredentials:
        """The credentials of a list that ``finish`` accepted before: no point is checked again. Raises InvalidArchive."""
        packed = self._complete()
        self._packed = bytearray()
        return PublicCredentials(packed)

    def finish(self, processes: int | None = 1) -> PublicCredentials:
        """The credentials: distinct points of the subgroup, none the identity, all of weight 1.

        Long lists are checked by several ``processes`` (None: one a core). Raises InvalidArchive (weighted-credentials,
        credential-listed-twice, bad-credential), Malformed.
        """
        packed = self._complete()
        self._packed = bytearray()
        count = max(1, processes if processes is not None else os.cpu_count() or 1)
        for fault in _faults(packed, count if len(packed) // POINT >= MIN_FOR_POOL else 1):
            if fault is not None:
                raise fault
        return PublicCredentials(packed)

    def _complete(self) -> bytearray:
        last = _LAST.fullmatch(self._rest)
        if last is not None:
            self._packed += bytes.fromhex(last[1].decode("ascii"))
        if self._odd or (last is None and (self._packed or self._rest != b"]")):
            raise self._what_is_odd()
        if not _ascending(self._packed):
            _sort(self._packed)
            if not _ascending(self._packed):
                raise InvalidArchive("credential-listed-twice")
        return self._packed

    def _what_is_odd(self) -> ProtocolError:
        if self._text is None:
            return Malformed("wrong-shape", "not an array of points")
        credentials = [string(value) for value in items(loads(bytes(self._text)))]
        if len(set(credentials)) != len(credentials):
            return InvalidArchive("credential-listed-twice")
        for credential in credentials:
            if "," in credential:
                return InvalidArchive("weighted-credentials")
            try:
                if ED25519.decode(credential) == ED25519.identity:
                    return InvalidArchive("bad-credential", "identity")
            except Malformed as error:
                return error
        return Malformed("wrong-shape", "not an array of points")


def check_public_credentials(raw: str, processes: int | None = 1) -> PublicCredentials:
    """The public credentials of a list that is a text already. Raises what CredentialsReader.finish raises."""
    reader = CredentialsReader()
    reader.begin(len(raw))
    for start in range(0, len(raw), 1 << 16):
        reader.feed(raw[start : start + (1 << 16)].encode("utf-8", "surrogatepass"))
    return reader.finish(processes)


def pieces_of_list(pages: Iterable[Sequence[str]]) -> Iterator[str]:
    """The file of the list, a piece a page, from pages of credentials in ascending order.

    Pages of equal length give pieces of equal length, but for the last.
    """
    held: str | None = None
    for page in pages:
        if page:
            if held is not None:
                yield held
            held = ("[" if held is None else ",") + '"' + '","'.join(page) + '"'
    yield "[]" if held is None else f"{held}]"


class CommitmentDigest:
    """The digest by which the credential authority commits to a list: SHA-256 of the points in order, one a line.

    Their order decides what is hashed, and a database's collation must not: a page out of order raises ValueError.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._last = ""
        self.count = 0

    def add(self, page: Sequence[str]) -> None:
        """Take the next credentials."""
        if not page:
            return
        if not (self._last < page[0] and all(map(lt, page, page[1:]))):
            raise ValueError("credentials out of order")
        text = "\n".join(page)
        self._hash.update((f"\n{text}" if self.count else text).encode("ascii"))
        self._last = page[-1]
        self.count += len(page)

    def hexdigest(self) -> str:
        """The digest of what was taken so far."""
        return self._hash.hexdigest()


def _points(packed: bytes | bytearray, start: int, end: int) -> list[bytes]:
    return [bytes(packed[at : at + POINT]) for at in range(start, end, POINT)]


def _ascending(packed: bytearray) -> bool:
    step = CHUNK * POINT
    for start in range(0, len(packed), step):
        # With the first of the next run, so that no boundary is left out.
        points = _points(packed, start, min(len(packed), start + step + POINT))
        if not all(map(lt, points, points[1:])):
            return False
    return True


def _sort(packed: bytearray) -> None:
    """In runs by the first byte: the points of one run only are objects of the interpreter at the same time."""
    runs = [bytearray() for _ in range(256)]
    for start in range(0, len(packed), POINT):
        runs[packed[start]] += packed[start : start + POINT]
    packed.clear()
    for run in runs:
        packed += b"".join(sorted(_points(run, 0, len(run))))
        run.clear()


def first_fault(packed: bytes) -> ProtocolError | None:
    """What is wrong with the first of these packed points, if any."""
    # Backwards: the group's own order of bytes is the opposite one.
    turned = packed[::-1]
    points: list[Point] = _points(turned, 0, len(turned))
    if checks_of(ED25519).first_outside(points) is not None:
        return Malformed("bad-point", "not in the prime-order subgroup")
    if ED25519.identity in points:
        return InvalidArchive("bad-credential", "identity")
    return None


def _faults(packed: bytearray, processes: int) -> Iterator[ProtocolError | None]:
    step = CHUNK * POINT
    starts = iter(range(0, len(packed), step))
    waiting: deque[tuple[int, Future[ProtocolError | None]]] = deque()
    if processes > 1:
        try:
            # Not fork, for the reason given in workers.py.
            with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
                for start in starts:
                    waiting.append((start, pool.submit(first_fault, bytes(packed[start : start + step]))))
                    # A few chunks a process are in memory, not the whole list again.
                    if len(waiting) >= 3 * processes:
                        yield waiting[0][1].result()
                        waiting.popleft()
                while waiting:
                    yield waiting[0][1].result()
                    waiting.popleft()
        except (OSError, BrokenProcessPool):
            # No process to be had: the rest is done here, from the first chunk without an answer.
            pass
        else:
            return
    first = waiting[0][0] if waiting else next(starts, len(packed))
    for start in range(first, len(packed), step):
        yield first_fault(bytes(packed[start : start + step]))
