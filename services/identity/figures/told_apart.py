"""Telling the parts of a whole apart, hour by hour, where the whole is known to everybody at every moment (E13). Pure.

How many have voted in an election is public: whoever counts the ballots of its urn has it hour by hour. So what is told of
its territories is safe only if nobody can take one thing told from another, and the rest from the whole, and be left with
few people (docs/adr/0049). The parts are therefore split off one after the other, the largest first, each at moments at
which itself and all that is left beyond it have grown by enough, chosen among the moments of the part before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from services.identity.figures.small_groups import Group


@dataclass(frozen=True)
class _Side:
    """One side of a split: how many may sign, and how many have by the end of each hour."""

    entitled: int
    so_far: Sequence[int]


def told_apart(groups: Sequence[Group], minimum: int) -> list[tuple[Group, list[tuple[datetime, int]]]]:
    """What may be told of each group, who together are the whole.

    Between two moments of a group at least `minimum` sign in it, and in the groups after it together; and at each of them at
    least as many have not signed: neither who voted nor who did not is one of few. A moment is told by what came before it
    alone: what was told once is never told otherwise later.

    Args:
        groups: at least two, of at least `minimum` voters each.
        minimum: the smallest number of people.

    Returns:
        The groups, the largest first; of each (the hour that a moment ends, signatures until then), the oldest first.
    """
    ordered = sorted(groups, key=lambda one: (-one.entitled, one.members[0].name))
    moments = sorted({hour for one in ordered for hour in one.signed})
    sums = [
        _Side(one.entitled, list(accumulate(signed.get(hour, 0) for hour in moments)))
        for one, signed in ((one, one.signed) for one in ordered)
    ]
    places = list(range(len(moments)))
    told = []
    for number, group in enumerate(ordered[:-1]):
        places = _enough(sums[number], _together(sums[number + 1 :]), places, minimum)
        told.append((group, [(moments[place], sums[number].so_far[place]) for place in places]))
    # The last is what is left when all others are known.
    told.append((ordered[-1], [(moments[place], sums[-1].so_far[place]) for place in places]))
    return told


def _together(sides: Sequence[_Side]) -> _Side:
    return _Side(
        sum(one.entitled for one in sides),
        [sum(counts) for counts in zip(*(one.so_far for one in sides), strict=True)],
    )


def _enough(one: _Side, rest: _Side, places: Sequence[int], minimum: int) -> list[int]:
    """Of some moments those at which both sides have grown by enough since the last, and have enough left."""
    kept: list[int] = []
    last = (0, 0)
    for place in places:
        now = (one.so_far[place], rest.so_far[place])
        grown = all(count - before >= minimum for count, before in zip(now, last, strict=True))
        left = all(side.entitled - count >= minimum for side, count in zip((one, rest), now, strict=True))
        if grown and left:
            kept.append(place)
            last = now
    return kept
