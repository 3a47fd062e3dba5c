"""What the waiting room did, from what voters were told: order, truth of what was said, and how those inside fared."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from deploy.load.scenario import ledger as of_kind

Line = Mapping[str, Any]

TICKET_SLACK = 2.0
"""Seconds between two first visits below which nobody can say from outside who was first."""
FALSE_BY = 1.5
"""A wait is told falsely where it took longer than so many times what was said, and one refresh besides."""
INSIDE = ("home", "lists", "booth_page", "permit", "cast")


@dataclass
class _Visit:
    """One voter's wait at one door: when he came, what he was told, when he came in."""

    door: str
    told: list[tuple[float, int, int | None, float]] = field(default_factory=list)  # at, ahead, minutes, seconds
    held_until: float = 0.0
    """When he asked the last time in vain: what happened after that was not known yet at the door."""
    let_in: float | None = None

    @property
    def came(self) -> float:
        """When he was first told to wait."""
        return self.told[0][0]


def waiting(lines: Sequence[Line]) -> dict[str, Any]:
    """What is to be said of the waiting room.

    Args:
        lines: The ledger, oldest first.

    Returns:
        {people: who waited, let_in, longest: seconds, overtaken: people whom somebody passed who came later, said: waits
        that were told in minutes and came to an end, false: of those, told falsely, ahead_rose: people told of more people
        ahead than before, inside_p99: {waiting, quiet}: milliseconds of pages of those inside while people waited, and
        before or after}. Empty where nobody waited.
    """
    visits = _visits(lines)
    if not visits:
        return {}
    said = [
        (at, minutes, seconds, visit.let_in)
        for visit in visits
        for at, _, minutes, seconds in visit.told
        if minutes is not None and visit.let_in is not None
    ]
    waits = [visit.let_in - visit.came for visit in visits if visit.let_in is not None]
    return {
        "people": len(visits),
        "let_in": len(waits),
        "longest": round(max(waits, default=0.0), 1),
        "overtaken": sum(overtaken(group) for group in _by_door(visits)),
        "said": len(said),
        "false": sum(let_in - at > minutes * 60 * FALSE_BY + seconds for at, minutes, seconds, let_in in said),
        "ahead_rose": sum(_rose([ahead for _, ahead, _, _ in visit.told]) for visit in visits),
        "inside_p99": _inside(lines, visits),
    }


def overtaken(visits: Iterable[_Visit]) -> int:
    """How many people were still told to wait after somebody had come in who came later to the same door."""
    earliest, count = math.inf, 0
    later: list[_Visit] = []  # whose ticket is later for certain, not yet looked at
    for visit in sorted(visits, key=lambda one: -one.came):
        while later and later[0].came > visit.came + TICKET_SLACK:
            one = later.pop(0)
            earliest = min(earliest, one.let_in if one.let_in is not None else math.inf)
        count += visit.held_until > earliest
        later.append(visit)
    return count


def _visits(lines: Sequence[Line]) -> list[_Visit]:
    found: list[_Visit] = []
    open_by_voter: dict[str, _Visit] = {}
    for line in lines:
        if line["kind"] == of_kind.WAITS:
            visit = open_by_voter.get(line["voter"])
            if visit is None:
                visit = open_by_voter[line["voter"]] = _Visit(line["door"])
                found.append(visit)
            minutes = line.get("minutes_left")
            visit.held_until = line["at"] - float(line.get("took") or 0)
            visit.told.append((line["at"], int(line.get("ahead") or 0), minutes, float(line.get("seconds") or 0)))
        elif line["kind"] == of_kind.LET_IN and line["voter"] in open_by_voter:
            open_by_voter.pop(line["voter"]).let_in = line["at"]
    return found


def _by_door(visits: Iterable[_Visit]) -> Iterable[list[_Visit]]:
    doors: defaultdict[str, list[_Visit]] = defaultdict(list)
    for visit in visits:
        doors[visit.door].append(visit)
    return doors.values()


def _rose(ahead: Sequence[int]) -> bool:
    return any(later > earlier for earlier, later in pairwise(ahead))


def _inside(lines: Iterable[Line], visits: Sequence[_Visit]) -> dict[str, float]:
    from deploy.load.report.figures import percentile

    begins = min(visit.came for visit in visits)
    ends = max(visit.let_in or visit.held_until for visit in visits)
    during: list[float] = []
    besides: list[float] = []
    for line in lines:
        if line["kind"] == of_kind.STEP and line["outcome"] == "ok" and line["step"] in INSIDE:
            (during if begins <= line["at"] <= ends else besides).append(line["seconds"] * 1000)
    return {"waiting": percentile(during, 0.99), "quiet": percentile(besides, 0.99)}


def in_words(found: Mapping[str, Any]) -> list[str]:
    """The same as French sentences; none where nobody waited."""
    if not found:
        return []
    order = (
        "Personne n'a été dépassé : les entrées se sont faites dans l'ordre des arrivées."
        if not found["overtaken"]
        else f"{found['overtaken']} personne(s) attendaient encore quand une arrivée plus tard est entrée."
    )
    truth = (
        f"{found['said']} durées annoncées, {found['false']} fausse(s) ; le nombre de personnes devant soi est remonté pour "
        f"{found['ahead_rose']}."
    )
    inside = found["inside_p99"]
    return [
        f"Salle d'attente : {found['people']} personnes ont attendu, {found['let_in']} sont entrées, la plus longue attente "
        f"a duré {found['longest']:g} s.",
        order,
        truth,
        f"Pages des personnes entrées, p99 : {inside['waiting']:.0f} ms pendant l'attente des autres, "
        f"{inside['quiet']:.0f} ms le reste du temps.",
    ]
