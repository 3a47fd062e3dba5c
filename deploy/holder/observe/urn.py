"""The urn's chain: what was seen stays byte for byte, what is new is downloaded and verified, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from deploy.holder.observe.alarms import Alarm
from deploy.holder.observe.folder import ElectionFolder
from deploy.holder.observe.portal import CouldNotLook, Portal, Tail
from deploy.holder.verify_words import clean, fault_in_french
from services.ballot.belenios.checking.following import Following, follow
from services.ballot.contract.signed_heads import SignedHead

MOST_EVIDENCE = 1024 * 1024


@dataclass
class UrnSeen:
    """How many events and ballots were verified for the first time, and what is wrong."""

    new_events: int = 0
    new_ballots: int = 0
    alarms: list[Alarm] = field(default_factory=list)


def look(folder: ElectionFolder, portal: Portal, uuid: str, fingerprint: str, processes: int | None) -> UrnSeen:
    """Download what an archive has grown by, and verify it.

    Args:
        folder: Of the election.
        portal: Where it is.
        uuid: The election.
        fingerprint: Of the election, as it was sealed.
        processes: How many check ballots.

    Raises:
        CouldNotLook: The download broke; the next look goes on where it did.
        Refused: By the portal.
        OSError: A file of the folder.
    """
    alarm = _download(folder, portal, uuid)
    if alarm is not None:
        return UrnSeen(alarms=[alarm])
    seen = folder.seen
    if folder.archive.stat().st_size == seen.verified:
        return UrnSeen()
    found = follow(folder.archive, folder.checked(), processes=processes)
    report = found.report
    if report.fault is not None:
        evidence = _put_aside(folder)
        return UrnSeen(alarms=[Alarm("faulty-archive", uuid, clean(fault_in_french(report.fault)), evidence)])
    if (report.uuid, report.election_hash) != (uuid, fingerprint):
        evidence = _put_aside(folder)
        return UrnSeen(alarms=[Alarm("other-election", uuid, f"empreinte {report.election_hash}", evidence)])
    new = UrnSeen(report.events - seen.events, report.ballots - seen.ballots)
    _keep(folder, found)
    return new


def _keep(folder: ElectionFolder, found: Following) -> None:
    report, seen = found.report, folder.seen
    if found.checked is not None:
        folder.note(found.checked)
    folder.add_hashes(found.first_height, found.hashes)
    seen.verified, seen.last, seen.stage, seen.ballots = report.bytes, found.last, report.stage, report.ballots
    seen.replaced = report.replaced
    seen.name, seen.election_hash = clean(report.name), report.election_hash
    folder.save()


def _download(folder: ElectionFolder, portal: Portal, uuid: str) -> Alarm | None:
    seen = folder.seen
    with folder.archive.open("r+b" if folder.archive.exists() else "w+b") as file:
        size = file.seek(0, 2)
        # The last event that was verified is asked for again: it names all that came before.
        start = size if size > seen.verified else seen.verified - seen.last
        file.seek(start)
        known = file.read()
        with portal.archive(uuid, start) as tail:
            if tail.total < size:
                if tail.total < seen.verified:
                    return Alarm("vanished-archive", uuid, f"{seen.verified} octets vérifiés, {tail.total} montrés")
                # What had come beyond the verified part is not there any more: it begins anew, from what was verified.
                file.truncate(seen.verified)
                raise CouldNotLook("le téléchargement précédent est à reprendre")
            pieces = _without(tail, known)
            if isinstance(pieces, bytes):
                return _changed(folder, uuid, pieces)
            for piece in pieces:
                file.write(piece)
            if file.tell() != tail.total:
                raise CouldNotLook("le téléchargement de l'archive a été interrompu : il reprendra où il en est")
    return None


def _without(tail: Tail, known: bytes) -> Iterator[bytes] | bytes:
    """The pieces after those bytes that are there already, or what came in their place."""
    began = bytearray()
    for piece in tail.pieces:
        began += piece
        if len(began) >= len(known):
            break
    if len(began) < len(known):
        raise CouldNotLook("le téléchargement de l'archive a été interrompu : il reprendra où il en est")
    if not began.startswith(known):
        return bytes(began[:MOST_EVIDENCE])

    def following() -> Iterator[bytes]:
        yield bytes(began[len(known) :])
        yield from tail.pieces

    return following()


def _changed(folder: ElectionFolder, uuid: str, served: bytes) -> Alarm:
    place = _evidence(folder, served)
    return Alarm("changed-archive", uuid, f"à la hauteur {folder.seen.events - 1} ou avant", (place,))


def _put_aside(folder: ElectionFolder) -> tuple[str, ...]:
    with folder.archive.open("r+b") as file:
        file.seek(folder.seen.verified)
        place = _evidence(folder, file.read(MOST_EVIDENCE))
        file.truncate(folder.seen.verified)
    return (place,)


def _evidence(folder: ElectionFolder, content: bytes) -> str:
    number = len(list(folder.path.glob("evidence-*.bin"))) + 1
    file = folder.path / f"evidence-{number}.bin"
    if number <= MOST_FILES:
        file.write_bytes(content)
    return str(file.relative_to(folder.path.parent))


MOST_FILES = 20
"""Of evidence: a portal that goes on lying must not fill the disk."""


def against_heads(folder: ElectionFolder, uuid: str, heads: list[SignedHead]) -> list[Alarm]:
    """Whether the chain holds all that its signed heads say, each at its height."""
    hashes = folder.hashes()
    for one in heads:
        if one.height >= len(hashes):
            detail = f"{one.height + 1} événements signés, {len(hashes)} montrés"
            return [Alarm("late-archive", uuid, detail, (one.signature,))]
        if hashes[one.height] != one.head:
            return [Alarm("head-not-in-archive", uuid, f"n° {one.number}, hauteur {one.height}", (one.signature,))]
    return []
