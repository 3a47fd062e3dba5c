"""The verifier of an archive that grows: what was checked before is not checked again, what is new is, with all its proofs.

The ballots, millions of them, are what takes time: where they ended is kept. The few events after them are looked at each
time. Where voters may vote again, the ballots checked before are read once more, without their proofs: for whom each was.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, MutableSequence
from dataclasses import dataclass, field
from pathlib import Path

from ..canonical import loads
from ..keys.public_credentials import PublicCredentials
from ..tally import parse_encrypted_tally
from .archive import BLOCK, MAX_ENTRY, Entry, Start, read_archive, timestamp_of
from .report import Report
from .verify import Progress, Verifier, beginning_of
from .votes import DIGEST

_VOTING = ("Setup", "Ballot")


@dataclass
class Checked:
    """How far an archive was checked: up to the Setup event or a ballot.

    `heights`: for each credential of the sorted list the height at which it voted last, 0 where it has not. `encrypted_sum`:
    of the ballots that count, as the protocol publishes one.
    """

    position: int
    entries: int
    events: int
    head: str
    ballots: int
    encrypted_sum: str = field(repr=False)
    heights: array[int] = field(repr=False)


@dataclass
class Following:
    """What came of it: the report, where to go on (None after a fault), and the hashes of the events read.

    `first_height`: of the first of the hashes; `last`: how many bytes the entry of the last event has, at the end.
    """

    report: Report
    checked: Checked | None
    first_height: int
    last: int
    hashes: list[str] = field(repr=False)


def follow(
    path: Path, checked: Checked | None, progress: Progress | None = None, *, processes: int | None = None
) -> Following:
    """Verify what an archive has beyond what was checked before.

    Args:
        path: The file; up to `checked.position` it is the one that was checked.
        checked: What an earlier call gave; None: from the beginning. Its heights are changed.
        progress: As of verify_archive.
        processes: As of verify_archive.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        timestamp = None if checked is None else timestamp_of(file)
        file.seek(0)
        return _Follower(file, path.stat().st_size, progress, processes, checked, timestamp).follow()


class _Follower(Verifier):
    # Setup is at height 0, and the ballots follow without a gap: the n-th is at height n.
    _keeps_heights = True

    def __init__(
        self,
        file: object,
        size: int,
        progress: Progress | None,
        processes: int | None,
        checked: Checked | None,
        timestamp: int | None,
    ) -> None:
        super().__init__(file, size, progress, processes, (), ())  # type: ignore[arg-type]
        self._checked, self._timestamp = checked, timestamp
        self._hashes: list[str] = []
        self._place = (0, 0, 0, "")
        self._size_of_last = 0

    def follow(self) -> Following:
        report = self.run()
        first = 0 if self._checked is None else self._checked.events
        checked = None
        if report.ok and isinstance(self._votes.used, array):
            checked = Checked(*self._place, report.ballots, self._sum.raw(), self._votes.used)
        return Following(report, checked, first, self._size_of_last, self._hashes)

    def _entries(self) -> Iterator[Entry]:
        if self._checked is None or self._timestamp is None:
            yield from super()._entries()
            return
        for entry in read_archive(self._file, MAX_ENTRY, self._reader.begin):
            yield entry
            if entry.kind == "event":
                break
        if self.report.revoting:
            self._read_again(self._checked, Start(self.report.entries, self.report.bytes, self._timestamp))
        self._go_on(self._checked)
        start = Start(self._checked.entries, self._checked.position, self._timestamp)
        yield from read_archive(self._file, MAX_ENTRY, start=start)

    def _read_again(self, checked: Checked, start: Start) -> None:
        height = 0
        for entry in read_archive(self._file, MAX_ENTRY, start=start):
            if entry.end > checked.position:
                break
            if entry.kind == "data":
                height += 1
                digest = bytes.fromhex(entry.hash)[:DIGEST]
                self._votes.take(loads(entry.raw)["credential"], digest, height, beginning_of(entry))
        self.report.replaced = self._votes.replaced

    def _go_on(self, checked: Checked) -> None:
        report = self.report
        self._first_ballot = report.entries + 1
        self._read_ballots = report.ballots = checked.ballots
        report.entries, report.bytes = checked.entries, checked.position
        report.events, report.head = checked.events, checked.head
        self._last = report.stage = "Ballot" if checked.ballots else "Setup"
        self._place = (checked.position, checked.entries, checked.events, checked.head)
        counted = checked.ballots - report.replaced
        self._sum.add(parse_encrypted_tally(self._election, checked.encrypted_sum), counted)
        self._hashes.clear()

    def _entry(self, entry: Entry) -> None:
        super()._entry(entry)
        if entry.kind == "event":
            self._hashes.append(entry.hash)
            size = len(entry.raw.encode())
            self._size_of_last = BLOCK + size + -size % BLOCK
            if self._last in _VOTING:
                self._place = (entry.end, entry.number, self.report.events, entry.hash)

    def _listed(self) -> PublicCredentials:
        return super()._listed() if self._checked is None else self._reader.known()

    def _unused(self) -> MutableSequence[int]:
        known = self._checked is not None and len(self._checked.heights) == len(self._credentials)
        if self._checked is not None and known and not self.report.revoting:
            return self._checked.heights
        return array("I", bytes(4 * len(self._credentials)))
