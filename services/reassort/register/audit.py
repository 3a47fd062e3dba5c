"""A register beside the archive of its election: is every activation explained, and no retired code used (D9)?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from services.ballot.belenios import canonical
from services.ballot.belenios.archive import Event, read_archive
from services.ballot.belenios.public_credentials import CredentialsReader, PublicCredentials
from services.reassort.register.public_register import BEFORE_SETUP, Entry, InvalidRegister, Register


@dataclass(frozen=True)
class Agreement:
    """What was compared: entries, and ballots cast with a code that had been re-issued."""

    entries: int
    ballots: int
    ballots_by_spare: int


@dataclass
class _Urn:
    credentials: PublicCredentials = field(default_factory=lambda: PublicCredentials(b""))
    heads: list[str] = field(default_factory=list)
    # Only of credentials that the register speaks of, or that began as spares.
    ballots: dict[str, int] = field(default_factory=dict)
    count: int = 0
    election: str = ""


def compare(register: Register, archive: BinaryIO) -> Agreement:
    """Compare a register with an archive that was verified already (belenios.verify).

    Memory grows with the list of credentials and with the number of events, not with the ballots.

    Raises:
        InvalidRegister: with the line of the entry at fault, or 0 where it is a ballot that no entry explains.
    """
    urn = _read(register, archive)
    if urn.election != register.beginning.election:
        raise InvalidRegister("other-election", 1)
    if len(urn.credentials) != register.beginning.credentials:
        raise InvalidRegister("other-credentials", 1)
    by_spare = {entry.spare: entry for entry in register.entries}
    known: set[str] = set()
    voted: set[str] = set()
    for line, entry in enumerate(register.entries, 2):
        _check_entry(register, urn, entry, entry.subject not in known, line)
        known.add(entry.subject)
        if entry.retired in urn.ballots:
            voted.add(entry.subject)
        if entry.subject in voted and entry.spare in urn.ballots:
            raise InvalidRegister("two-ballots-of-one-voter", line)
    used = 0
    for credential, height in urn.ballots.items():
        if _is_spare(register, urn, credential):
            used += 1
            explained = by_spare.get(credential)
            if explained is None:
                raise InvalidRegister("spare-without-entry")
            if height <= explained.height:
                raise InvalidRegister("spare-before-its-activation", explained.number + 1)
    return Agreement(len(register.entries), urn.count, used)


def _check_entry(register: Register, urn: _Urn, entry: Entry, first: bool, line: int) -> None:
    if urn.credentials.index(entry.retired) is None or not _is_spare(register, urn, entry.spare):
        raise InvalidRegister(
            "not-a-spare" if urn.credentials.index(entry.spare) is not None else "unknown-credential", line
        )
    if first and _is_spare(register, urn, entry.retired):
        # The first code that a voter gives up is the one of the paper notice.
        raise InvalidRegister("other-code-retired", line)
    if entry.height != BEFORE_SETUP:
        if entry.height >= len(urn.heads):
            raise InvalidRegister("ahead-of-the-archive", line)
        if urn.heads[entry.height] != entry.head:
            raise InvalidRegister("other-urn", line)
    old = urn.ballots.get(entry.retired)
    if old is not None and old > entry.height:
        raise InvalidRegister("ballot-by-a-retired-code", line)


def _read(register: Register, archive: BinaryIO) -> _Urn:
    urn, reader = _Urn(), CredentialsReader()
    spoken_of = {credential for entry in register.entries for credential in (entry.retired, entry.spare)}
    objects: list[str] = []
    for part in read_archive(archive, credentials=reader.begin):
        if part.kind == "data":
            objects.append(part.raw)
            continue
        if part.kind != "event":
            continue
        event = Event.parse(part.raw)
        urn.heads.append(part.hash)
        if event.kind == "Setup":
            urn.election = canonical.loads(objects[0])["uuid"]
            urn.credentials = reader.finish()
        elif event.kind == "Ballot":
            credential = canonical.loads(objects[-1])["credential"]
            urn.count += 1
            if credential in spoken_of or _is_spare(register, urn, credential):
                urn.ballots[credential] = event.height
        objects.clear()
    return urn


def _is_spare(register: Register, urn: _Urn, credential: str) -> bool:
    index = urn.credentials.index(credential)
    return index is not None and index < register.beginning.credentials and register.beginning.is_spare(index)
