"""What a portal says in public of an election that is over: the part of its record that is in no archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.record.candidates import QuestionCandidates
from services.record.reading import NotFacts, entries, moment, number, text, texts

FORMAT = "isoloir-record-facts"
VERSION = 1
REASON_OF_TIME = "closes_at"
"""What the urn gives as the reason where it was closed by itself."""


@dataclass(frozen=True)
class Intervention:
    """What somebody did to the system while the vote went on, and why (R211-571)."""

    at: datetime
    who: str
    what: str
    reason: str


@dataclass(frozen=True)
class JournalLine:
    """An act on the voting system, of the agents' journal: its number and digest there, a function instead of a name."""

    number: int
    at: datetime
    who: str
    what: str
    about: str
    digest: str


@dataclass(frozen=True)
class Done:
    """How often something was done of which no line is listed."""

    what: str
    who: str
    count: int


@dataclass(frozen=True)
class Journal:
    """The agents' journal since the roll was sealed: `omitted` lines did not fit, `head` is of all `total`."""

    since: datetime
    lines: tuple[JournalLine, ...]
    counts: tuple[Done, ...]
    omitted: int
    total: int
    head: str

    def as_json(self) -> dict[str, Any]:
        """As the portal publishes it."""
        return {
            "since": self.since.isoformat(),
            "lines": [{**vars(one), "at": one.at.isoformat()} for one in self.lines],
            "counts": [dict(vars(one)) for one in self.counts],
            "omitted": self.omitted,
            "total": self.total,
            "head": self.head,
        }

    @classmethod
    def parse(cls, value: Any) -> Journal:
        """Read what a portal published. Raises NotFacts."""
        if not isinstance(value, dict):
            raise NotFacts("journal")
        return cls(
            since=moment(value, "since"),
            lines=tuple(
                JournalLine(
                    number(one, "number"), moment(one, "at"), text(one, "who"), text(one, "what"), text(one, "about"),
                    text(one, "digest"),
                )
                for one in entries(value, "lines")
            ),
            counts=tuple(
                Done(text(one, "what"), text(one, "who"), number(one, "count")) for one in entries(value, "counts")
            ),
            omitted=number(value, "omitted"),
            total=number(value, "total"),
            head=text(value, "head"),
        )  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Dates, presence, counts, interventions, and the journal of agents (None where it was not told).

    `registered` and `attendance` come from the poll book, which is apart from the urn; None where it does not answer.
    `candidates`: women and men on the lists, of each question of which the operator's file says it.
    `replaced`: how many of the `ballots` in the urn a later one of the same voter replaces, where voters may vote again.
    `software` is the fingerprint of what the portal runs (services.record.software).
    """

    voting_event: str
    election: str
    name: str
    election_hash: str
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int
    sealed_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    present_at_sealing: tuple[str, ...]
    registered: int | None
    attendance: int | None
    ballots: int
    head: str
    software: str
    interventions: tuple[Intervention, ...] = field(default=())
    journal: Journal | None = None
    replaced: int = 0
    candidates: tuple[QuestionCandidates, ...] = ()

    @property
    def counted(self) -> int:
        """How many ballots count: one for each who has voted."""
        return self.ballots - self.replaced

    @property
    def ends_at(self) -> datetime:
        """When the grace period was over (R211-563)."""
        return self.closes_at + timedelta(minutes=self.grace_minutes)

    def as_json(self) -> dict[str, Any]:
        """As the portal publishes it."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "voting_event": self.voting_event,
            "election": self.election,
            "name": self.name,
            "election_hash": self.election_hash,
            "opens_at": self.opens_at.isoformat(),
            "closes_at": self.closes_at.isoformat(),
            "grace_minutes": self.grace_minutes,
            "sealed_at": None if self.sealed_at is None else self.sealed_at.isoformat(),
            "closed_at": None if self.closed_at is None else self.closed_at.isoformat(),
            "close_reason": self.close_reason,
            "present_at_sealing": list(self.present_at_sealing),
            "registered": self.registered,
            "attendance": self.attendance,
            "ballots": self.ballots,
            "replaced": self.replaced,
            "head": self.head,
            "software": self.software,
            "interventions": [written(one) for one in self.interventions],
            "journal": None if self.journal is None else self.journal.as_json(),
            "candidates": [one.as_json() for one in self.candidates],
        }

    @classmethod
    def parse(cls, value: Any) -> Facts:
        """Read what a portal published. Raises NotFacts."""
        if not isinstance(value, dict) or value.get("format") != FORMAT or value.get("version") != VERSION:
            raise NotFacts("format")
        return cls(
            voting_event=text(value, "voting_event"),
            election=text(value, "election"),
            name=text(value, "name"),
            election_hash=text(value, "election_hash"),
            opens_at=moment(value, "opens_at"),
            closes_at=moment(value, "closes_at"),
            grace_minutes=number(value, "grace_minutes"),
            sealed_at=None if value.get("sealed_at") is None else moment(value, "sealed_at"),
            closed_at=None if value.get("closed_at") is None else moment(value, "closed_at"),
            close_reason=text(value, "close_reason"),
            present_at_sealing=texts(value, "present_at_sealing"),
            registered=None if value.get("registered") is None else number(value, "registered"),
            attendance=None if value.get("attendance") is None else number(value, "attendance"),
            ballots=number(value, "ballots"),
            head=text(value, "head"),
            software=text(value, "software"),
            interventions=interventions(value),
            journal=None if value.get("journal") is None else Journal.parse(value["journal"]),
            # Not said by portals that are older than the setting.
            replaced=number({"replaced": 0, **value}, "replaced"),
            candidates=tuple(QuestionCandidates.parse(one) for one in entries(value, "candidates")),
        )


def written(intervention: Intervention) -> dict[str, str]:
    """An intervention as JSON."""
    return {
        "at": intervention.at.isoformat(),
        "who": intervention.who,
        "what": intervention.what,
        "reason": intervention.reason,
    }


def interventions(value: Mapping[str, Any], name: str = "interventions") -> tuple[Intervention, ...]:
    """Read a list of interventions. Raises NotFacts."""
    return tuple(
        Intervention(moment(one, "at"), text(one, "who"), text(one, "what"), text(one, "reason"))
        for one in entries(value, name)
    )
