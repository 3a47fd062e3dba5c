"""Opening batches: which notices can be printed, and what is to be said of the others."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.notification.channels.paper import address, batches, notice
from services.notification.channels.paper.batches import Manifest
from services.notification.channels.paper.notice import Notice
from services.runtime.age_box import Opener
from services.runtime.sealing_box import CannotOpen

WORDS = {
    address.BROKEN: "ligne longue, coupée entre deux mots en deux lignes",
    address.SMALLER: "ligne longue, imprimée plus petit",
    address.OVER_38: "plus de 38 caractères : imprimée entière, hors de la norme postale",
    address.TOO_MANY: "plus de six lignes : à raccourcir dans la liste électorale",
    address.TOO_WIDE: "ligne trop large pour la fenêtre : à raccourcir dans la liste électorale",
    address.NOT_IN_FONT: "caractères que la police n'a pas : à corriger dans la liste électorale",
    "cannot_open": "scellée pour une autre clé que celle-ci, ou altérée",
    "malformed": "contenu incomplet : à signaler à l'exploitant du portail",
}
KEPT_BACK = {address.TOO_MANY, address.TOO_WIDE, address.NOT_IN_FONT, "cannot_open", "malformed"}


@dataclass(frozen=True)
class Choices:
    """How notices are printed.

    Attributes:
        large: References of those in large print.
        hand_over_all: All that have a place are handed over there, whether they have an address or not.
    """

    large: frozenset[str] = frozenset()
    hand_over_all: bool = False


@dataclass(frozen=True)
class Finding:
    """Something to say of a notice, without a name: where it stands, and what.

    Attributes:
        batch: The batch's name.
        line: Of the batch's file, from 1.
        message_id: The message's id.
        kind: A key of WORDS.
        address_line: Of the address, the name being line 1; 0 for the whole.
        letters: Code points that are missing.
    """

    batch: str
    line: int
    message_id: str
    kind: str
    address_line: int = 0
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A notice, None where it cannot be printed, where it is, and what was found."""

    manifest: Manifest
    line: int
    offset: int
    notice: Notice | None
    findings: tuple[Finding, ...]


def opened(manifest: Manifest, key: Opener, choices: Choices) -> Iterator[Opened]:
    """Open the notices of a checked batch, one after the other."""
    for sealed in batches.notices(manifest):
        yield _opened(manifest, sealed, key, choices)


def again(one: Opened, key: Opener, choices: Choices) -> Notice:
    """Open a notice once more, which could be printed."""
    sealed = batches.notice_at(one.manifest, one.line, one.offset)
    found = _opened(one.manifest, sealed, key, choices).notice
    assert found is not None  # the batch was checked, and the first time it could be
    return found


def write_report(path: Path, findings: list[Finding]) -> None:
    """Write what was found as CSV, for people: no name and no address is in it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(
            ["lot", "ligne du lot", "message", "notice", "imprimée", "ligne de l'adresse", "constat", "caractères"]
        )
        for one in findings:
            writer.writerow(
                [
                    one.batch,
                    one.line,
                    one.message_id,
                    notice.reference(one.message_id),
                    "non" if one.kind in KEPT_BACK else "oui",
                    one.address_line or "",
                    WORDS[one.kind],
                    " ".join(one.letters),
                ]
            )


def _opened(manifest: Manifest, sealed: batches.SealedNotice, key: Opener, choices: Choices) -> Opened:
    def found(kind: str, line: int = 0, letters: tuple[str, ...] = ()) -> Finding:
        return Finding(manifest.batch, sealed.line, sealed.message_id, kind, line, letters)

    read: Notice | None = None
    try:
        read = notice.read(
            sealed.message_id,
            key.open(sealed.sealed),
            large=notice.reference(sealed.message_id) in choices.large,
            hand_over_all=choices.hand_over_all,
        )
        remarks = read.window.remarks
        findings = [found(remark.kind, remark.line, remark.letters) for remark in remarks]
    except CannotOpen:
        findings = [found("cannot_open")]
    except notice.Malformed:
        findings = [found("malformed")]
    except address.CannotPrint as problem:
        findings = [found(remark.kind, remark.line, remark.letters) for remark in problem.remarks]
    return Opened(manifest, sealed.line, sealed.offset, read, tuple(findings))
