"""Signed heads of the urn: each stays what it was, and comes when its hour says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from deploy.holder.observe.alarms import Alarm
from deploy.holder.observe.folder import Dates, ElectionFolder
from deploy.holder.published_heads import FAULTS
from services.ballot.contract.signed_heads import InvalidHeads, SignedHead, out_of_time, read

FILE = "heads.jsonl"
TOLERANCE = timedelta(minutes=10)
"""How far two clocks may differ, and how long publishing may take."""
VOTING = ("Setup", "Ballot")


@dataclass
class HeadsSeen:
    """The heads kept, how many of them are new, and what is wrong."""

    heads: list[SignedHead] = field(default_factory=list)
    new: int = 0
    alarms: list[Alarm] = field(default_factory=list)


def look(folder: ElectionFolder, uuid: str, key: str, served: list[str], last_look: datetime | None) -> HeadsSeen:
    """Compare the heads that a portal shows now with those that are kept, and keep the new ones.

    Args:
        folder: Of the election.
        uuid: The election.
        key: Of the receipts, as fixed at the sealing.
        served: The portal's lines.
        last_look: When the portal was asked before.
    """
    kept_lines = folder.lines(FILE)
    kept = read(kept_lines, uuid, key)
    seen = HeadsSeen(kept)
    try:
        heads = read(served, uuid, key)
    except InvalidHeads as error:
        code = "two-heads" if error.code == "forks" else "faulty-heads"
        evidence = tuple(served[max(0, error.line - 2) : error.line])
        seen.alarms.append(Alarm(code, uuid, f"ligne {error.line} : {FAULTS[error.code]}", evidence))
        return seen
    seen.alarms += _against_kept(uuid, kept, kept_lines, heads, served)
    if seen.alarms:
        return seen
    for number in range(len(kept), len(heads)):
        late = last_look is not None and heads[number].moment < last_look - TOLERANCE
        if late:
            when = f"n° {number}, signée {heads[number].moment.isoformat()}"
            seen.alarms.append(Alarm("late-head", uuid, when, (served[number],)))
    folder.keep_lines(FILE, served)
    seen.heads, seen.new = heads, len(heads) - len(kept)
    return seen


def _against_kept(
    uuid: str, kept: list[SignedHead], kept_lines: list[str], heads: list[SignedHead], served: list[str]
) -> list[Alarm]:
    by_height = {one.height: number for number, one in enumerate(kept)}
    for number, one in enumerate(heads):
        before = by_height.get(one.height)
        if before is not None and kept[before].head != one.head:
            return [Alarm("two-heads", uuid, f"hauteur {one.height}", (kept_lines[before], served[number]))]
        if number < len(kept) and kept[number] != one:
            return [Alarm("changed-head", uuid, f"n° {number}", (kept_lines[number], served[number]))]
    if len(heads) < len(kept):
        missing = len(kept) - len(heads)
        return [Alarm("vanished-head", uuid, f"{missing} manquante(s)", tuple(kept_lines[len(heads) :][:10]))]
    return []


def overdue(heads: list[SignedHead], uuid: str, stage: str | None, dates: Dates | None, now: datetime) -> list[Alarm]:
    """Whether the head of this hour should be there, and is not."""
    if dates is None or stage not in VOTING:
        return []
    opens_at, until = datetime.fromisoformat(dates.opens_at), now - TOLERANCE
    if until < opens_at:
        return []
    hour = until.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if heads and heads[-1].moment >= hour:
        return []
    last = heads[-1].moment.isoformat() if heads else "jamais"
    return [Alarm("overdue-head", uuid, f"dernière : {last}")]


def in_time(heads: list[SignedHead], uuid: str, ballots: int, dates: Dates | None) -> list[Alarm]:
    """Whether ballots entered the urn before the opening or after the end, by the heads."""
    if dates is None:
        return []
    ends_at = datetime.fromisoformat(dates.closes_at) + timedelta(minutes=dates.grace_minutes)
    wrong = out_of_time(heads, ballots, datetime.fromisoformat(dates.opens_at), ends_at)
    return [] if wrong is None else [Alarm(f"{wrong}-ballots", uuid)]
