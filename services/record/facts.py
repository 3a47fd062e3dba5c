"""What a portal says in public of an election that is over: the part of its record that is in no archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

FORMAT = "isoloir-record-facts"
VERSION = 1
LONGEST = 10_000
"""Characters of a text, and entries of a list: no more is read."""
REASON_OF_TIME = "closes_at"
"""What the urn gives as the reason where it was closed by itself."""


class NotFacts(ValueError):
    """Not what a portal says of an election; the message is the name of the field at fault."""


@dataclass(frozen=True)
class Intervention:
    """What somebody did to the system while the vote went on, and why (R211-571)."""

    at: datetime
    who: str
    what: str
    reason: str


@dataclass(frozen=True)
class Facts:
    """Dates, presence, counts and interventions.

    `registered` and `attendance` come from the poll book, which is apart from the urn; None where it does not answer.
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
            "head": self.head,
            "software": self.software,
            "interventions": [written(one) for one in self.interventions],
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
    listed = value.get(name, [])
    if not isinstance(listed, list) or len(listed) > LONGEST or not all(isinstance(one, dict) for one in listed):
        raise NotFacts(name)
    return tuple(
        Intervention(moment(one, "at"), text(one, "who"), text(one, "what"), text(one, "reason")) for one in listed
    )


def text(value: Mapping[str, Any], name: str) -> str:
    """Read one line of text: no control character of it reaches a page. Raises NotFacts."""
    found = value.get(name)
    if not isinstance(found, str) or len(found) > LONGEST:
        raise NotFacts(name)
    return "".join(char if char.isprintable() else " " for char in found)


def texts(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Read a list of lines. Raises NotFacts."""
    listed = value.get(name, [])
    if not isinstance(listed, list) or len(listed) > LONGEST:
        raise NotFacts(name)
    return tuple(text({name: one}, name) for one in listed)


def number(value: Mapping[str, Any], name: str) -> int:
    """Read a number that is not below zero. Raises NotFacts."""
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise NotFacts(name)
    return found


def moment(value: Mapping[str, Any], name: str) -> datetime:
    """Read a moment with its time zone: ISO 8601, or a date and time of TOML. Raises NotFacts."""
    found = value.get(name)
    try:
        read = found if isinstance(found, datetime) else datetime.fromisoformat(text(value, name))
    except ValueError:
        raise NotFacts(name) from None
    if read.tzinfo is None:
        raise NotFacts(name)
    return read
