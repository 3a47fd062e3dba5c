"""The verifier: from an archive alone, whether the election is what it says (sections 4.1, 5, 6, 7 and 9).

Checked, for a finished election or for one in progress: bytes and names of every entry, the chain of events and their
order, trustees, credentials, every ballot with all its proofs, that each credential is listed and votes once (or, where the
election itself says that voters may vote again, that its last ballot alone is counted), the encrypted tally against the
ballots, the numbers of ballots and weights, every partial decryption, the result.

Not supported, and refused by name rather than half checked: weighted credentials ("weighted-credentials"), shuffles
and question kinds other than homomorphic ("unsupported-event", "unsupported-question"), the certificate of credentials
("credentials-certificate").

The archive is untrusted: whatever its bytes, the answer is a Report, after work proportional to its size. Memory: 33 bytes a
credential (65 while a list is sorted that is not), and a few megabytes a process, whatever the number of ballots; where
voters may vote again, what votes.py says besides.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterator, MutableSequence
from pathlib import Path
from typing import BinaryIO

from ..ballot import max_ballot_size
from ..canonical import fields, integer, loads
from ..election import Election
from ..errors import InvalidArchive, InvalidTally, ProtocolError
from ..group import Point
from ..hashing import sha_hex
from ..keys.public_credentials import CredentialsReader, PublicCredentials
from ..keys.trustees import Trustees, check_trustees
from ..tally import SizedTally, TallyAccumulator, check_partial_decryption, decrypted_powers, enough, parse_result
from .archive import BLOCK, MAX_ENTRY, Entry, Event, make_setup_data, read_archive
from .order import AFTER, OBJECTS
from .report import Fault, QuestionResult, Report, TrusteeGroup
from .votes import Votes, digest_of
from .workers import BallotWorkers, ChunkVerdict

# The objects of one event wait for it in memory; those of Setup without the list of credentials, packed as it is read.
MAX_PENDING = 3 * MAX_ENTRY

Progress = Callable[[int, int | None, int], None]


def verify_archive(
    source: str | os.PathLike[str] | BinaryIO,
    progress: Progress | None = None,
    *,
    processes: int | None = None,
    trackers: Collection[str] = (),
    heads: Collection[str] = (),
) -> Report:
    """Verify an archive, given by path or as a binary file.

    ``progress(bytes read, size of the file if known, ballots checked)`` is called now and then. ``processes``: how many
    check ballots (default: one a core). ``trackers`` and ``heads`` (hashes of events published earlier) are looked for;
    the report says which were found. Raises OSError if the file cannot be read, nothing else.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        with path.open("rb") as file:
            return Verifier(file, path.stat().st_size, progress, processes, trackers, heads).run()
    return Verifier(source, None, progress, processes, trackers, heads).run()


