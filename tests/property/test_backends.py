"""The native backend says what libsodium says, of every point, proof and ballot: true, altered and hostile ones.

Where the native module is not built there is nothing to compare; `make setup` builds it where cargo is there.
"""

from __future__ import annotations

import secrets
from functools import cache
from importlib.util import find_spec

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from services.ballot.belenios import backends, ballot, tally
from services.ballot.belenios.backends import Disjunction, Statement, checks_of
from services.ballot.belenios.backends.libsodium import LibsodiumChecks
from services.ballot.belenios.ballot import check_ballot
from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.errors import ProtocolError
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys import public_credentials
from services.ballot.belenios.proofs import Ciphertext, Proof, interval_prefix, prove_knowledge
from tests.vectors.samples import ONE_HOLDER, TEN, WITH_BLANK, Sample, bits, sample

BUILT = find_spec("isoloir_native") is not None
pytestmark = pytest.mark.skipif(not BUILT, reason="the native backend is not built: make setup, where cargo is there")

SODIUM = LibsodiumChecks(ED25519)
NATIVE = checks_of(ED25519)
MIXED = (SODIUM, NATIVE)
ORDER_TWO = (2**255 - 20).to_bytes(32, "little")
ORDER_FOUR = (0).to_bytes(32, "little")
UNREDUCED_IDENTITY = (2**255 - 18).to_bytes(32, "little")
NEGATIVE_ZERO = (1 + 2**255).to_bytes(32, "little")

points = st.integers(0, ED25519.q - 1).map(ED25519.base_mul)
candidates = st.one_of(
    points,
    st.binary(min_size=32, max_size=32),
    # A point of the subgroup with one bit turned: half of these are on the curve, and outside the subgroup.
    st.tuples(points, st.integers(0, 255)).map(
        lambda pair: (int.from_bytes(pair[0], "little") ^ (1 << pair[1])).to_bytes(32, "little")
    ),
    st.sampled_from([ED25519.identity, ORDER_TWO, ORDER_FOUR, UNREDUCED_IDENTITY, NEGATIVE_ZERO]),
)


def test_both_are_there_and_the_native_one_is_taken() -> None:
    assert backends.checks_of(ED25519).name == "native"


@settings(max_examples=300, deadline=None)
@given(st.lists(candidates, max_size=4))
@example([ORDER_TWO])
@example([ORDER_FOUR])
@example([UNREDUCED_IDENTITY])
@example([NEGATIVE_ZERO])
@example([ED25519.identity])
def test_the_same_points_are_in_the_subgroup(given_points: list[bytes]) -> None:
    assert NATIVE.first_outside(given_points) == SODIUM.first_outside(given_points)


def test_some_points_of_the_curve_are_outside_the_subgroup() -> None:
    """Or the comparison above would compare nothing but malformed bytes."""
    from nacl import bindings

    torsion = (
        bindings.crypto_core_ed25519_add(ED25519.generator, ORDER_TWO) if _adds_small_orders(bindings) else ORDER_TWO
    )
    assert NATIVE.first_outside([ED25519.generator, torsion]) == SODIUM.first_outside([ED25519.generator, torsion]) == 1


def _adds_small_orders(bindings: object) -> bool:
    try:
        bindings.crypto_core_ed25519_add(ED25519.generator, ORDER_TWO)  # type: ignore[attr-defined]
    except Exception:
        return False
    return True


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, ED25519.q - 1), st.text(max_size=20), st.sampled_from(["kept", "challenge", "response", "prefix"])
)
def test_knowledge(secret: int, prefix: str, altered: str) -> None:
    assume("\ud800" not in prefix)
    proof = prove_knowledge(ED25519, secret, prefix)
    public = ED25519.base_mul(secret)
    if altered in ("challenge", "response"):
        proof = proof._replace(**{altered: (getattr(proof, altered) + 1) % ED25519.q})
    asked = prefix + "x" if altered == "prefix" else prefix
    assert [checks.knows(public, asked, proof) for checks in MIXED] == [altered == "kept"] * 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(points, min_size=3, max_size=3), max_size=5))
def test_sums_of_columns(rows: list[list[bytes]]) -> None:
    sums = [checks.column_sums(3) for checks in MIXED]
    for row in rows:
        for made in sums:
            made.add(row)
    assert sums[0].sums() == sums[1].sums() == [ED25519.sum(column) for column in zip(*rows, strict=True)] or not rows


@cache
def elections() -> tuple[tuple[Sample, str], ...]:
    ten, blank = sample(TEN, shape=ONE_HOLDER), sample(WITH_BLANK, shape=ONE_HOLDER)
    return (ten, ten.ballot(0, bits(TEN, 3))), (blank, blank.ballot(0, [1, 0, 0])), (blank, blank.ballot(1, [0, 1, 0]))


def verdict(monkeypatch: pytest.MonkeyPatch, checks: object, made: Sample, raw: str) -> tuple[str, str]:
    for module in (ballot, tally, public_credentials):
        monkeypatch.setattr(module, "checks_of", lambda _group: checks)
    try:
        return "valid", check_ballot(made.election, raw).tracker
    except ProtocolError as error:
        return "refused", error.reason


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_same_ballots_are_valid_and_refused_for_the_same_reason(data: st.DataObject) -> None:
    made, raw = elections()[data.draw(st.integers(0, 2))]
    value = loads(raw)
    for _ in range(data.draw(st.integers(0, 2))):
        alter(data, value)
    with pytest.MonkeyPatch.context() as monkeypatch:
        first = verdict(monkeypatch, SODIUM, made, dumps(value))
        assert verdict(monkeypatch, NATIVE, made, dumps(value)) == first


def alter(data: st.DataObject, value: dict) -> None:
    """Change one number or one point of the answer, or exchange two of its parts."""
    answer = value["answers"][0]
    part = data.draw(st.sampled_from(sorted(answer)))
    where = answer[part]
    index = data.draw(st.integers(0, len(where) - 1))
    if part == "choices":
        key = data.draw(st.sampled_from(["alpha", "beta"]))
        where[index][key] = ED25519.encode(data.draw(candidates))
        return
    proof = where[index] if part != "individual_proofs" else where[index][data.draw(st.integers(0, 1))]
    key = data.draw(st.sampled_from(["challenge", "response"]))
    proof[key] = str((int(proof[key]) + data.draw(st.sampled_from([1, 2, ED25519.q - 1]))) % ED25519.q)


def test_a_proof_whose_numbers_do_not_fit_its_statements_is_refused() -> None:
    key = ED25519.base_mul(5)
    choice = Ciphertext(ED25519.base_mul(1), ED25519.base_mul(2))
    claim = Disjunction(
        interval_prefix(ED25519, "c", choice),
        [Statement(0, 1, 0), Statement(0, 1, 1)],
        [Proof(1, secrets.randbelow(9))],
    )
    assert [checks.first_failing(key, [choice], [claim]) for checks in MIXED] == [0, 0]
