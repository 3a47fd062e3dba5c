"""Tally, partial decryptions, result."""

import json

import pytest

from services.ballot.belenios import tally
from services.ballot.belenios.ballot import check_ballot
from services.ballot.belenios.canonical import dumps
from services.ballot.belenios.election import Election, Question
from services.ballot.belenios.errors import InvalidPartialDecryption, InvalidTally, Malformed
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys.trustees import check_trustees
from tests.vectors.samples import LISTS, ONE_HOLDER, TWO_GROUPS, WITH_BLANK, sample, vectors

SEVERAL = Question("Deux au plus", ("a", "b", "c"), False, 0, 2)


@pytest.fixture(scope="module")
def urn():
    s = sample(LISTS, WITH_BLANK, SEVERAL, voters=3)
    ballots = [
        s.ballot(0, [1, 0, 0], [1, 0, 0], [1, 1, 0]),
        s.ballot(1, [1, 0, 0], [0, 1, 0], [0, 1, 0]),
        s.ballot(2, [0, 0, 1], [0, 0, 1], [0, 0, 0]),
    ]
    encrypted, sized = s.tally(ballots)
    return s, ballots, encrypted, sized


def test_the_result_is_the_sum_of_the_choices(urn) -> None:
    s, _, encrypted, sized = urn
    raw = tally.compute_result(s.election, s.trustees, sized, encrypted, s.partial(encrypted, s.minimal_owners()))
    assert raw == '{"result":[[2,0,1],[1,1,1],[1,2,0]]}'
    assert tally.parse_result(s.election, raw) == [[2, 0, 1], [1, 1, 1], [1, 2, 0]]


def test_all_ways_of_adding_agree(urn) -> None:
    s, ballots, encrypted, _ = urn
    checked = [check_ballot(s.election, raw) for raw in ballots]
    assert tally.encrypted_tally_of(s.election, checked) == encrypted
    parts = [tally.TallyAccumulator(s.election) for _ in range(2)]
    parts[0].add(checked[0].choices)
    parts[1].add(checked[1].choices)
    parts[1].add(checked[2].choices)
    parts[0].add(parts[1].tally(), parts[1].count)
    assert (parts[0].raw(), parts[0].count) == (encrypted, 3)
    assert tally.encrypted_tally(s.election, reversed(ballots)) == encrypted


@pytest.mark.parametrize("shape", [TWO_GROUPS, ONE_HOLDER])
def test_an_empty_urn_has_a_result(shape) -> None:
    s = sample(shape=shape)
    encrypted, sized = s.tally([])
    assert set(json.dumps(json.loads(encrypted))) <= set('[]{}", :alphbet01')
    raw = tally.compute_result(s.election, s.trustees, sized, encrypted, s.partial(encrypted, s.minimal_owners()))
    assert raw == '{"result":[[0,0,0]]}'


def test_too_few_holders_get_nothing(urn) -> None:
    s, _, encrypted, sized = urn
    for owners in ([], [1], [1, 3], [3, 4, 5], [1, 2, 5]):
        assert not tally.enough(s.trustees, owners)
        with pytest.raises(InvalidTally, match="not-enough-holders"):
            tally.compute_result(s.election, s.trustees, sized, encrypted, s.partial(encrypted, owners))


def test_a_partial_decryption_belongs_to_its_holder(urn) -> None:
    s, _, encrypted, sized = urn
    partial = s.partial(encrypted, [1, 3])
    tally.check_partial_decryption(s.election, s.trustees, 1, encrypted, partial[1])
    with pytest.raises(InvalidPartialDecryption, match="bad-proof"):
        tally.check_partial_decryption(s.election, s.trustees, 4, encrypted, partial[3])
    for owner in (0, 6, -1):
        with pytest.raises(InvalidPartialDecryption, match="unknown-owner"):
            tally.check_partial_decryption(s.election, s.trustees, owner, encrypted, partial[1])
    with pytest.raises(InvalidPartialDecryption):
        tally.compute_result(s.election, s.trustees, sized, encrypted, {2: partial[1], 3: partial[3], 4: partial[3]})


def test_a_changed_partial_decryption_is_refused(urn) -> None:
    s, _, encrypted, _ = urn
    value = json.loads(s.partial(encrypted, [1])[1])
    wrong_factor = json.loads(dumps(value))
    wrong_factor["decryption_factors"][0][0] = ED25519.encode(ED25519.generator)
    short = json.loads(dumps(value))
    short["decryption_factors"].pop()
    reordered = dict(reversed(value.items()))
    for changed, reason in ((wrong_factor, "bad-proof"), (short, "malformed"), (reordered, "malformed"), ({}, "malf")):
        with pytest.raises(InvalidPartialDecryption, match=reason):
            tally.check_partial_decryption(s.election, s.trustees, 1, encrypted, dumps(changed))
    with pytest.raises(InvalidPartialDecryption, match="malformed"):
        tally.check_partial_decryption(s.election, s.trustees, 1, encrypted, "nonsense")


def test_the_result_wants_its_own_tally_and_keys(urn) -> None:
    s, ballots, encrypted, sized = urn
    other, _ = s.tally(ballots[:2])
    with pytest.raises(InvalidTally, match="wrong-encrypted-tally"):
        tally.compute_result(s.election, s.trustees, sized, other, {})
    stranger = sample(LISTS, WITH_BLANK, SEVERAL, shape=ONE_HOLDER)
    with pytest.raises(InvalidTally, match="wrong-key"):
        tally.compute_result(s.election, stranger.trustees, sized, encrypted, {})
    huge = tally.sized_encrypted_tally(3, encrypted, 2**40)
    with pytest.raises(InvalidTally, match="too-many-ballots"):
        tally.compute_result(s.election, s.trustees, huge, encrypted, {})
    small = tally.sized_encrypted_tally(1, encrypted)
    with pytest.raises(InvalidTally, match="no-result"):
        tally.compute_result(s.election, s.trustees, small, encrypted, s.partial(encrypted, s.minimal_owners()))


@pytest.mark.parametrize("bound", [0, 1, 2, 8, 9, 10, 100])
def test_discrete_logarithms_up_to_the_bound_and_not_beyond(bound: int) -> None:
    logarithm = tally.DiscreteLogarithm(ED25519, bound)
    for n in range(bound + 1):
        assert logarithm.of(ED25519.base_mul(n)) == n
    for n in (bound + 1, bound + 2, -1):
        with pytest.raises(InvalidTally, match="no-result"):
            logarithm.of(ED25519.base_mul(n))


def test_counts_are_numbers_up_to_30_bits_then_strings() -> None:
    for count, written in ((0, 0), (2**30 - 1, 2**30 - 1), (2**30, str(2**30))):
        assert tally.count_as_json(count) == written
        assert tally.parse_count(written) == count
    for value in (-1, 2**30, "5", "05000000000", True, None, "9" * 16, "１０００００００００００"):
        with pytest.raises(Malformed):
            tally.parse_count(value)


def test_vectors_of_a_whole_tally() -> None:
    v = vectors("trustees")
    election, trustees = Election.parse(v["election"]), check_trustees(v["trustees"])
    partial = {p["owner"]: p["raw"] for p in v["partial_decryptions"]}
    result = tally.compute_result(election, trustees, v["sized_encrypted_tally"], v["encrypted_tally"], partial)
    assert result == v["result"]
