"""Exactly the admissible sets of holders decrypt."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ballot.belenios import tally
from services.ballot.belenios.errors import InvalidTally
from services.ballot.belenios.group import ED25519
from tests.vectors.samples import LISTS, TWO_GROUPS, keys, sample


def test_every_admissible_set_decrypts_and_no_other() -> None:
    """Administration 1 of 2, delegates 2 of 3: all 32 sets of holders."""
    s = sample(LISTS, shape=TWO_GROUPS)
    encrypted, sized = s.tally([s.ballot(0, [0, 1, 0]), s.ballot(1, [0, 1, 0]), s.ballot(2, [0, 0, 1])])
    partial = s.partial(encrypted, range(1, 6))
    admissible = 0
    for owners in itertools.chain.from_iterable(itertools.combinations(range(1, 6), n) for n in range(6)):
        chosen = {owner: partial[owner] for owner in owners}
        expected = len({1, 2} & set(owners)) >= 1 and len({3, 4, 5} & set(owners)) >= 2
        assert tally.enough(s.trustees, owners) == expected
        if expected:
            admissible += 1
            assert tally.compute_result(s.election, s.trustees, sized, encrypted, chosen) == '{"result":[[0,2,1]]}'
        else:
            with pytest.raises(InvalidTally, match="not-enough-holders"):
                tally.compute_result(s.election, s.trustees, sized, encrypted, chosen)
    assert admissible == 3 * 4


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_shares_below_the_threshold_determine_nothing(data: st.DataObject) -> None:
    """Interpolating fewer shares than the threshold, in whatever way, does not give the secret key."""
    size = data.draw(st.integers(2, 4))
    threshold = data.draw(st.integers(2, size))
    checked, secrets = keys((("Pedersen", size, threshold),))
    some = data.draw(st.permutations(range(1, size + 1)))

    def interpolated(indices: list[int]) -> str:
        total = 0
        for j in indices:
            weight = 1
            for k in indices:
                if k != j:
                    weight = weight * k * pow(k - j, -1, ED25519.q) % ED25519.q
            total += weight * secrets[j]
        return ED25519.encode(ED25519.base_mul(total))

    assert interpolated(some[:threshold]) == checked.public_key
    assert interpolated(some) == checked.public_key
    assert interpolated(some[: threshold - 1]) != checked.public_key
