"""Ballots: whatever is chosen verifies and adds up; whatever is altered is refused."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ballot.belenios import tally
from services.ballot.belenios.ballot import REASONS, check_ballot, max_ballot_size, tracker
from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.election import Election, Question
from services.ballot.belenios.errors import InvalidBallot
from tests.vectors.samples import ONE_HOLDER, WITH_BLANK, Sample, sample

questions = st.integers(1, 4).flatmap(
    lambda n: st.builds(
        lambda blank, bounds: Question("q", tuple("abcd"[:n]), blank, min(bounds), max(bounds)),
        st.booleans(),
        st.tuples(st.integers(0, n), st.integers(0, n)),
    )
)


@st.composite
def plaintexts(draw: st.DrawFn, question: Question) -> list[int]:
    if question.blank and draw(st.booleans()):
        return [1] + [0] * len(question.answers)
    size = draw(st.integers(question.minimum, question.maximum))
    chosen = draw(st.permutations(range(len(question.answers))))[:size]
    return [0] * question.blank + [int(i in chosen) for i in range(len(question.answers))]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_every_choice_verifies_and_the_sums_come_out(data: st.DataObject) -> None:
    asked = data.draw(st.lists(questions, min_size=1, max_size=2))
    votes = data.draw(st.lists(st.tuples(*map(plaintexts, asked)), max_size=3))
    s = sample(*asked, shape=ONE_HOLDER)
    ballots = [s.ballot(voter, *vote) for voter, vote in enumerate(votes)]
    for raw in ballots:
        assert len(raw) <= max_ballot_size(s.election)
        assert check_ballot(s.election, raw).tracker == tracker(raw)
    encrypted, sized = s.tally(ballots)
    result = tally.compute_result(s.election, s.trustees, sized, encrypted, s.partial(encrypted, [1]))
    sums = [[sum(vote[i][j] for vote in votes) for j in range(q.length)] for i, q in enumerate(asked)]
    assert loads(result) == {"result": sums}


@cache
def fixed() -> tuple[Sample, str]:
    s = sample(WITH_BLANK, shape=ONE_HOLDER)
    return s, s.ballot(0, [0, 1, 0])


def refused(election: Election, raw: str | bytes) -> None:
    with pytest.raises(InvalidBallot) as refusal:
        check_ballot(election, raw)
    assert refusal.value.reason in REASONS


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_any_altered_byte_is_refused(position: int, change: int) -> None:
    s, raw = fixed()
    altered = bytearray(raw.encode())
    altered[position % len(altered)] ^= change
    refused(s.election, bytes(altered))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6), st.text(max_size=20))
def test_any_replaced_part_is_refused(start: int, length: int, replacement: str) -> None:
    s, raw = fixed()
    start, length = start % len(raw), length % 200
    altered = raw[:start] + replacement + raw[start + length :]
    if altered != raw:
        refused(s.election, altered)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["0", "1", "00" * 31 + "01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def paths(value: object, prefix: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [prefix, *(path for key, item in inner for path in paths(item, (*prefix, key)))]


@settings(max_examples=300, deadline=None)
@given(st.data(), json_values)
def test_any_part_replaced_by_any_json_is_refused(data: st.DataObject, replacement: object) -> None:
    s, raw = fixed()
    value = loads(raw)
    path = data.draw(st.sampled_from(paths(value)[1:]))
    target = value
    for step in path[:-1]:
        target = target[step]
    if target[path[-1]] != replacement:
        target[path[-1]] = replacement
        refused(s.election, dumps(value))


@settings(max_examples=200, deadline=None)
@given(st.text() | st.binary() | json_values.map(dumps))
def test_anything_else_is_refused(raw: str | bytes) -> None:
    refused(fixed()[0].election, raw)
