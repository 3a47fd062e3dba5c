"""What the verifier answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """The first thing wrong: a stable ``code``, what it is about, in which entry of the archive (from 1)."""

    code: str
    subject: str
    entry: int
    detail: str = ""


@dataclass(frozen=True)
class TrusteeGroup:
    """``threshold`` of ``size`` holders are needed."""

    kind: str
    threshold: int
    size: int


@dataclass
class QuestionResult:
    """The counts of one question; ``blank`` is None where no blank vote exists, ``maximum`` how many could be chosen."""

    question: str
    answers: list[str]
    counts: list[int]
    blank: int | None = None
    maximum: int = 1


@dataclass
class Report:
    """What was checked, as far as it went. ``stage`` is the last event: Setup, Ballot, EndBallots, EncryptedTally,
    PartialDecryption or Result; ``head`` is its hash, the fingerprint of the whole box. ``encrypted_tally`` is the hash of
    the encrypted tally, once it was found to be the sum of the ballots. ``found_heights``: of each of ``found_heads``.
    ``revoting``: whether the election says that voters may vote again; ``replaced``: how many of its ballots a later one of
    the same credential replaces, ``replaced_trackers`` those of them among ``found_trackers``.
    """

    fault: Fault | None = None
    stage: str | None = None
    head: str | None = None
    bytes: int = 0
    entries: int = 0
    events: int = 0
    uuid: str | None = None
    name: str | None = None
    election_hash: str | None = None
    questions: int = 0
    credentials: int = 0
    trustees: list[TrusteeGroup] = field(default_factory=list)
    revoting: bool = False
    ballots: int = 0
    replaced: int = 0
    num_tallied: int | None = None
    encrypted_tally: str | None = None
    partial_decryptions: list[int] = field(default_factory=list)
    result: list[QuestionResult] = field(default_factory=list)
    found_trackers: list[str] = field(default_factory=list)
    replaced_trackers: list[str] = field(default_factory=list)
    found_heads: list[str] = field(default_factory=list)
    found_heights: list[int] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything in the archive holds."""
        return self.fault is None

    @property
    def finished(self) -> bool:
        """Whether the election has a result, and it holds."""
        return self.ok and self.stage == "Result"

    def as_json(self) -> dict[str, Any]:
        """A plain dictionary, for machines."""
        return {"ok": self.ok, "finished": self.finished} | asdict(self)
