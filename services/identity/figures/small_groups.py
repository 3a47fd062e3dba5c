"""Merging what is too small to be told: scrutins or territories of few voters, hours with few signatures (E13). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Counted:
    """An election, or a territory: how many may sign, and how many signed in each hour (its beginning)."""

    name: str
    entitled: int
    signed: Mapping[datetime, int]


@dataclass(frozen=True)
class Group:
    """What is told of together; in the order in which it was given."""

    members: Sequence[Counted]

    @property
    def entitled(self) -> int:
        """How many may sign."""
        return sum(one.entitled for one in self.members)

    @property
    def signed(self) -> dict[datetime, int]:
        """How many signed in each hour."""
        hours: dict[datetime, int] = {}
        for one in self.members:
            for hour, count in one.signed.items():
                hours[hour] = hours.get(hour, 0) + count
        return dict(sorted(hours.items()))


def merged(counted: Sequence[Counted], minimum: int) -> list[Group]:
    """Put together what is too small.

    All of fewer than `minimum` voters are one group. Where that group is too small itself, the smallest of the
    others joins it: told of alone, it and the sum of all would tell of the small ones what is not to be told.

    Returns:
        A group for each large one in their order, then the small ones together. None at all where everybody
        together is too few.
    """
    small = [one for one in counted if one.entitled < minimum]
    large = [one for one in counted if one.entitled >= minimum]
    while small and large and sum(one.entitled for one in small) < minimum:
        joins = min(large, key=lambda one: one.entitled)
        large.remove(joins)
        small.append(joins)
    groups = [Group([one]) for one in large]
    if small and sum(one.entitled for one in small) >= minimum:
        groups.append(Group(sorted(small, key=counted.index)))
    return groups


def steps(signed: Mapping[datetime, int], minimum: int, *, over: bool) -> list[tuple[datetime, int]]:
    """The sum so far at the ends of hours, by steps of at least `minimum` signatures.

    Fewer wait for those of later hours. When the vote is over nothing comes any more: the last few are told with the
    step before them.

    Args:
        signed: hour → signatures.
        minimum: the smallest step.
        over: whether the vote is.

    Returns:
        (the hour that a step ends with, signatures until then), the oldest first.
    """
    told: list[tuple[datetime, int]] = []
    total = waiting = 0
    for hour, count in sorted(signed.items()):
        waiting += count
        if waiting >= minimum:
            total += waiting
            waiting = 0
            told.append((hour, total))
    if over and waiting and told:
        told[-1] = (max(signed), total + waiting)
    return told


def rounded_down(count: int, minimum: int) -> int:
    """A count of people as it may be told while it grows."""
    return count - count % minimum
