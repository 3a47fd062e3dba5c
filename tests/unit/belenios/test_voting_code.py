"""Voting codes: what is typed, what is noticed, what it derives."""

import itertools

import pytest

from services.reassort.codes.voting_code import (
    ALPHABET,
    REASONS,
    InvalidVotingCode,
    credential_from_code,
    format_code,
    generate,
    normalize,
)
from tests.vectors.samples import vectors

VECTORS = vectors("codes")


def refused(text: str) -> str:
    with pytest.raises(InvalidVotingCode) as refusal:
        normalize(text)
    assert refusal.value.reason in REASONS
    return refusal.value.reason


@pytest.mark.parametrize("vector", VECTORS["valid"])
def test_valid_codes(vector: dict[str, str]) -> None:
    assert normalize(vector["shown"]) == normalize(vector["normalized"]) == vector["normalized"]
    assert format_code(vector["normalized"]) == vector["shown"]


@pytest.mark.parametrize("vector", VECTORS["typed"])
def test_what_people_type(vector: dict[str, str]) -> None:
    assert normalize(vector["typed"]) == vector["normalized"]


@pytest.mark.parametrize("vector", VECTORS["refused"])
def test_refused_codes(vector: dict[str, str]) -> None:
    assert refused(vector["typed"]) == vector["reason"]


def test_the_refusal_does_not_repeat_the_code() -> None:
    with pytest.raises(InvalidVotingCode) as refusal:
        normalize("ABCD-EFGH-JKMN-PQRS")
    assert str(refusal.value) == "bad-check"


@pytest.mark.parametrize("code", [v["normalized"] for v in VECTORS["valid"][:3]] + ["0" * 16])
def test_every_wrong_symbol_is_noticed(code: str) -> None:
    for position, symbol in itertools.product(range(16), ALPHABET):
        changed = code[:position] + symbol + code[position + 1 :]
        if changed != code:
            assert refused(changed) == "bad-check"


@pytest.mark.parametrize("code", [v["normalized"] for v in VECTORS["valid"]])
def test_every_exchange_of_two_symbols_is_noticed(code: str) -> None:
    for i, j in itertools.combinations(range(16), 2):
        changed = list(code)
        changed[i], changed[j] = code[j], code[i]
        if code[i] != code[j]:
            assert refused("".join(changed)) == "bad-check"


def test_the_weights_prove_it_for_all_codes() -> None:
    """The check is linear over GF(32): a change is unnoticed exactly when the syndrome of the difference is 0.

    One symbol: weight * d, never 0 for d != 0. Two exchanged: (weight_i + weight_j) * d, never 0 either.
    """
    from services.reassort.codes.voting_code import _ALPHA, _syndrome, _times

    weights = _ALPHA[:16]
    assert len(set(_ALPHA)) == 31
    assert 0 not in _ALPHA
    for position, d in itertools.product(range(16), range(1, 32)):
        assert _syndrome([d if i == position else 0 for i in range(16)]) == _times(weights[position], d) != 0
    for (i, j), d in itertools.product(itertools.combinations(range(16), 2), range(1, 32)):
        assert _syndrome([d if k in (i, j) else 0 for k in range(16)]) == _times(weights[i] ^ weights[j], d) != 0


def test_new_codes_are_valid_and_differ() -> None:
    codes = [generate() for _ in range(200)]
    assert len(set(codes)) == 200
    assert all(normalize(code) == code for code in codes)
    assert {symbol for code in codes for symbol in code} == set(ALPHABET)


@pytest.mark.parametrize("vector", VECTORS["derived"])
def test_derived_credentials(vector: dict[str, object]) -> None:
    code, salt, iterations = str(vector["code"]), str(vector["event_uuid"]), int(str(vector["iterations"]))
    assert credential_from_code(code, salt, iterations) == vector["credential"]
    assert credential_from_code(format_code(code).lower(), salt, iterations) == vector["credential"]


def test_derivation_wants_a_valid_code_and_iterations() -> None:
    with pytest.raises(InvalidVotingCode):
        credential_from_code("0000-0000-0000-0001", "event")
    with pytest.raises(ValueError, match="iteration"):
        credential_from_code("0" * 16, "event", 0)
    with pytest.raises(InvalidVotingCode):
        format_code("")
