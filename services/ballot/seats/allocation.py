"""Seats by electoral quotient, then by highest average, with the legal tie-breaks (E9).

Sources: décret 82-451 of 28 May 1982, article 21, and its application (JORFARTI000002209397): a list has as many seats as
its votes contain the quotient; each seat that is left goes to the highest average; at equal averages to the list with more
votes, then to the one that presented more candidates, then by lot. The rules say which of these apply, and in what order.

Every step is kept, with the fractions as they are, so that a delegate can do the sum again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class TieBreak(StrEnum):
    """What decides between lists of equal average, before lots are drawn."""

    VOTES = "votes"
    CANDIDATES = "candidates"


class Decision(StrEnum):
    """What a seat was given by."""

    QUOTIENT = "quotient"
    AVERAGE = "average"
    VOTES = "votes"
    CANDIDATES = "candidates"
    LOT = "lot"


class Beyond(StrEnum):
    """What becomes of seats that a list wins beyond its candidates: they stay vacant, or other lists have them."""

    VACANT = "vacant"
    OTHERS = "others"


@dataclass(frozen=True)
class CandidateList:
    """A list, its votes, and how many candidates it presented."""

    name: str
    votes: int
    candidates: int


@dataclass(frozen=True)
class Rules:
    """How seats are given.

    Attributes:
        seats: To be filled.
        tie_breaks: In their order.
        lots: Names of lists in the order in which they were drawn, in public, where lots decide.
        beyond: What becomes of seats beyond a list's candidates.
    """

    seats: int
    tie_breaks: tuple[TieBreak, ...] = (TieBreak.VOTES, TieBreak.CANDIDATES)
    lots: tuple[str, ...] = ()
    beyond: Beyond = Beyond.VACANT


@dataclass(frozen=True)
class Step:
    """One seat by highest average: the average of each list (None: it can have no more), who got it and by what.

    ``equal`` are the lists that had the highest average, in their order.
    """

    seat: int
    averages: tuple[Fraction | None, ...]
    equal: tuple[int, ...]
    winner: int
    decision: Decision


@dataclass(frozen=True)
class Allocation:
    """What each list has, and how it came to it. Lists go by their place in what was given."""

    lists: tuple[CandidateList, ...]
    rules: Rules
    expressed: int
    quotient: Fraction | None
    by_quotient: tuple[int, ...]
    steps: tuple[Step, ...]
    seats: tuple[int, ...]
    filled: tuple[int, ...]

    @property
    def vacant(self) -> int:
        """Seats that nobody takes: beyond the candidates of the list that won them, or without any vote."""
        return self.rules.seats - sum(self.filled)


class LotsNeeded(Exception):
    """Lists that nothing but the lot can tell apart, and that the lots drawn so far do not name: draw in public first."""

    def __init__(self, seat: int, names: Sequence[str]) -> None:
        super().__init__(f"seat {seat}: {', '.join(names)}")
        self.seat = seat
        self.names = tuple(names)


def allocate(lists: Sequence[CandidateList], rules: Rules) -> Allocation:
    """Give the seats.

    Args:
        lists: With distinct names; blank votes are no list.
        rules: Of the election.

    Returns:
        Every step. Where nobody voted for a list, no seat is given.

    Raises:
        LotsNeeded: The lot must decide, and was not drawn.
        ValueError: Numbers below zero, no seat, a name twice, a lot for no list.
    """
    _check(lists, rules)
    expressed = sum(each.votes for each in lists)
    if expressed == 0:
        none = (0,) * len(lists)
        return Allocation(tuple(lists), rules, 0, None, none, (), none, none)
    quotient = Fraction(expressed, rules.seats)
    most = [each.candidates if rules.beyond is Beyond.OTHERS else rules.seats for each in lists]
    # Whole quotients in the votes, without a rounding in between: votes * seats / expressed.
    seats = [min(each.votes * rules.seats // expressed, limit) for each, limit in zip(lists, most, strict=True)]
    by_quotient = tuple(seats)
    steps: list[Step] = []
    for seat in range(sum(seats) + 1, rules.seats + 1):
        averages = tuple(
            Fraction(each.votes, has + 1) if has < limit and each.votes else None
            for each, has, limit in zip(lists, seats, most, strict=True)
        )
        known = [average for average in averages if average is not None]
        if not known:
            break
        equal = tuple(place for place, average in enumerate(averages) if average == max(known))
        winner, decision = _decide(lists, rules, equal, seat)
        steps.append(Step(seat, averages, equal, winner, decision))
        seats[winner] += 1
    filled = tuple(min(has, each.candidates) for has, each in zip(seats, lists, strict=True))
    return Allocation(tuple(lists), rules, expressed, quotient, by_quotient, tuple(steps), tuple(seats), filled)


def _check(lists: Sequence[CandidateList], rules: Rules) -> None:
    names = [each.name for each in lists]
    if rules.seats < 1 or any(each.votes < 0 or each.candidates < 0 for each in lists):
        raise ValueError("no such number of seats, votes or candidates")
    if len(set(names)) != len(names) or len(set(rules.lots)) != len(rules.lots) or not set(rules.lots) <= set(names):
        raise ValueError("each list has one name, and a lot is one of them")


_MEASURES: dict[TieBreak, tuple[Decision, Callable[[CandidateList], int]]] = {
    TieBreak.VOTES: (Decision.VOTES, lambda each: each.votes),
    TieBreak.CANDIDATES: (Decision.CANDIDATES, lambda each: each.candidates),
}


def _decide(lists: Sequence[CandidateList], rules: Rules, equal: Sequence[int], seat: int) -> tuple[int, Decision]:
    left, decision = list(equal), Decision.AVERAGE
    for rule in rules.tie_breaks:
        if len(left) == 1:
            break
        decision, measure = _MEASURES[rule]
        highest = max(measure(lists[place]) for place in left)
        left = [place for place in left if measure(lists[place]) == highest]
    if len(left) == 1:
        return left[0], decision
    drawn = [place for name in rules.lots for place in left if lists[place].name == name]
    # All that are equal must have been drawn: otherwise the order of the others would be no lot.
    if len(drawn) != len(left):
        raise LotsNeeded(seat, [lists[place].name for place in left])
    return drawn[0], Decision.LOT
