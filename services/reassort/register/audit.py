"""A register beside the archive of its election: is every activation explained, and no retired code used (D9)?"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from services.ballot.belenios import canonical
from services.ballot.belenios.checking.archive import Event, read_archive, skip
from services.ballot.belenios.keys.public_credentials import CredentialsReader, PublicCredentials
from services.reassort.register.public_register import BEFORE_SETUP, Entry, InvalidRegister, Register


@dataclass(frozen=True)
class Agreement:
    """What was compared: entries, and ballots cast with a code that had been re-issued."""

    entries: int
    ballots: int
    ballots_by_spare: int


@dataclass
class Urn:
    """What is compared of an archive: credentials, hashes of events by height, number of ballots, whose it is.

    `ballots`: by credential, at which height the last one is; only of those that the register speaks of, or that began as
    spares. `first`: the height of the first, where one has voted again; without it the last is taken for the first.
    """

    credentials: PublicCredentials = field(default_factory=lambda: PublicCredentials(b""))
    heads: Sequence[str] = field(default_factory=list)
    ballots: dict[str, int] = field(default_factory=dict)
    count: int = 0
    election: str = ""
    first: dict[str, int] = field(default_factory=dict)


def compare(register: Register, archive: BinaryIO) -> Agreement:
    """Compare a register with an archive that was verified already (belenios.verify).

    Memory grows with the list of credentials and with the number of events, not with the ballots.

    Raises:
        InvalidRegister: with the line of the entry at fault, or 0 where it is a ballot that no entry explains.
    """
    return agreement(register, _read(register, archive))


def spoken_of(register: Register) -> set[str]:
    """The credentials that a register names."""
    return {credential for entry in register.entries for credential in (entry.retired, entry.spare)}


def agreement(register: Register, urn: Urn, new_after: int | None = None) -> Agreement:
    """Compare a register with what was read of an archive.

    Args:
        register: That is whole.
        urn: Its election's.
        new_after: Entries of a higher number may speak of events that the archive, which was fetched before, has not yet.

    Raises:
        InvalidRegister: as compare.
    """
    if urn.election != register.beginning.election:
        raise InvalidRegister("other-election", 1)
    if len(urn.credentials) != register.beginning.credentials:
        raise InvalidRegister("other-credentials", 1)
    by_spare = {entry.spare: entry for entry in register.entries}
    known: set[str] = set()
    voted: set[str] = set()
    for line, entry in enumerate(register.entries, 2):
        ahead = new_after is not None and entry.number > new_after
        _check_entry(register, urn, entry, entry.subject not in known, line, ahead)
        known.add(entry.subject)
        if entry.retired in urn.ballots:
            voted.add(entry.subject)
        if entry.subject in voted and entry.spare in urn.ballots:
            raise InvalidRegister("two-ballots-of-one-voter", line)
    used = 0
    for credential, height in urn.ballots.items():
        if is_spare(register, urn, credential):
            used += 1
            explained = by_spare.get(credential)
            if explained is None:
                raise InvalidRegister("spare-without-entry")
            if urn.first.get(credential, height) <= explained.height:
                raise InvalidRegister("spare-before-its-activation", explained.number + 1)
    return Agreement(len(register.entries), urn.count, used)


def first_heights(archive: BinaryIO, credentials: Container[str]) -> dict[str, int]:
    """At which height each of these credentials has voted first, by an archive that was verified already."""
    found: dict[str, int] = {}
    raw = ""
    for part in read_archive(archive, credentials=skip):
        if part.kind == "data":
            raw = part.raw
        elif part.kind == "event":
            event = Event.parse(part.raw)
            if event.kind not in ("Setup", "Ballot"):
                break
            credential = canonical.loads(raw)["credential"] if event.kind == "Ballot" else ""
            if credential in credentials:
                found.setdefault(credential, event.height)
    return found


def _check_entry(register: Register, urn: Urn, entry: Entry, first: bool, line: int, ahead: bool) -> None:
    if urn.credentials.index(entry.retired) is None or not is_spare(register, urn, entry.spare):
        raise InvalidRegister(
            "not-a-spare" if urn.credentials.index(entry.spare) is not None else "unknown-credential", line
        )
    if first and is_spare(register, urn, entry.retired):
        # The first code that a voter gives up is the one of the paper notice.
        raise InvalidRegister("other-code-retired", line)
    if entry.height != BEFORE_SETUP:
        if entry.height >= len(urn.heads):
            if ahead:
                return
            raise InvalidRegister("ahead-of-the-archive", line)
        if urn.heads[entry.height] != entry.head:
            raise InvalidRegister("other-urn", line)
    # Whoever had voted keeps his code, though the register has the entry: where voters may vote again, he votes on by it.
    old = urn.first.get(entry.retired, urn.ballots.get(entry.retired))
    if old is not None and old > entry.height:
        raise InvalidRegister("ballot-by-a-retired-code", line)


def _read(register: Register, archive: BinaryIO) -> Urn:
    heads: list[str] = []
    urn, reader = Urn(heads=heads), CredentialsReader()
    named = spoken_of(register)
    objects: list[str] = []
    for part in read_archive(archive, credentials=reader.begin):
        if part.kind == "data":
            objects.append(part.raw)
            continue
        if part.kind != "event":
            continue
        event = Event.parse(part.raw)
        heads.append(part.hash)
        if event.kind == "Setup":
            urn.election = canonical.loads(objects[0])["uuid"]
            urn.credentials = reader.known()
        elif event.kind == "Ballot":
            credential = canonical.loads(objects[-1])["credential"]
            urn.count += 1
            if credential in named or is_spare(register, urn, credential):
                urn.ballots[credential] = event.height
                urn.first.setdefault(credential, event.height)
        objects.clear()
    return urn


def is_spare(register: Register, urn: Urn, credential: str) -> bool:
    """Whether a credential of the urn's list began as a spare."""
    index = urn.credentials.index(credential)
    return index is not None and index < register.beginning.credentials and register.beginning.is_spare(index)
