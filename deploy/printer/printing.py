"""Printing: from the portal's sealed batches to files of pages, with a manifest of what was made.

Notices go by post in the order of the batches, which links them to nothing, or are handed over place by place, by name,
with a list to sign. Never more than a file's notices are in memory, however many there are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from deploy.printer.opened import Choices, Finding, Opened, again, opened, write_report
from services.notification.channels.paper import batches, typesetting
from services.notification.channels.paper.batches import Manifest
from services.notification.channels.paper.notice import Notice, Sheet
from services.runtime.age_box import Opener, seal_bytes

A_FILE = 500
"""Notices in a file: what a machine prints and folds at a stretch, and what is in memory."""
A_PROCESS = 1_000
"""Notices that a process sets before another takes its place: Typst remembers all that it has set, as long as it lives."""
MANIFEST, REPORT = "bordereau.json", "constats.csv"

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A file that was made: what is in it, and its digest as it lies there (encrypted, where it is)."""

    file: str
    kind: str
    place: str
    notices: int
    sha256: str
    sha256_opened: str


@dataclass(frozen=True)
class Printed:
    """What came of it."""

    files: tuple[Made, ...]
    printed: int
    kept_back: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Press:
    """Where and how files are made: the folder, the sheet, the moment they bear, and for whom they are encrypted."""

    out: Path
    sheet: Sheet
    made_at: datetime
    recipient: str | None


class AlreadyPrinted(Exception):
    """The folder holds the files of an earlier printing: a second set of notices would be about."""


def check(folder: Path, key: Opener, choices: Choices) -> tuple[int, list[Finding]]:
    """Look at all batches before anything is printed.

    Args:
        folder: With the portal's batches.
        key: The printer's.
        choices: As they will be printed.

    Returns:
        How many notices can be printed, and what is to be said.

    Raises:
        batches.Damaged: A batch is not whole.
    """
    printable = 0
    findings: list[Finding] = []
    for one in _all(_checked(folder), key, choices):
        printable += one.notice is not None
        findings += one.findings
    return printable, findings


def print_all(folder: Path, key: Opener, press: Press, choices: Choices, tell: Tell) -> Printed:
    """Print all batches of a folder.

    Args:
        folder: With the portal's batches.
        key: The printer's.
        press: Where the files go.
        choices: Large print, and what is handed over.
        tell: Is told of each file.

    Returns:
        What was made; the same is in the folder's manifest and report.

    Raises:
        batches.Damaged: A batch is not whole; nothing was made.
        AlreadyPrinted: There is a manifest already; nothing was changed.
    """
    manifests = _checked(folder)
    press.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (press.out / MANIFEST).exists():
        raise AlreadyPrinted(f"{press.out} contient déjà des notices imprimées")
    made: list[Made] = []
    findings: list[Finding] = []
    handed: dict[str, list[tuple[str, Opened]]] = defaultdict(list)
    kept_back = 0

    def posted() -> Iterator[Notice]:
        nonlocal kept_back
        for one in _all(manifests, key, choices):
            findings.extend(one.findings)
            if one.notice is None:
                kept_back += 1
            elif one.notice.place:
                # Not the code: it is opened again when its place's turn comes.
                entry = Opened(one.manifest, one.line, one.offset, None, ())
                handed[one.notice.place].append((_sorting(one.notice.name), entry))
            else:
                yield one.notice

    with _Room() as room:
        for number, some in enumerate(_by(posted(), A_FILE), start=1):
            content = room.set(len(some), typesetting.notices, press.sheet, some, press.made_at)
            made.append(_keep(press, f"poste-{number:04}.pdf", content, "post", "", len(some), tell))
        for number, place in enumerate(sorted(handed), start=1):
            entries = sorted(handed.pop(place), key=lambda entry: (entry[0], entry[1].manifest.batch, entry[1].line))
            of_place = (again(one, key, choices) for _, one in entries)
            for part, some in enumerate(_by(of_place, A_FILE), start=1):
                name = f"remise-{number:04}-{_slug(place)}-{part:02}"
                content = room.set(len(some), typesetting.notices, press.sheet, some, press.made_at)
                made.append(_keep(press, f"{name}.pdf", content, "hand_over", place, len(some), tell))
                content = room.set(len(some), typesetting.signatures, press.sheet, place, some, press.made_at)
                made.append(_keep(press, f"{name}-signatures.pdf", content, "signatures", place, len(some), tell))
    printed = sum(one.notices for one in made if one.kind != "signatures")
    write_report(press.out / REPORT, findings)
    summary = {
        "made_at": press.made_at.isoformat(),
        "encrypted_for": press.recipient,
        "batches": [{"batch": one.batch, "count": one.count, "sha256": one.sha256} for one in manifests],
        "printed": printed,
        "kept_back": kept_back,
        "files": [asdict(one) for one in made],
    }
    _write(press.out / MANIFEST, (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode())
    return Printed(tuple(made), printed, kept_back, tuple(findings))


def forget(out: Path) -> int:
    """Remove the files that were handed over; manifest and report stay. Return how many were removed."""
    summary = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    removed = 0
    for entry in summary["files"]:
        path = out / Path(entry["file"]).name
        if path.exists():
            path.unlink()
            removed += 1
    return removed


class _Room:
    """A process that sets pages, replaced by another before it has grown."""

    def __init__(self) -> None:
        self._process: ProcessPoolExecutor | None = None
        self._set = 0

    def __enter__(self) -> _Room:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.shutdown()

    def set(self, count: int, function: Callable[..., bytes], *arguments: object) -> bytes:
        """Return what a function of typesetting makes of ``count`` notices. Raises what it raises."""
        if self._process is None or self._set + count > A_PROCESS:
            self.__exit__()
            self._process, self._set = ProcessPoolExecutor(1, get_context("spawn")), 0
        self._set += count
        return self._process.submit(function, *arguments).result()


def _checked(folder: Path) -> list[Manifest]:
    manifests = batches.manifests(folder)
    for manifest in manifests:
        batches.check(manifest)
    return manifests


def _all(manifests: list[Manifest], key: Opener, choices: Choices) -> Iterator[Opened]:
    for manifest in manifests:
        yield from opened(manifest, key, choices)


def _by(notices: Iterator[Notice], size: int) -> Iterator[list[Notice]]:
    while some := list(islice(notices, size)):
        yield some


def _keep(press: Press, name: str, content: bytes, kind: str, place: str, count: int, tell: Tell) -> Made:
    lying = content if press.recipient is None else seal_bytes(press.recipient, content)
    file = name if press.recipient is None else f"{name}.age"
    _write(press.out / file, lying)
    tell(f"{file} : {count} notices")
    digests = (hashlib.sha256(one).hexdigest() for one in (lying, content))
    return Made(file, kind, place, count, *digests)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)


def _sorting(name: str) -> str:
    """By surname: the last word is one, or the end of one, for whoever looks for his line."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    words = "".join(char for char in plain if not unicodedata.combining(char)).split()
    return " ".join([*words[-1:], *words[:-1]])


def _slug(place: str) -> str:
    plain = unicodedata.normalize("NFKD", place).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "lieu"
