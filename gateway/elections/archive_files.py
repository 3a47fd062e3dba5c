"""Copies of the public archives on the portal's disk: what is downloaded is served from them, not from the urn (C6, E21).

An archive only grows. A copy keeps the place where it ends, is brought up to date by the pages that follow, and is begun
anew where the urn's chain does not continue it. Processes and threads that share a folder take turns by a lock on a file.
"""

from __future__ import annotations

import base64
import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from services.ballot.contract.tally import ArchivePage
from services.runtime.telemetry.logs import get_logger

log = get_logger()

Read = Callable[[int, int], ArchivePage]
"""The page of an archive that follows a place: height, and bytes after it."""
PAUSE = 0.05  # seconds between two looks at the lock


@dataclass
class _Copy:
    """Where a copy ends: after which event, how many bytes after it, and how long the file is there."""

    after: int = -1
    skip: int = 0
    head: str | None = None
    length: int = 0


class NotReady(Exception):
    """The copy is not up to date yet; whoever asks again finds it further."""


class Whole:
    """The first bytes of a file that goes on growing; what werkzeug's wrapper and ranges need of a file."""

    def __init__(self, path: Path, length: int) -> None:
        self._file = path.open("rb")
        self._length = length
        self.when_closed: Callable[[], None] = lambda: None

    def read(self, size: int) -> bytes:
        """Read no further than the length."""
        return self._file.read(max(0, min(size, self._length - self._file.tell())))

    def seekable(self) -> bool:
        """Ranges begin anywhere."""
        return True

    def seek(self, offset: int) -> int:
        """Go to a place."""
        return self._file.seek(offset)

    def tell(self) -> int:
        """Where it is."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file, once."""
        if not self._file.closed:
            self._file.close()
            self.when_closed()


@dataclass(frozen=True)
class ArchiveFile:
    """An archive that is whole: its bytes, how many, and a tag that no other content has."""

    content: Whole
    length: int
    tag: str


class ArchiveFiles:
    """The copies in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def up_to_date(self, uuid: str, read: Read, seconds: float) -> ArchiveFile:
        """Bring the copy of an archive up to date and open it.

        Args:
            uuid: The election.
            read: Asks the urn for a page; its refusals pass.
            seconds: How long at most. What was copied until then stays.

        Raises:
            NotReady: The time was not enough, or others were at it all the time.
        """
        ends = time.monotonic() + seconds
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._lock(uuid, ends):
            copy = self._known(uuid)
            # Asked before any file is made: an archive that does not exist leaves nothing here.
            page = read(copy.after, copy.skip)
            if page.before != copy.head:
                log.warning("archive_copy_begun_anew", election=uuid, height=copy.after)
                copy = _Copy()
                page = read(copy.after, copy.skip)
            path = self._path(uuid)
            with path.open("r+b" if path.exists() else "w+b") as file:
                self._add(uuid, file, copy, page)
                while not page.complete:
                    if time.monotonic() >= ends:
                        raise NotReady
                    page = read(copy.after, copy.skip)
                    self._add(uuid, file, copy, page)
            return ArchiveFile(Whole(path, copy.length), copy.length, f"{uuid}-{copy.head}")

    def _path(self, uuid: str) -> Path:
        return self._folder / f"{uuid}.bel"

    def _place(self, uuid: str) -> Path:
        return self._folder / f"{uuid}.json"

    @contextmanager
    def _lock(self, uuid: str, ends: float) -> Iterator[None]:
        with (self._folder / f"{uuid}.lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() >= ends:
                        raise NotReady from None
                    time.sleep(PAUSE)
                else:
                    break
            yield

    def _known(self, uuid: str) -> _Copy:
        try:
            copy = _Copy(**json.loads(self._place(uuid).read_text()))
            if self._path(uuid).stat().st_size >= copy.length:
                return copy
        except (OSError, ValueError, TypeError):
            pass
        return _Copy()

    def _add(self, uuid: str, file: BinaryIO, copy: _Copy, page: ArchivePage) -> None:
        data = base64.b64decode(page.data)
        if not data:
            return
        # Over whatever a process left that was killed before it had noted the place.
        file.seek(copy.length)
        file.write(data)
        file.flush()
        copy.after, copy.skip, copy.head = page.after, page.skip, page.head
        copy.length += len(data)
        noted = self._place(uuid).with_suffix(".new")
        noted.write_text(json.dumps(asdict(copy)))
        noted.replace(self._place(uuid))
