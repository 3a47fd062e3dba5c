"""Batches of sealed notices, as notification writes them and the printer reads them.

A batch is two files: notices-<batch>.jsonl, a sealed notice a line, and notices-<batch>.json, its manifest, written
last: where it is, the batch is whole. Only the printer's key opens a notice, and no online process has it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FORMAT = "isoloir-notices-1"


@dataclass(frozen=True)
class Manifest:
    """What a batch should hold.

    Attributes:
        path: The manifest's own.
        batch: Its name.
        made_at: When its oldest notice was made.
        count: How many notices.
        sha256: Of the other file.
    """

    path: Path
    batch: str
    made_at: datetime
    count: int
    sha256: str

    @property
    def content(self) -> Path:
        """The file with the notices."""
        return self.path.with_suffix(".jsonl")


@dataclass(frozen=True)
class SealedNotice:
    """A line of a batch, counted from 1; `offset` is where it begins, in bytes."""

    line: int
    offset: int
    message_id: str
    sealed: str


class Damaged(Exception):
    """A batch is not as it was written; the first argument says which file and why, in French."""


def write(directory: Path, batch: str, notices: Mapping[str, str], made_at: datetime) -> Path:
    """Write a batch so that it is there whole or not at all, also after a power cut.

    The same batch written again, after a crash, is the same two files: no notice is printed twice for it.

    Args:
        directory: Made if it is not there; only the own account reads it.
        batch: Its name.
        notices: Message id → sealed notice, at least one.
        made_at: Into the manifest.

    Returns:
        The manifest's path.

    Raises:
        OSError: The directory cannot be written to.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [json.dumps({"message_id": one, "sealed": notices[one]}) for one in sorted(notices)]
    content = ("\n".join(lines) + "\n").encode()
    manifest = {
        "format": FORMAT,
        "batch": batch,
        "made_at": made_at.isoformat(),
        "count": len(lines),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    path = directory / f"notices-{batch}.json"
    _write(path.with_suffix(".jsonl"), content)
    _write(path, (json.dumps(manifest, indent=1) + "\n").encode())
    return path


def manifests(directory: Path) -> list[Manifest]:
    """Return the batches of a directory, by name. Raises Damaged."""
    found = []
    for path in sorted(directory.glob("notices-*.json")):
        try:
            read = json.loads(path.read_bytes())
            if read["format"] != FORMAT:
                raise ValueError
            made_at = datetime.fromisoformat(read["made_at"])
            found.append(Manifest(path, str(read["batch"]), made_at, int(read["count"]), str(read["sha256"])))
        except (ValueError, KeyError, TypeError):
            raise Damaged(f"{path.name} : ce n'est pas le bordereau d'un lot de notices") from None
    return found


def check(manifest: Manifest) -> None:
    """Compare a batch with its manifest. Raises Damaged where a byte differs or a file is missing."""
    digest, count = hashlib.sha256(), 0
    try:
        with manifest.content.open("rb") as file:
            for line in file:
                digest.update(line)
                count += 1
    except OSError:
        raise Damaged(f"{manifest.content.name} : fichier absent ou illisible") from None
    if digest.hexdigest() != manifest.sha256 or count != manifest.count:
        raise Damaged(f"{manifest.content.name} : le contenu n'est pas celui du bordereau, copiez le lot de nouveau")


def notices(manifest: Manifest) -> Iterator[SealedNotice]:
    """Yield the notices of a batch that was checked, one after the other."""
    with manifest.content.open("rb") as file:
        offset = 0
        for number, line in enumerate(file, start=1):
            yield _parsed(number, offset, line)
            offset += len(line)


def notice_at(manifest: Manifest, line: int, offset: int) -> SealedNotice:
    """Return one notice again, from where `notices` found it."""
    with manifest.content.open("rb") as file:
        file.seek(offset)
        return _parsed(line, offset, file.readline())


def _parsed(number: int, offset: int, line: bytes) -> SealedNotice:
    read = json.loads(line)
    return SealedNotice(number, offset, read["message_id"], read["sealed"])


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    entry = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
