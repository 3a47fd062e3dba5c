"""The record itself: an election's facts, its result, seats, and what the board adds; reconciled (R211-574, R211-577)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.record import reading as read
from services.record.facts import Facts, Intervention, interventions, written

FORMAT = "isoloir-record"
VERSION = 1


@dataclass(frozen=True)
class Result:
    """The counts of one question.

    Attributes:
        question: its words.
        lists: name and votes of each, in the order of the ballot.
        blank: None where no blank vote exists.
        maximum: how many could be chosen on a ballot.
        ballots: of the urn, those that count.
    """

    question: str
    lists: tuple[tuple[str, int], ...]
    blank: int | None
    maximum: int = 1
    ballots: int = 0

    @property
    def expressed(self) -> int:
        """Votes that are not blank; where a ballot may have several, ballots that are not."""
        return sum(votes for _, votes in self.lists) if self.maximum == 1 else self.ballots - (self.blank or 0)


@dataclass(frozen=True)
class Seats:
    """Seats of one question, `number` from 1: the calculation as data, and a sentence a step."""

    number: int
    question: str
    data: Mapping[str, Any]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Verification:
    """What whoever made the record has checked himself: the archive, by `isoloir verify`."""

    sha256: str
    size: int
    head: str
    keys: tuple[str, ...]
    """« 1 sur 2 »: how many holders of each group were needed."""
    decryptions: tuple[int, ...]
    """The numbers of the holders who decrypted."""
    software: str


@dataclass(frozen=True)
class Board:
    """What only people know: who attended the opening, what was observed, why counts differ, who signs."""

    present_at_opening: tuple[str, ...] = ()
    observations: tuple[str, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    explanation: str = ""
    signatures: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, value: Any) -> Board:
        """Read what the board wrote (TOML). Raises services.record.reading.NotFacts with the field at fault."""
        known = {"present_at_opening", "observations", "interventions", "explanation", "signatures", "seats"}
        if not isinstance(value, dict) or set(value) - known:
            raise read.NotFacts(", ".join(sorted(set(value) - known)) if isinstance(value, dict) else "format")
        signatures = value.get("signatures", [])
        if not isinstance(signatures, list) or not all(isinstance(one, dict) for one in signatures):
            raise read.NotFacts("signatures")
        return cls(
            present_at_opening=read.texts(value, "present_at_opening"),
            observations=read.texts(value, "observations"),
            interventions=interventions(value),
            explanation=read.text({"explanation": value.get("explanation", "")}, "explanation"),
            signatures=tuple((read.text(one, "role"), read.text(one, "name")) for one in signatures),
        )

    def over(self, other: Board) -> Board:
        """What concerns one election, before what concerns them all."""
        return Board(
            present_at_opening=self.present_at_opening or other.present_at_opening,
            observations=self.observations + other.observations,
            interventions=self.interventions + other.interventions,
            explanation=self.explanation or other.explanation,
            signatures=self.signatures or other.signatures,
        )


@dataclass(frozen=True)
class Record:
    """The official record of one election. `verification` is None where it was made from what a portal says alone."""

    facts: Facts
    results: tuple[Result, ...]
    seats: tuple[Seats, ...] = ()
    board: Board = Board()
    verification: Verification | None = None

    @property
    def difference(self) -> int | None:
        """Ballots that count less signatures of the poll book; None where the poll book did not answer."""
        return None if self.facts.attendance is None else self.facts.counted - self.facts.attendance

    @property
    def unexplained(self) -> bool:
        """Whether the counts differ, or cannot be compared, and nobody said why."""
        return self.difference != 0 and not self.board.explanation

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """What the portal knows and what the board adds, by time."""
        return tuple(sorted((*self.facts.interventions, *self.board.interventions), key=lambda one: one.at))

    def as_json(self) -> dict[str, Any]:
        """The record as data (docs/record.md)."""
        checked = self.verification
        return {
            **self.facts.as_json(),
            "format": FORMAT,
            "version": VERSION,
            "present_at_opening": list(self.board.present_at_opening),
            "results": [
                {
                    "question": one.question,
                    "lists": [{"name": name, "votes": votes} for name, votes in one.lists],
                    "blank": one.blank,
                    "maximum": one.maximum,
                    "expressed": one.expressed,
                }
                for one in self.results
            ],
            "seats": [{"number": one.number, "question": one.question, **one.data} for one in self.seats],
            "reconciliation": {
                "urn": self.facts.counted,
                "attendance": self.facts.attendance,
                "difference": self.difference,
                "explanation": self.board.explanation,
            },
            "interventions": [written(one) for one in self.interventions],
            "observations": list(self.board.observations),
            "signatures": [{"role": role, "name": name} for role, name in self.board.signatures],
            "verification": None
            if checked is None
            else {
                "sha256": checked.sha256,
                "bytes": checked.size,
                "head": checked.head,
                "keys": list(checked.keys),
                "decryptions": list(checked.decryptions),
                "software": checked.software,
            },
        }


def disagreements(facts: Facts, verified: Mapping[str, object]) -> list[str]:
    """Compare what the portal says with what was verified.

    Args:
        facts: Of the portal.
        verified: Values by the names that they have in the facts.

    Returns:
        The names of those that differ.
    """
    said = facts.as_json()
    return [name for name, value in verified.items() if said[name] != value]


def totals(records: Sequence[Record]) -> dict[str, int | None]:
    """Sums over the elections of an event; None where one of the numbers is not known."""

    def total(numbers: list[int | None]) -> int | None:
        known = [one for one in numbers if one is not None]
        return sum(known) if len(known) == len(numbers) else None

    return {
        "registered": total([one.facts.registered for one in records]),
        "attendance": total([one.facts.attendance for one in records]),
        "ballots": total([one.facts.counted for one in records]),
    }


def event_as_json(records: Sequence[Record], board: Board) -> dict[str, Any]:
    """The record of a whole voting event: each election's, the sums, and what the board says of all of them."""
    return {
        "format": "isoloir-event-record",
        "version": VERSION,
        "voting_event": records[0].facts.voting_event,
        "totals": totals(records),
        "observations": list(board.observations),
        "interventions": [written(one) for one in board.interventions],
        "signatures": [{"role": role, "name": name} for role, name in board.signatures],
        "elections": [one.as_json() for one in records],
    }
