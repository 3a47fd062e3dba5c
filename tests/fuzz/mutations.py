"""Inputs that nobody wrote: what each target makes of a source of chance, and what must be true of it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

from nacl.signing import SigningKey

from services.ballot.belenios import ballot, tally
from services.ballot.belenios.backends import Checks
from services.ballot.belenios.backends.libsodium import LibsodiumChecks
from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.checking.archive import read_archive
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.errors import ProtocolError
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys import public_credentials
from services.ballot.belenios.keys.credential import public_credential
from services.ballot.belenios.proofs import prove_knowledge
from services.files import roll_file
from services.identity.contract.limits import ROLL_COLUMNS
from services.reassort.register import public_register
from services.reassort.register.public_register import Beginning, Entry, InvalidRegister, bits_of
from tests.vectors.samples import ONE_HOLDER, TEN, WITH_BLANK, Sample, bits, sample

SMALL_ORDER = [
    ED25519.identity,
    (2**255 - 20).to_bytes(32, "little"),
    bytes(32),
    (2**255 - 18).to_bytes(32, "little"),
    (1 + 2**255).to_bytes(32, "little"),
]
"""The identity; points of order two and four; encodings that are not reduced."""
KEY = "5e" * 32


@dataclass(frozen=True)
class Target:
    """What is tried, how many of a thousand differential cases it takes, and one attempt: AssertionError where it fails."""

    what: str
    of_a_thousand: int
    attempt: Callable[[Random], None]


@cache
def backends() -> tuple[Checks, Checks]:
    """Libsodium and the native module. SystemExit where it is not built: there is nothing to compare."""
    if find_spec("isoloir_native") is None:
        raise SystemExit("the native backend is not built: make setup, where cargo is there")
    from services.ballot.belenios.backends.compiled import CompiledChecks

    return LibsodiumChecks(ED25519), CompiledChecks()


def candidate(chance: Random) -> bytes:
    """32 bytes that are a point of the subgroup, one beside it, or none at all."""
    kind = chance.random()
    if kind < 0.2:
        return chance.randbytes(32)
    if kind < 0.3:
        return chance.choice(SMALL_ORDER)
    point = ED25519.base_mul(chance.randrange(ED25519.q))
    if kind < 0.6:
        return (int.from_bytes(point, "little") ^ (1 << chance.randrange(256))).to_bytes(32, "little")
    return point


def points(chance: Random) -> None:
    """The same point is the first outside the subgroup."""
    given = [candidate(chance) for _ in range(chance.randrange(5))]
    sodium, native = backends()
    assert native.first_outside(given) == sodium.first_outside(given), [point.hex() for point in given]


def knowledge(chance: Random) -> None:
    """The same proofs of knowledge hold, whatever number or point of them is altered."""
    secret, prefix = chance.randrange(1, ED25519.q), "".join(map(chr, chance.choices(range(32, 1000), k=5)))
    proof, public = prove_knowledge(ED25519, secret, prefix), ED25519.base_mul(secret)
    altered = chance.choice(["nothing", "challenge", "response", "public"])
    if altered in ("challenge", "response"):
        change = chance.choice([1, ED25519.q - 1, chance.randrange(ED25519.q)])
        proof = proof._replace(**{altered: (getattr(proof, altered) + change) % ED25519.q})
    if altered == "public":
        public = ED25519.base_mul(chance.randrange(ED25519.q))
    sodium, native = backends()
    assert native.knows(public, prefix, proof) == sodium.knows(public, prefix, proof)


@cache
def elections() -> tuple[tuple[Sample, str], ...]:
    """Elections with a right ballot each."""
    ten, blank = sample(TEN, shape=ONE_HOLDER), sample(WITH_BLANK, shape=ONE_HOLDER)
    return (ten, ten.ballot(0, bits(TEN, 3))), (blank, blank.ballot(0, [1, 0, 0])), (blank, blank.ballot(1, [0, 1, 0]))


def ballots(chance: Random) -> None:
    """The same ballots are valid, and the others refused for the same reason."""
    made, raw = chance.choice(elections())
    value = loads(raw)
    for _ in range(chance.randrange(3)):
        _alter(chance, value)
    altered = dumps(value)
    if chance.random() < 0.1:
        altered = _cut_and_paste(chance, altered.encode()).decode("utf-8", "replace")
    sodium, native = (_verdict(checks, made, altered) for checks in backends())
    assert native == sodium, (native, sodium)


def _verdict(checks: Checks, made: Sample, raw: str) -> tuple[str, str]:
    modules: list[Any] = [ballot, tally, public_credentials]
    before = [module.checks_of for module in modules]
    for module in modules:
        module.checks_of = lambda _group: checks
    try:
        return "valid", ballot.check_ballot(made.election, raw).tracker
    except ProtocolError as error:
        return "refused", error.reason
    finally:
        for module, kept in zip(modules, before, strict=True):
            module.checks_of = kept


def _alter(chance: Random, value: Any) -> None:
    """One number or one point of the answer becomes another."""
    answer = value["answers"][0]
    part = chance.choice(sorted(answer))
    held = chance.choice(answer[part])
    if part == "choices":
        held[chance.choice(["alpha", "beta"])] = ED25519.encode(candidate(chance))
        return
    proof = held if isinstance(held, dict) else chance.choice(held)
    key = chance.choice(["challenge", "response"])
    proof[key] = str((int(proof[key]) + chance.choice([1, 2, ED25519.q - 1])) % ED25519.q)


def _cut_and_paste(chance: Random, content: bytes) -> bytes:
    """Bytes altered, cut, doubled or put in, here and there."""
    altered = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        at, length = chance.randrange(len(altered) + 1), chance.choice([1, 1, 4, 100])
        kind = chance.randrange(4)
        if kind == 0 and altered:
            altered[at % len(altered)] ^= chance.randrange(1, 256)
        elif kind == 1:
            del altered[at : at + length]
        elif kind == 2:
            altered[at:at] = altered[at : at + length]
        else:
            altered[at:at] = chance.randbytes(length)
    return bytes(altered)


@cache
def archive() -> tuple[bytes, frozenset[bytes]]:
    """A finished archive, and what it may be cut down to: an earlier state of the same urn is one, too."""
    made = sample(shape=(("Pedersen", 2, 2), ("Pedersen", 3, 2)))
    content = made.finished([made.ballot(0, [1, 0, 0]), made.ballot(1, [0, 1, 0])])
    ends = [entry.end for entry in read_archive(io.BytesIO(content)) if entry.kind == "event"]
    return content, frozenset(content[:end] for end in ends)


def archives(chance: Random) -> None:
    """Any bytes have a verdict, and no others than those that were written are right."""
    content, right = archive()
    altered = _cut_and_paste(chance, content)
    report = verify_archive(io.BytesIO(altered), processes=1)
    assert report.fault is None or report.fault.code != "internal-error", report.fault
    assert report.ok == (altered in right)


@cache
def register() -> bytes:
    """A register of two entries, chained and signed."""
    spares = [(public_credential(1000 + number), number % 3 > 0) for number in range(9)]
    beginning = Beginning("QcmdAnVK7vcXSv", 2, *bits_of(sorted(spares)))
    lines, head = [beginning.line()], public_register.genesis(beginning.election)
    for number in (1, 2):
        retired, spare = (public_credential(1000 + number * 3 + rank) for rank in (0, 1))
        entry = Entry(number, head, f"{number:064x}", 1, "sms", retired, spare, -1, None, "2026-12-03T10:00Z")
        lines.append(entry.line())
        head = public_register.hash_of(lines[-1])
    return "\n".join([*lines, public_register.head_line(KEY, beginning, 2, head)]).encode()


def registers(chance: Random) -> None:
    """No register is read but the one that was signed."""
    altered = _cut_and_paste(chance, register())
    public = bytes(SigningKey(bytes.fromhex(KEY)).verify_key).hex()
    try:
        lines = altered.decode().split("\n")
        public_register.read(lines, public)
    except (UnicodeDecodeError, InvalidRegister):
        return
    assert altered == register() or lines == register().decode().split("\n")


@cache
def roll() -> bytes:
    """A roll of three invented voters."""
    rows = [";".join(ROLL_COLUMNS)] + [";".join(f"{name}{number}" for name in ROLL_COLUMNS) for number in range(3)]
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode()


def rolls(chance: Random) -> None:
    """A roll is read, every row with its columns, or refused with the line and what to do."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(_cut_and_paste(chance, roll()))
        file.flush()
        found, said = [], "ligne"
        try:
            found = [row for chunk in roll_file.chunks(Path(file.name), 2) for row in chunk.rows]
        except roll_file.RollFileError as error:
            said = str(error)
    assert said.startswith("ligne")
    assert all(set(ROLL_COLUMNS) <= set(row) and None not in row for row in found)


TARGETS = {
    "points": Target("the same points are in the subgroup, natively and by libsodium", 500, points),
    "knowledge": Target("the same proofs of knowledge hold", 400, knowledge),
    "ballots": Target("the same ballots are valid, the others refused for the same reason", 100, ballots),
    "archives": Target("altered archives have a verdict, and it is no", 10, archives),
    "registers": Target("altered registers are not read", 100, registers),
    "rolls": Target("altered rolls are read whole or refused in words", 100, rolls),
}
"""The first three make COUNT together."""
