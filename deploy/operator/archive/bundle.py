"""One tar file, written as it comes, with a digest of every file in it: sha256sum alone checks what was put in."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import pyrage

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
PIECE = 1 << 20


class NotAKey(ValueError):
    """The text is no age key."""


def recipient_of(text: str) -> Any:
    """A public age key (age1…). Raises NotAKey."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise NotAKey(text) from None


class Bundle:
    """A tar file that is being written; it has its name only once it is whole.

    Args:
        target: Where it will be.
        now: The moment that every file in it has.
        recipient: What is sealed is sealed for the holder of this key; None where nothing is.
    """

    def __init__(self, target: Path, now: datetime, recipient: Any | None) -> None:
        self._target, self._now, self._recipient = target, now, recipient
        self._unfinished = target.with_name(target.name + ".part")
        self._files: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._tar = tarfile.open(self._unfinished, "w", format=tarfile.PAX_FORMAT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._tar.close()
        if kind is None:
            self._unfinished.replace(self._target)
        else:
            self._unfinished.unlink(missing_ok=True)

    def add(self, name: str, pieces: Iterable[bytes], **facts: Any) -> None:
        """Add a file. In: its name, its content, and what the manifest says of it besides."""
        with tempfile.TemporaryFile(dir=self._target.parent) as held:
            for piece in pieces:
                held.write(piece)
            self._put(name, held, facts)

    def add_sealed(self, name: str, file: Path) -> None:
        """Add a file that only the holder of the archive's key can read: as NAME.age."""
        with tempfile.TemporaryFile(dir=self._target.parent) as held, file.open("rb") as content:
            pyrage.encrypt_io(content, held, [self._recipient])
            self._put(f"{name}.age", held, {"sealed": True})

    def _put(self, name: str, held: BinaryIO, facts: dict[str, Any]) -> None:
        size = held.tell()
        held.seek(0)
        digest = hashlib.sha256()
        while piece := held.read(PIECE):
            digest.update(piece)
        held.seek(0)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, int(self._now.timestamp()), 0o644
        self._tar.addfile(entry, held)
        self._files.append({"name": name, "bytes": size, "sha256": digest.hexdigest(), **facts})

    def finish(self, about: dict[str, Any]) -> str:
        """Write the manifest and the sums; the digest of the sums, which stands for all of it."""
        manifest = {"format": "isoloir-archive", "version": 1, "made_at": self._now.isoformat(), **about}
        listed = json.dumps(manifest | {"files": self._files}, ensure_ascii=False, indent=1)
        self.add(MANIFEST, [listed.encode()])
        sums = "".join(f"{one['sha256']}  {one['name']}\n" for one in self._files).encode()
        entry = tarfile.TarInfo(SUMS)
        entry.size, entry.mtime, entry.mode = len(sums), int(self._now.timestamp()), 0o644
        self._tar.addfile(entry, io.BytesIO(sums))
        return hashlib.sha256(sums).hexdigest()