class Verifier:
    """One reading of one archive; following.py goes on where an earlier one ended."""

    _keeps_heights = False

    def __init__(
        self,
        file: BinaryIO,
        size: int | None,
        progress: Progress | None,
        processes: int | None,
        trackers: Collection[str],
        heads: Collection[str],
    ) -> None:
        self._file, self._size, self._progress, self._processes = file, size, progress, processes
        self._wanted_trackers, self._wanted_heads = frozenset(trackers), frozenset(heads)
        self.report = Report()
        self._pending: list[Entry] = []
        self._last: str | None = None
        self._reader = CredentialsReader()
        self._credentials = PublicCredentials(b"")
        self._votes: Votes
        # Where the ballots begin that are with the workers.
        self._positions: deque[int] = deque()
        # Ballots follow each other, an object and an event each: the first one's entry tells those of all.
        self._first_ballot = 0
        self._read_ballots = 0
        self._election: Election
        self._trustees: Trustees
        self._sum: TallyAccumulator
        self._max_ballot: int
        self._workers: BallotWorkers | None = None
        self._encrypted_tally = ""
        self._factors: dict[int, tuple[tuple[Point, ...], ...]] = {}
        # What a refusal raised now would be about.
        self._subject = "archive"

    def run(self) -> Report:
        """Read to the end, or to the first fault."""
        number = 1
        try:
            try:
                for entry in self._entries():
                    number = entry.number
                    self.report.entries = entry.number
                    self.report.bytes = entry.end
                    self._entry(entry)
                    self._subject, number = "archive", entry.number + 1
                if self._pending:
                    raise InvalidArchive("object-without-event")
                if self._last is None:
                    raise InvalidArchive("no-setup")
            except _BallotFault:
                raise
            except ProtocolError:
                # A ballot read before the fault but not yet checked may hold an earlier one.
                self._finish_ballots()
                raise
            self._finish_ballots()
        except _BallotFault as fault:
            self.report.fault = Fault(fault.reason, "ballot", fault.entry, fault.detail)
        except ProtocolError as error:
            self.report.fault = Fault(error.reason, self._subject, number, error.detail)
        except OSError:
            raise
        except Exception as error:
            # Nothing is known to get here (tests/property); still, an archive must not be able to stop the verifier.
            self.report.fault = Fault("internal-error", self._subject, number, type(error).__name__)
        finally:
            if self._workers is not None:
                self._workers.close()
        return self.report

    def _entries(self) -> Iterator[Entry]:
        return read_archive(self._file, MAX_ENTRY, self._reader.begin)

    def _listed(self) -> PublicCredentials:
        return self._reader.finish(self._processes)

    def _unused(self) -> MutableSequence[int]:
        return bytearray(len(self._credentials))

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.report.bytes, self._size, self.report.ballots)

    def _entry(self, entry: Entry) -> None:
        self._subject = "event"
        if entry.kind == "data":
            self._pending.append(entry)
            if len(self._pending) > max(OBJECTS.values()):
                raise InvalidArchive("object-without-event")
            if sum(len(waiting.raw) for waiting in self._pending) > MAX_PENDING:
                raise InvalidArchive("too-large")
            return
        event = Event.parse(entry.raw)
        report = self.report
        if event.height != report.events or event.parent != report.head:
            raise InvalidArchive("broken-chain")
        if self._last not in AFTER[event.kind]:
            raise InvalidArchive("wrong-order", f"{event.kind} after {self._last}")
        objects, self._pending = self._pending, []
        if len(objects) != OBJECTS[event.kind]:
            raise InvalidArchive("wrong-objects", event.kind)
        if event.payload != (objects[-1].hash if objects else None):
            raise InvalidArchive("wrong-payload", event.kind)
        self._subject = event.kind
        if event.kind == "Ballot":
            self._ballot(objects[0])
        else:
            self._finish_ballots()
            self._other_event(event.kind, objects)
            self._tell()
        self._last = event.kind
        report.stage = event.kind
        report.events += 1
        report.head = entry.hash
        if entry.hash in self._wanted_heads:
            report.found_heads.append(entry.hash)
            report.found_heights.append(event.height)

    def _other_event(self, kind: str, objects: list[Entry]) -> None:
        raws = [o.raw for o in objects]
        if kind == "Setup":
            self._setup(*objects)
        elif kind == "EncryptedTally":
            self._tally(*raws)
        elif kind == "PartialDecryption":
            self._partial_decryption(*raws)
        elif kind == "Result":
            self._result(*raws)

    def _setup(self, election_file: Entry, trustees_file: Entry, credentials: Entry, setup_data: Entry) -> None:
        setup = loads(setup_data.raw)
        if isinstance(setup, dict) and "credentials_certificate" in setup:
            raise InvalidArchive("credentials-certificate")
        if setup_data.raw != make_setup_data(election_file.hash, trustees_file.hash, credentials.hash):
            raise InvalidArchive("wrong-setup-data")
        report = self.report
        self._subject = "election"
        self._election = election = Election.parse(election_file.raw)
        report.uuid, report.name, report.election_hash = election.uuid, election.name, election.hash
        report.questions, report.revoting = len(election.questions), election.revoting
        self._subject = "trustees"
        self._trustees = check_trustees(trustees_file.raw, election.group)
        report.trustees = [TrusteeGroup(i.kind, i.threshold, i.size) for i in self._trustees.items]
        if self._trustees.public_key != election.public_key:
            raise InvalidArchive("wrong-election-key")
        self._subject = "credentials"
        self._credentials = self._listed()
        self._votes = Votes(self._file, election, self._credentials, self._unused())
        report.credentials = len(self._credentials)
        self._subject = "Setup"
        self._sum = TallyAccumulator(election)
        self._max_ballot = max_ballot_size(election)
        self._workers = BallotWorkers(election, self._processes)

    def _ballot(self, entry: Entry) -> None:
        if self._read_ballots >= len(self._credentials) and not self.report.revoting:
            # More ballots than credentials: one is used twice or unknown. Whichever comes first is found below.
            self._finish_ballots()
        self._first_ballot = self._first_ballot or entry.number
        self._read_ballots += 1
        if self._workers is None:
            raise InvalidArchive("no-setup")
        if len(entry.raw) > self._max_ballot:
            # Dozens of ballots wait for the workers: none that is a giant may be among them.
            self._finish_ballots()
            raise _BallotFault("too-large", entry.number)
        self._positions.append(beginning_of(entry))
        for verdict in self._workers.add(entry.raw):
            self._take(verdict)

    def _finish_ballots(self) -> None:
        if self._workers is not None:
            for verdict in self._workers.finish():
                self._take(verdict)

    def _take(self, verdict: ChunkVerdict) -> None:
        report = self.report
        for credential, tracker in verdict.ballots:
            number = report.ballots + 1 if self._keeps_heights else 1
            try:
                replaced = self._votes.take(credential, digest_of(tracker), number, self._positions.popleft())
            except ProtocolError as fault:
                raise _BallotFault(fault.reason, self._next_entry()) from None
            if replaced is not None:
                self._sum.remove(replaced.choices)
                if replaced.tracker in self._wanted_trackers:
                    report.replaced_trackers.append(replaced.tracker)
            report.ballots += 1
            report.replaced = self._votes.replaced
            if tracker in self._wanted_trackers:
                report.found_trackers.append(tracker)
        if verdict.fault is not None:
            raise _BallotFault(verdict.fault.reason, self._next_entry(), verdict.fault.detail)
        self._sum.add(verdict.tally, len(verdict.ballots))
        self._tell()

    def _next_entry(self) -> int:
        """The entry of the ballot after those that were counted."""
        return self._first_ballot + 2 * self.report.ballots

    def _tally(self, encrypted_tally_raw: str, sized_raw: str) -> None:
        sized = SizedTally.parse(sized_raw)
        if sized.num_tallied != self._sum.count:
            raise InvalidTally("wrong-number-of-ballots", f"{sized.num_tallied} for {self._sum.count}")
        if sized.total_weight != self._sum.count:
            raise InvalidTally("wrong-total-weight", f"{sized.total_weight} for {self._sum.count}")
        if sized.encrypted_tally != sha_hex(encrypted_tally_raw) or encrypted_tally_raw != self._sum.raw():
            raise InvalidTally("wrong-encrypted-tally")
        self._encrypted_tally = encrypted_tally_raw
        self.report.encrypted_tally = sized.encrypted_tally
        self.report.num_tallied = sized.num_tallied

    def _partial_decryption(self, raw: str, owned_raw: str) -> None:
        owned = fields(loads(owned_raw), ("owner", "payload"))
        owner = integer(owned["owner"], 1, len(self._trustees.owners))
        if owned["payload"] != sha_hex(raw):
            raise InvalidArchive("wrong-payload", "PartialDecryption")
        if owner in self._factors:
            raise InvalidArchive("decrypted-twice", f"holder {owner}")
        self._factors[owner] = check_partial_decryption(
            self._election, self._trustees, owner, self._encrypted_tally, raw
        )
        self.report.partial_decryptions.append(owner)

    def _result(self, raw: str) -> None:
        election, total = self._election, self._sum.count
        if not enough(self._trustees, self._factors):
            raise InvalidTally("not-enough-holders")
        counts = parse_result(election, raw)
        powers = decrypted_powers(election, self._trustees, self._sum.tally(), self._factors)
        group = election.group
        for row, power_row in zip(counts, powers, strict=True):
            # Comparing g^n needs no discrete logarithm.
            if any(n > total or group.base_mul(n) != power for n, power in zip(row, power_row, strict=True)):
                raise InvalidTally("wrong-result")
        for question, row in zip(election.questions, counts, strict=True):
            blank = row[0] if question.blank else 0
            chosen, voters = sum(row) - blank, total - blank
            if not question.minimum * voters <= chosen <= question.maximum * voters:
                raise InvalidTally("impossible-sums")
            result = QuestionResult(question.question, list(question.answers), row[1:] if question.blank else row)
            result.blank = blank if question.blank else None
            result.maximum = question.maximum
            self.report.result.append(result)


def beginning_of(entry: Entry) -> int:
    """Where an entry begins in its archive."""
    size = len(entry.raw.encode())
    return entry.end - BLOCK - size - -size % BLOCK


class _BallotFault(ProtocolError):
    def __init__(self, reason: str, entry: int, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.entry = entry
