"""Seats by quotient and highest average: published worked examples, the tie-breaks one by one, and what must always hold."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ballot.seats.allocation import (
    Allocation,
    Beyond,
    CandidateList,
    Decision,
    LotsNeeded,
    Rules,
    TieBreak,
    allocate,
)

MANY = 1000


def lists(*votes: int, candidates: int = MANY) -> list[CandidateList]:
    return [CandidateList(chr(ord("A") + place), count, candidates) for place, count in enumerate(votes)]


@pytest.mark.parametrize(
    ("votes", "seats", "by_quotient", "expected"),
    [
        # Wikipedia, « Méthode D'Hondt ».
        ((100_000, 80_000, 30_000, 20_000), 8, (3, 2, 1, 0), (4, 3, 1, 0)),
        # « Arithmétique électorale », mathazay.free.fr: a lycée's 7 seats for 106 votes.
        ((20, 41, 11, 34), 7, (1, 2, 0, 2), (1, 3, 0, 3)),
        # The 9 proportional seats of o61.fr (code électoral, L. 260 and following).
        ((884, 544), 9, (5, 3), (6, 3)),
        # The votes of the example annexed to the arrêté of 10 November 2016 (JORF 266), by the rule of averages.
        ((65, 85), 5, (2, 2), (2, 3)),
        # « droit-finances », 120 votes for 6 seats: a whole quotient leaves nothing over.
        ((60, 40, 20), 6, (3, 2, 1), (3, 2, 1)),
    ],
)
def test_published_examples(votes, seats, by_quotient, expected) -> None:
    allocation = allocate(lists(*votes), Rules(seats))
    assert (allocation.by_quotient, allocation.seats) == (by_quotient, expected)
    assert allocation.quotient == Fraction(sum(votes), seats)
    assert allocation.vacant == 0


def test_each_step_can_be_done_again_by_hand() -> None:
    allocation = allocate(lists(20, 41, 11, 34), Rules(7))
    first, second = allocation.steps
    assert first.averages == (Fraction(10), Fraction(41, 3), Fraction(11), Fraction(34, 3))
    assert second.averages == (Fraction(10), Fraction(41, 4), Fraction(11), Fraction(34, 3))
    assert [(step.seat, step.winner, step.decision) for step in allocation.steps] == [
        (6, 1, Decision.AVERAGE),
        (7, 3, Decision.AVERAGE),
    ]


def test_equal_averages_go_to_more_votes_then_more_candidates_then_the_lot() -> None:
    # 20 / (1 + 1) = 10 / (0 + 1), the last of two seats: more votes.
    by_votes = allocate(lists(20, 10), Rules(2)).steps
    assert [(step.equal, step.winner, step.decision) for step in by_votes] == [((0, 1), 0, Decision.VOTES)]
    pair = [CandidateList("A", 10, 3), CandidateList("B", 10, 4)]
    step = allocate(pair, Rules(1)).steps[0]
    assert (step.winner, step.decision) == (1, Decision.CANDIDATES)
    # Rules say which tie-breaks apply, and in which order.
    with pytest.raises(LotsNeeded) as needed:
        allocate(pair, Rules(1, tie_breaks=(TieBreak.VOTES,)))
    assert (needed.value.seat, needed.value.names) == (1, ("A", "B"))
    step = allocate(pair, Rules(1, tie_breaks=(TieBreak.VOTES,), lots=("B", "A"))).steps[0]
    assert (step.winner, step.decision) == (1, Decision.LOT)
    # A lot in which a list was left out decides nothing.
    with pytest.raises(LotsNeeded):
        allocate(lists(10, 10, 10), Rules(1, lots=("A", "B")))


def test_seats_beyond_the_candidates_are_vacant_or_go_to_others() -> None:
    short = [CandidateList("A", 90, 1), CandidateList("B", 10, 5)]
    vacant = allocate(short, Rules(5))
    assert (vacant.seats, vacant.filled, vacant.vacant) == ((5, 0), (1, 0), 4)
    others = allocate(short, Rules(5, beyond=Beyond.OTHERS))
    assert (others.seats, others.filled, others.vacant) == ((1, 4), (1, 4), 0)
    assert others.steps[0].averages == (None, Fraction(10))
    nobody = allocate([CandidateList("A", 9, 1)], Rules(3, beyond=Beyond.OTHERS))
    assert (nobody.seats, nobody.vacant) == ((1,), 2)


def test_without_votes_no_seat_is_given() -> None:
    allocation = allocate(lists(0, 0), Rules(3))
    assert (allocation.quotient, allocation.seats, allocation.vacant) == (None, (0, 0), 3)


@pytest.mark.parametrize(
    ("given_lists", "rules"),
    [
        (lists(1, -1), Rules(1)),
        (lists(1), Rules(0)),
        ([CandidateList("A", 1, 1), CandidateList("A", 2, 1)], Rules(1)),
        (lists(1), Rules(1, lots=("Z",))),
        (lists(1, 2), Rules(1, lots=("A", "A"))),
    ],
)
def test_what_is_no_election_is_refused(given_lists, rules) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        allocate(given_lists, rules)


VOTES = st.lists(st.integers(0, 3000), min_size=1, max_size=9).filter(any)


def with_lots(votes: list[int], seats: int) -> Allocation:
    """By lot in the order of the lists, wherever nothing else decides."""
    given_lists = lists(*votes)
    return allocate(given_lists, Rules(seats, lots=tuple(each.name for each in given_lists)))


@given(VOTES, st.integers(1, 60))
def test_every_seat_is_given_and_every_quotient_is_worth_one(votes: list[int], seats: int) -> None:
    allocation = with_lots(votes, seats)
    assert sum(allocation.seats) == seats
    assert len(allocation.steps) == seats - sum(allocation.by_quotient) < len(votes)
    for count, has, at_first in zip(votes, allocation.seats, allocation.by_quotient, strict=True):
        assert at_first * sum(votes) <= count * seats < (at_first + 1) * sum(votes)
        assert has >= at_first
        assert count or not has


@given(VOTES, st.integers(1, 60))
def test_the_last_seat_of_nobody_is_worth_less_than_one_more_of_another(votes: list[int], seats: int) -> None:
    """What characterises the highest average, whatever the way there (as D'Hondt's divisors do)."""
    has = with_lots(votes, seats).seats
    for mine, count in zip(has, votes, strict=True):
        if mine:
            assert all(count * (other + 1) >= theirs * mine for other, theirs in zip(has, votes, strict=True))


@given(VOTES, st.integers(1, 60), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_decides_nothing(votes: list[int], seats: int, random) -> None:
    given_lists = lists(*votes)
    rules = Rules(seats, lots=tuple(each.name for each in given_lists))
    shuffled = random.sample(given_lists, len(given_lists))
    one, other = allocate(given_lists, rules), allocate(shuffled, rules)
    assert dict(zip((each.name for each in given_lists), one.seats, strict=True)) == dict(
        zip((each.name for each in shuffled), other.seats, strict=True)
    )


@given(VOTES, st.integers(1, 60))
def test_one_more_seat_takes_none_from_anybody(votes: list[int], seats: int) -> None:
    fewer, more = with_lots(votes, seats).seats, with_lots(votes, seats + 1).seats
    assert all(before <= after for before, after in zip(fewer, more, strict=True))
