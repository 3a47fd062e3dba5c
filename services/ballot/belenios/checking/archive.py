"""The public archive ``<uuid>.bel`` (section 7): an append-only file of objects and chained events.

Writing is incremental: every function returns the bytes to append. Reading treats the file as untrusted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal

from ..canonical import MAX_BYTES, dumps, fields, integer, loads, string
from ..errors import InvalidArchive, Malformed
from ..hashing import sha_hex
from ..keys.public_credentials import LARGEST_LIST, pieces_of_list

BLOCK = 512
MAX_ENTRY = MAX_BYTES
CREDENTIALS_ENTRY = 4
"""Where the list of credentials stands: BELENIOS, election, trustees, credentials. It alone may be longer than MAX_ENTRY."""
PIECE = 1 << 20
MAX_HEIGHT = 10**12
EVENT_TYPES = ("Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result")
UNSUPPORTED_EVENT_TYPES = ("Shuffle", "EndShuffles")

_HEXSHA = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(rb"([0-9a-f]{64})\.(data|event)\.json")
_OCTAL = re.compile(rb"[0-7]{11}")
_TIMESTAMP = re.compile(r"0|[1-9][0-9]{0,9}")
_LARGEST_OCTAL = 8**11 - 1


def header(name: str, size: int, timestamp: int) -> bytes:
    """The 512-byte header of one entry. Raises ValueError if a number does not fit."""
    if not (0 <= size <= _LARGEST_OCTAL and 0 <= timestamp <= _LARGEST_OCTAL):
        raise ValueError("size or timestamp out of range")
    before = name.encode("ascii").ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2
    before += b"%011o\0%011o\0" % (size, timestamp)
    after = b"0".ljust(BLOCK - 156, b"\0")
    # The checksum is the sum of all bytes, its own field counted as spaces.
    return before + b"%06o\0 " % (sum(before) + 8 * 32 + sum(after)) + after


def entry(name: str, data: str, timestamp: int) -> bytes:
    """Header, content and padding of one entry."""
    content = data.encode("utf-8")
    return header(name, len(content), timestamp) + content + b"\0" * (-len(content) % BLOCK)


def beginning(timestamp: int) -> bytes:
    """The first entry. ``timestamp`` (Unix seconds) is repeated in every header of the file."""
    return entry("BELENIOS", dumps({"version": 1, "timestamp": str(timestamp)}), timestamp)


def object_entry(raw: str, timestamp: int) -> bytes:
    """The entry of an object."""
    return entry(f"{sha_hex(raw)}.data.json", raw, timestamp)


def event_entry(raw: str, timestamp: int) -> bytes:
    """The entry of an event."""
    return entry(f"{sha_hex(raw)}.event.json", raw, timestamp)


def make_event(kind: str, parent: str | None, height: int, payload: str | None) -> str:
    """An event: ``parent`` is the hash of the previous one (none at height 0), ``payload`` the hash of its object.

    Raises ValueError for an unknown kind or if parent and height disagree.
    """
    if kind not in EVENT_TYPES or (parent is None) != (height == 0) or height < 0:
        raise ValueError("no such event")
    value: dict[str, Any] = {} if parent is None else {"parent": parent}
    value |= {"height": height, "type": kind}
    return dumps(value if payload is None else value | {"payload": payload})


def make_public_credentials(credentials: Iterable[str]) -> str:
    """The public credentials, sorted so that their order says nothing."""
    return "".join(pieces_of_list([sorted(credentials)]))


def make_setup_data(election: str, trustees: str, credentials: str) -> str:
    """The object that the Setup event names, from the hashes of the three files."""
    return dumps({"election": election, "trustees": trustees, "credentials": credentials})


def make_owned(owner: int, payload_raw: str) -> str:
    """The object that a PartialDecryption event names: which holder (from 1), and the hash of what he published."""
    return dumps({"owner": owner, "payload": sha_hex(payload_raw)})


class ArchiveWriter:
    """Keeps parent and height; every method returns the bytes to append. Start again from a stored head if need be."""

    def __init__(self, timestamp: int, parent: str | None = None, height: int = 0) -> None:
        self.timestamp = timestamp
        self.parent = parent
        self.height = height

    def beginning(self) -> bytes:
        """The first bytes of the file."""
        return beginning(self.timestamp)

    def event(self, kind: str, *objects: str) -> bytes:
        """The objects in order, then the event whose payload is the last one."""
        raw = make_event(kind, self.parent, self.height, sha_hex(objects[-1]) if objects else None)
        self.parent, self.height = sha_hex(raw), self.height + 1
        return b"".join(object_entry(o, self.timestamp) for o in objects) + event_entry(raw, self.timestamp)

    def setup(self, election_raw: str, trustees_raw: str, credentials_raw: str) -> bytes:
        """The Setup event."""
        setup_data = make_setup_data(*map(sha_hex, (election_raw, trustees_raw, credentials_raw)))
        return self.event("Setup", election_raw, trustees_raw, credentials_raw, setup_data)

    def ballot(self, raw: str) -> bytes:
        """A Ballot event."""
        return self.event("Ballot", raw)

    def end_ballots(self) -> bytes:
        """The EndBallots event."""
        return self.event("EndBallots")

    def encrypted_tally(self, encrypted_tally_raw: str, sized_raw: str) -> bytes:
        """The EncryptedTally event."""
        return self.event("EncryptedTally", encrypted_tally_raw, sized_raw)

    def partial_decryption(self, owner: int, raw: str) -> bytes:
        """A PartialDecryption event."""
        return self.event("PartialDecryption", raw, make_owned(owner, raw))

    def result(self, raw: str) -> bytes:
        """The Result event."""
        return self.event("Result", raw)


@dataclass(frozen=True)
class Event:
    """An event of the chain."""

    kind: str
    height: int
    parent: str | None
    payload: str | None

    @classmethod
    def parse(cls, raw: str) -> Event:
        """Parse strictly. Raises Malformed; InvalidArchive("unsupported-event")."""
        value = fields(loads(raw), ("parent", "height", "type", "payload"), optional=("parent", "payload"))
        for name in ("parent", "payload"):
            if name in value and not _HEXSHA.fullmatch(string(value[name])):
                raise Malformed("wrong-shape", name)
        kind = string(value["type"])
        if kind in UNSUPPORTED_EVENT_TYPES:
            raise InvalidArchive("unsupported-event", kind)
        if kind not in EVENT_TYPES:
            raise Malformed("wrong-shape", "type of event")
        height = integer(value["height"], 0, MAX_HEIGHT)
        return cls(kind, height, value.get("parent"), value.get("payload"))


@dataclass(frozen=True)
class Entry:
    """One entry read: ``number`` counts from 1 (BELENIOS), ``end`` is the position after it.

    ``raw`` is empty where the content went elsewhere in pieces (read_archive).
    """

    number: int
    kind: Literal["data", "event"]
    hash: str
    raw: str = field(repr=False)
    end: int


@dataclass(frozen=True)
class Start:
    """Where to go on reading: after an entry, at a position; `timestamp` is that of the file."""

    number: int
    position: int
    timestamp: int


def timestamp_of(file: BinaryIO) -> int:
    """The timestamp of an archive that was read before, from its first header."""
    file.seek(0)
    return int(file.read(BLOCK)[136:147], 8)


def skip(_size: int) -> Callable[[bytes], object]:
    """For whoever does not need the list of credentials: its hash is checked, its content forgotten."""
    return len


def read_archive(
    file: BinaryIO,
    max_entry: int = MAX_ENTRY,
    credentials: Callable[[int], Callable[[bytes], object]] | None = None,
    start: Start | None = None,
) -> Iterator[Entry]:
    """The entries after BELENIOS, each checked to be byte for byte what ``entry`` would write, and named by its hash.

    Args:
        file: The archive.
        max_entry: The longest entry, in bytes, that is read into memory.
        credentials: Told the size of the list of credentials, it answers with what takes the list in pieces
            (public_credentials.CredentialsReader.begin, or ``skip``); the list may then have up to LARGEST_LIST bytes.
        start: Where an earlier reading of the same file ended; the file is sought there.

    Raises InvalidArchive (empty, truncated, bad-beginning, bad-name, bad-header, bad-size, bad-mtime, bad-checksum,
    too-large, bad-padding, bad-utf8, wrong-hash). Only one entry is in memory at a time.
    """
    timestamp: int | None = None
    number, position = 0, 0
    if start is not None:
        number, position, timestamp = start.number, start.position, start.timestamp
        file.seek(position)
    while head := b"".join(_pieces(file, BLOCK)):
        number += 1
        in_pieces = credentials is not None and number == CREDENTIALS_ENTRY and b".data." in head[:100]
        name, size = _parse_header(head, timestamp, LARGEST_LIST if in_pieces else max_entry, number)
        content = hashlib.sha256()
        parts: list[bytes] = []
        take = credentials(size) if credentials is not None and in_pieces else parts.append
        left = size
        for piece in _pieces(file, size):
            content.update(piece)
            take(piece)
            left -= len(piece)
        padding = b"".join(_pieces(file, -size % BLOCK))
        if left or len(padding) != -size % BLOCK:
            raise InvalidArchive("truncated", f"entry {number}")
        if any(padding):
            raise InvalidArchive("bad-padding", f"entry {number}")
        position += BLOCK + size + len(padding)
        try:
            raw = b"".join(parts).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidArchive("bad-utf8", f"entry {number}") from error
        if timestamp is None:
            timestamp = _parse_beginning(head, raw)
            continue
        match = _NAME.fullmatch(name)
        if match is None:
            raise InvalidArchive("bad-name", f"entry {number}")
        digest = match[1].decode("ascii")
        if content.hexdigest() != digest:
            raise InvalidArchive("wrong-hash", f"entry {number}")
        yield Entry(number, "data" if match[2] == b"data" else "event", digest, raw, position)
    if timestamp is None:
        raise InvalidArchive("empty")


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    # A raw stream may return less than asked for; memory grows only with what really arrives.
    while size > 0 and (part := file.read(min(size, PIECE))):
        yield part
        size -= len(part)


def _parse_header(head: bytes, timestamp: int | None, max_entry: int, number: int) -> tuple[bytes, int]:
    where = f"entry {number}"
    if len(head) != BLOCK:
        raise InvalidArchive("truncated", where)
    name = head[:100].rstrip(b"\0")
    if not (name == b"BELENIOS" if timestamp is None else _NAME.fullmatch(name)):
        raise InvalidArchive("bad-beginning" if timestamp is None else "bad-name", where)
    if not _OCTAL.fullmatch(head[124:135]):
        raise InvalidArchive("bad-size", where)
    if not _OCTAL.fullmatch(head[136:147]):
        raise InvalidArchive("bad-mtime", where)
    size, mtime = int(head[124:135], 8), int(head[136:147], 8)
    if size > (BLOCK if timestamp is None else max_entry):
        raise InvalidArchive("too-large", where)
    if timestamp is not None and mtime != timestamp:
        raise InvalidArchive("bad-mtime", where)
    expected = header(name.decode("ascii"), size, mtime)
    if head != expected:
        same_but_checksum = head[:148] == expected[:148] and head[156:] == expected[156:]
        raise InvalidArchive("bad-checksum" if same_but_checksum else "bad-header", where)
    return name, size


def _parse_beginning(head: bytes, raw: str) -> int:
    try:
        value = fields(loads(raw), ("version", "timestamp"))
        integer(value["version"], 1, 1)
        text = string(value["timestamp"])
    except Malformed as error:
        raise InvalidArchive("bad-beginning", str(error)) from error
    # Section 7: the timestamp is the mtime of every header, this one included, so it fits there.
    if not _TIMESTAMP.fullmatch(text) or head[136:147] != b"%011o" % int(text):
        raise InvalidArchive("bad-beginning", "timestamp")
    return int(text)
