"""What an observer keeps in a folder of its own, so that the portal cannot unsay it; and where a look goes on.

A file that tells how far a look came is replaced as a whole, after what it speaks of is written: a look that is killed has
seen nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from services.ballot.belenios.checking.following import Checked

FORMAT = "isoloir-observation"
HASH = 32


class NotAFolder(Exception):
    """The folder holds something else, another portal's, or is in use; the message is French."""


@dataclass
class Seen:
    """How far an election was seen: numbers that go with the files beside."""

    name: str = ""
    sealing: dict[str, str] | None = None
    register_key: str | None = None
    register_head: dict[str, Any] | None = None
    verified: int = 0
    last: int = 0
    events: int = 0
    ballots: int = 0
    replaced: int = 0
    stage: str | None = None
    election_hash: str | None = None
    checked: dict[str, Any] | None = None
    looked_at: str | None = None


@dataclass
class Dates:
    """Of the vote, as the portal told them first."""

    opens_at: str
    closes_at: str
    grace_minutes: int


@dataclass
class State:
    """What holds for the portal as a whole."""

    portal: str
    dates: Dates | None = None
    elections: list[str] = field(default_factory=list)


class ElectionFolder:
    """The files of one election."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.archive = path / "archive.bel"
        kept = _read(path / "seen.json")
        self.seen = Seen() if kept is None else Seen(**kept)

    def checked(self) -> Checked | None:
        """How far the ballots were checked, with the heights of those counted."""
        if self.seen.checked is None:
            return None
        heights = array("I")
        heights.frombytes((self.path / "votes.bin").read_bytes())
        ballots = self.seen.checked["ballots"]
        # A look that was killed before it had noted how far it came may have left more.
        for place, height in enumerate(heights):
            if height > ballots:
                heights[place] = 0
        return Checked(**self.seen.checked, heights=heights)

    def note(self, checked: Checked) -> None:
        """Keep how far the ballots were checked; `save` makes it hold."""
        _replace(self.path / "votes.bin", checked.heights.tobytes())
        fields = ("position", "entries", "events", "head", "ballots", "encrypted_sum")
        self.seen.checked = {name: getattr(checked, name) for name in fields}

    def add_hashes(self, first: int, hashes: Sequence[str]) -> None:
        """Keep the hashes of events from a height on."""
        with (self.path / "chain.bin").open("r+b" if (self.path / "chain.bin").exists() else "w+b") as file:
            file.seek(first * HASH)
            for one in hashes:
                file.write(bytes.fromhex(one))
            file.truncate()
        self.seen.events = first + len(hashes)

    def hashes(self) -> Hashes:
        """The hashes of all events seen, by height."""
        file = self.path / "chain.bin"
        return Hashes((file.read_bytes() if file.exists() else b"")[: self.seen.events * HASH])

    def lines(self, name: str) -> list[str]:
        """A file of lines, none where it is not there."""
        file = self.path / name
        return file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else []

    def keep_lines(self, name: str, lines: Sequence[str]) -> None:
        """Write a file of lines."""
        _replace(self.path / name, "".join(f"{line}\n" for line in lines).encode())

    def save(self) -> None:
        """Make hold what was noted."""
        _replace(self.path / "seen.json", json.dumps(asdict(self.seen), indent=1).encode())


class Hashes(Sequence[str]):
    """Hashes of events by height, packed."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed) // HASH

    def __getitem__(self, height: Any) -> Any:
        if not 0 <= height < len(self):
            raise IndexError(height)
        return self._packed[height * HASH : (height + 1) * HASH].hex()


class Folder:
    """An observer's folder."""

    def __init__(self, path: Path, portal: str) -> None:
        """Open or begin a folder. Raises NotAFolder, OSError."""
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.alarms = path / "alarms.jsonl"
        kept = _read(path / "observation.json")
        if kept is None:
            self.state = State(portal)
            return
        if kept.pop("format", None) != FORMAT:
            raise NotAFolder(f"{path} n'est pas un dossier d'observation")
        dates = kept.pop("dates")
        self.state = State(dates=None if dates is None else Dates(**dates), **kept)
        if self.state.portal != portal:
            raise NotAFolder(f"{path} observe {self.state.portal} : un dossier pour chaque portail")

    def election(self, uuid: str) -> ElectionFolder:
        """The files of one election, whose uuid was checked to be one."""
        return ElectionFolder(self.path / uuid)

    def save(self) -> None:
        """Make hold what was noted."""
        _replace(self.path / "observation.json", json.dumps({"format": FORMAT} | asdict(self.state), indent=1).encode())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other observers out of the folder. Raises NotAFolder while there is one."""
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotAFolder(f"une autre observation travaille dans {self.path}") from None
            yield


def _read(file: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise NotAFolder(f"{file} ne se lit pas : reprenez sa sauvegarde, ou commencez un autre dossier") from None
    if not isinstance(content, dict):
        raise NotAFolder(f"{file} n'est pas d'une observation")
    return content


def _replace(file: Path, content: bytes) -> None:
    new = file.with_name(file.name + ".new")
    with new.open("wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    new.replace(file)
