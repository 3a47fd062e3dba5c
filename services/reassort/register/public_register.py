"""The register of re-issues as anybody can check it (D9): its form, its chain, its signed head. Pure, no database.

A file of lines, each the canonical JSON of one object. First the beginning, which says of which election, how many attempts
a voter has, and which credentials of the published list (sorted) are spares, a bit each; then the entries, each with the
hash of the line before; last the head, signed by the credential authority over everything before.

A subject is a pseudonym that the credential authority alone makes, another one in each election: whoever knows a voter's
pseudonyms in the other services finds nothing here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from services.ballot.belenios import canonical
from services.ballot.belenios.errors import ProtocolError

VERSION = 1
CHANNELS = ("sms", "screen")
MOST_ATTEMPTS = 20
BEFORE_SETUP = -1
_LARGEST = 10**12
_HEX = re.compile(r"[0-9a-f]{64}")
_HOUR = re.compile(r"\d{4}-\d\d-\d\dT\d\d:00Z")
_ENTRY = ("number", "parent", "subject", "attempt", "channel", "retired", "spare", "height", "head", "hour")
_HEAD = ("election", "entries", "head", "public_key", "signature")


class InvalidRegister(Exception):
    """What is wrong with a register, and on which line (from 1; 0: with the archive beside it)."""

    def __init__(self, code: str, line: int = 0) -> None:
        self.code, self.line = code, line
        super().__init__(code, line)


@dataclass(frozen=True)
class Beginning:
    """What holds for the whole register; `spares` has a bit for each published credential, the first the highest."""

    election: str
    limit: int
    credentials: int
    spares: bytes

    def line(self) -> str:
        """The first line of the file."""
        return canonical.dumps(
            {
                "register": VERSION,
                "election": self.election,
                "limit": self.limit,
                "credentials": self.credentials,
                "spares": base64.b64encode(self.spares).decode(),
            }
        )

    def is_spare(self, index: int) -> bool:
        """Whether the credential at that place of the sorted list began as a spare."""
        return bool(self.spares[index // 8] >> (7 - index % 8) & 1)


@dataclass(frozen=True)
class Entry:
    """A re-issue in one election: at `height` of its chain the old code was retired, unless a ballot was there."""

    number: int
    parent: str
    subject: str
    attempt: int
    channel: str
    retired: str
    spare: str
    height: int
    head: str | None
    hour: str

    def line(self) -> str:
        """The line of the file."""
        return canonical.dumps({name: getattr(self, name) for name in _ENTRY})


@dataclass(frozen=True)
class Register:
    """A register that is whole: what it says may still contradict the urn (see audit)."""

    beginning: Beginning
    entries: tuple[Entry, ...]
    head: str
    public_key: str


def bits_of(credentials: Iterable[tuple[str, bool]]) -> tuple[int, bytes]:
    """How many credentials there are, and a bit for each; each is given with whether it is a spare, in ascending order.

    Nothing is kept of them but the bits: there may be millions (E21). Raises ValueError where they are in another order.
    """
    packed, count, last = bytearray(), 0, ""
    for credential, spare in credentials:
        if credential <= last:
            raise ValueError("credentials out of order")
        if count % 8 == 0:
            packed.append(0)
        packed[-1] |= spare << (7 - count % 8)
        last, count = credential, count + 1
    return count, bytes(packed)


def hash_of(line: str) -> str:
    """What the following line names as its parent."""
    return hashlib.sha256(line.encode()).hexdigest()


def genesis(election: str) -> str:
    """The parent of the first entry: it depends on the election alone, since spares may come until sealing."""
    return hash_of(f"isoloir-register|{election}")


def hour_of(moment: datetime) -> str:
    """A moment, no finer than the hour. In: UTC."""
    return moment.strftime("%Y-%m-%dT%H:00Z")


def head_line(private_key: str, beginning: Beginning, entries: int, head: str) -> str:
    """The last line of the file: the head of the chain and the beginning, signed with an Ed25519 seed (64 hex digits)."""
    key = SigningKey(bytes.fromhex(private_key))
    signature = key.sign(_signed(hash_of(beginning.line()), entries, head)).signature.hex()
    public = bytes(key.verify_key).hex()
    values = (beginning.election, entries, head, public, signature)
    return canonical.dumps(dict(zip(_HEAD, values, strict=True)))


def read(lines: Iterable[str], public_key: str | None = None) -> Register:
    """Read a register and check all that it says by itself.

    Args:
        lines: the lines of the file, untrusted, with or without their ends.
        public_key: the credential authority's, as published elsewhere (64 hex digits); None takes the file's word.

    Raises:
        InvalidRegister: with the first line that is wrong.
    """
    numbered = enumerate((line.rstrip("\n") for line in lines), 1)
    beginning = _beginning(*next(numbered, (1, "")))
    chain = _Chain(beginning)
    for number, line in numbered:
        if chain.ended:
            raise InvalidRegister("after-the-head", number)
        if line.startswith('{"election"'):
            chain.end(number, line, public_key)
        else:
            chain.add(number, line)
    if not chain.ended:
        raise InvalidRegister("no-signed-head", len(chain.entries) + 2)
    return Register(beginning, tuple(chain.entries), chain.head, chain.public_key)


class _Chain:
    """The entries as they are read: each must follow from those before."""

    def __init__(self, beginning: Beginning) -> None:
        self.beginning = beginning
        self.entries: list[Entry] = []
        self.head = genesis(beginning.election)
        self.public_key = ""
        self.ended = False
        self._last: dict[str, Entry] = {}
        self._spares: set[str] = set()
        self._retired: set[str] = set()

    def add(self, number: int, line: str) -> None:
        entry = _entry(number, line)
        for code, wrong in self._faults(entry):
            if wrong:
                raise InvalidRegister(code, number)
        self.entries.append(entry)
        self._last[entry.subject] = entry
        self._spares.add(entry.spare)
        self._retired.add(entry.retired)
        self.head = hash_of(line)

    def _faults(self, entry: Entry) -> Iterator[tuple[str, bool]]:
        before = self._last.get(entry.subject)
        yield "broken-chain", entry.parent != self.head
        yield "wrong-number", entry.number != len(self.entries) + 1
        yield "unknown-channel", entry.channel not in CHANNELS
        yield "too-many-attempts", entry.attempt > self.beginning.limit
        yield "attempt-out-of-order", entry.attempt != (1 if before is None else before.attempt + 1)
        yield "spare-used-twice", entry.spare in self._spares
        yield "retired-twice", entry.retired in self._retired
        # What a voter gives up is what he got last: no code is taken from somebody else.
        yield "other-code-retired", before is not None and entry.retired != before.spare
        yield "other-code-retired", before is None and entry.retired in self._spares
        yield "time-goes-back", bool(self.entries) and entry.hour < self.entries[-1].hour
        yield "wrong-head", (entry.head is None) != (entry.height == BEFORE_SETUP)

    def end(self, number: int, line: str, public_key: str | None) -> None:
        values = _fields(number, line, _HEAD)
        if values["election"] != self.beginning.election:
            raise InvalidRegister("other-election", number)
        if values["entries"] != len(self.entries) or values["head"] != self.head:
            raise InvalidRegister("head-of-another-register", number)
        if not _is_hex(values["public_key"]) or (public_key is not None and values["public_key"] != public_key):
            raise InvalidRegister("other-key", number)
        beginning = hash_of(self.beginning.line())
        if not is_signed(values["public_key"], beginning, len(self.entries), self.head, values["signature"]):
            raise InvalidRegister("bad-signature", number)
        self.public_key, self.ended = values["public_key"], True


def is_signed(public_key: str, beginning: str, entries: int, head: str, signature: object) -> bool:
    """Tell whether the credential authority signed that a register of that beginning (its hash) stood there."""
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(_signed(beginning, entries, head), bytes.fromhex(str(signature)))
    except (BadSignatureError, ValueError, TypeError):
        return False
    return True


def signature_of(line: str) -> str:
    """The signature of the last line of a file that `read` has accepted."""
    return str(canonical.loads(line)["signature"])


def _signed(beginning: str, entries: int, head: str) -> bytes:
    return f"isoloir-register-head|{beginning}|{entries}|{head}".encode()


def _beginning(number: int, line: str) -> Beginning:
    values = _fields(number, line, ("register", "election", "limit", "credentials", "spares"))
    try:
        spares = base64.b64decode(canonical.string(values["spares"]), validate=True)
        made = Beginning(
            election=canonical.string(values["election"]),
            limit=canonical.integer(values["limit"], 0, MOST_ATTEMPTS),
            credentials=canonical.integer(values["credentials"], 0, _LARGEST),
            spares=spares,
        )
    except (ProtocolError, binascii.Error, ValueError):
        raise InvalidRegister("bad-beginning", number) from None
    if values["register"] != VERSION or made.line() != line or len(spares) != (made.credentials + 7) // 8:
        raise InvalidRegister("bad-beginning", number)
    return made


def _entry(number: int, line: str) -> Entry:
    values = _fields(number, line, _ENTRY)
    try:
        for name, low, high in (("number", 1, _LARGEST), ("attempt", 1, _LARGEST), ("height", BEFORE_SETUP, _LARGEST)):
            canonical.integer(values[name], low, high)
        canonical.string(values["channel"])
        hour = canonical.string(values["hour"])
    except ProtocolError:
        raise InvalidRegister("bad-entry", number) from None
    pseudonyms = (values["parent"], values["subject"], values["retired"], values["spare"])
    good = all(map(_is_hex, pseudonyms)) and (values["head"] is None or _is_hex(values["head"]))
    if not good or not _HOUR.fullmatch(hour) or values["retired"] == values["spare"]:
        raise InvalidRegister("bad-entry", number)
    return Entry(**values)


def _fields(number: int, line: str, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        return canonical.fields(canonical.loads(line), names)
    except ProtocolError:
        raise InvalidRegister("bad-line", number) from None


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None
