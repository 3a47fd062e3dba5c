"""Deliveries (D8), summed up: by channel, by hour, by operator and territory, and which channel is below the limit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from gateway.figures.charts import Series
from services.notification.contract.deliveries import Delivery

ENOUGH = 20
"""Messages whose end is known, below which a share says nothing."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Sums:
    """The lines of a group, added. `mean_seconds` is from being asked for to the arrival, None where none has arrived."""

    asked: int
    arrived: int
    failed: int
    unknown: int
    waiting: int
    in_time: int
    mean_seconds: float | None

    @property
    def rate(self) -> float:
        """The part of what was asked for that has arrived."""
        return self.arrived / self.asked if self.asked else 0.0

    @property
    def ended(self) -> int:
        """How many no longer wait."""
        return self.asked - self.waiting

    def is_low(self, limit: float) -> bool:
        """Whether too few arrived of those that no longer wait, where they are enough to say so."""
        return self.ended >= ENOUGH and self.arrived < limit * self.ended


def added(lines: Sequence[Delivery]) -> Sums:
    """The sum of some lines."""
    arrived = sum(one.arrived for one in lines)
    waited = sum(one.arrived * one.mean_seconds for one in lines if one.mean_seconds is not None)
    return Sums(
        asked=sum(one.asked for one in lines),
        arrived=arrived,
        failed=sum(one.failed for one in lines),
        unknown=sum(one.unknown for one in lines),
        waiting=sum(one.waiting for one in lines),
        in_time=sum(one.in_time for one in lines),
        mean_seconds=waited / arrived if arrived else None,
    )


def grouped(lines: Sequence[Delivery], key: Callable[[Delivery], Key]) -> dict[Key, Sums]:
    """Sums by a key, in the order in which keys appear."""
    groups: dict[Key, list[Delivery]] = {}
    for one in lines:
        groups.setdefault(key(one), []).append(one)
    return {name: added(group) for name, group in groups.items()}


def step_of(span: timedelta) -> timedelta:
    """How long a point of the chart is: hours of a few days, else days."""
    return timedelta(hours=1) if span <= timedelta(days=3) else timedelta(days=1)


def cut(moment: datetime, since: datetime, step: timedelta) -> datetime:
    """The beginning of the step that a moment is in."""
    return since + ((moment - since) // step) * step


def series(
    lines: Sequence[Delivery], since: datetime, step: timedelta, names: Callable[[str], str]
) -> tuple[list[Series], list[tuple[datetime, str, Sums]]]:
    """The chart's lines, one a channel, and the same figures as rows: (beginning of the step, channel, sums)."""
    sums = grouped(sorted(lines, key=lambda one: one.hour), lambda one: (cut(one.hour, since, step), one.channel))
    rows = [(moment, channel, found) for (moment, channel), found in sums.items()]
    channels = sorted({channel for _, channel, _ in rows})
    drawn = [
        Series(names(channel), [(moment, found.rate) for moment, of, found in rows if of == channel])
        for channel in channels
    ]
    return drawn, rows
