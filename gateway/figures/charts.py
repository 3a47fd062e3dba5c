"""Lines of a chart, as numbers for a picture of 340 by 190: gateway/pages/operations/_figures.html draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

LEFT, RIGHT, TOP, BOTTOM = 34.0, 330.0, 22.0, 166.0
Named = Callable[[datetime], str]
"""How a moment is written."""
LINES = 3
"""How many lines can be told apart by their strokes."""


@dataclass(frozen=True)
class Series:
    """One line: its name, and a share (0 to 1) at each moment that has one."""

    name: str
    points: Sequence[tuple[datetime, float]]


@dataclass(frozen=True)
class Drawn:
    """A line as the picture has it: a path, and a dot for each figure."""

    name: str
    path: str
    dots: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """A picture: lines, marks of the shares and of the time, and the height of the limit, None without one."""

    lines: Sequence[Drawn]
    shares: Sequence[tuple[float, int]]
    times: Sequence[tuple[float, str]]
    limit: float | None


def of_shares(
    series: Sequence[Series],
    since: datetime,
    until: datetime,
    named: Named,
    limit: float | None = None,
) -> Chart:
    """Place lines of shares between two moments; `named` says how a moment is written under the chart."""
    span = (until - since) / timedelta(seconds=1)

    def across(moment: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((moment - since) / timedelta(seconds=1)) / span, 1)

    lines = []
    for one in series[:LINES]:
        dots = [(across(moment), height(share)) for moment, share in one.points if moment <= until]
        drawn = [*dots, *((across(until), height(share)) for share in _leaves(one.points, until))]
        lines.append(Drawn(one.name, "M" + " L".join(f"{x} {y}" for x, y in drawn) if drawn else "", dots))
    # Three: five do not fit beside each other.
    marks = [since + (until - since) * part / 2 for part in range(3)]
    return Chart(
        lines=lines,
        shares=[(height(percent / 100), percent) for percent in (25, 50, 75, 100)],
        times=[(across(mark), named(mark)) for mark in marks],
        limit=None if limit is None else height(limit),
    )


def _leaves(points: Sequence[tuple[datetime, float]], until: datetime) -> list[float]:
    """At what share a line leaves the picture, between the last point within and the first one after; none that does not."""
    for (before, low), (after, high) in pairwise(points):
        if before < until < after:
            return [low + (high - low) * ((until - before) / (after - before))]
    return []


def height(share: float) -> float:
    """How far down the picture a share is."""
    return round(BOTTOM - (BOTTOM - TOP) * min(1.0, max(0.0, share)), 1)
