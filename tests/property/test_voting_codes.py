"""Voting codes: people's ways of typing, and their errors."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.reassort.codes.voting_code import (
    ALPHABET,
    REASONS,
    InvalidVotingCode,
    _check_value,
    format_code,
    normalize,
)

codes = st.lists(st.integers(0, 31), min_size=15, max_size=15).map(
    lambda values: "".join(ALPHABET[v] for v in [*values, _check_value(values)])
)
positions = st.integers(0, 15)


def refused(text: str) -> str:
    with pytest.raises(InvalidVotingCode) as refusal:
        normalize(text)
    return refusal.value.reason


@given(codes, st.data())
def test_case_blanks_hyphens_and_look_alikes_do_not_matter(code: str, data: st.DataObject) -> None:
    typed = ""
    for symbol in code:
        alike = {"0": "0Oo", "1": "1IiLl"}.get(symbol, symbol + symbol.lower())
        typed += data.draw(st.sampled_from(alike)) + data.draw(st.sampled_from(["", "", " ", "-", "\u00a0", " - "]))
    assert normalize(typed) == code
    assert normalize(format_code(typed)) == code


@given(codes, positions, st.sampled_from(ALPHABET))
def test_one_wrong_symbol(code: str, position: int, symbol: str) -> None:
    assume(code[position] != symbol)
    assert refused(code[:position] + symbol + code[position + 1 :]) == "bad-check"


@given(codes, positions, positions)
def test_two_symbols_exchanged(code: str, i: int, j: int) -> None:
    assume(code[i] != code[j])
    changed = list(code)
    changed[i], changed[j] = changed[j], changed[i]
    assert refused("".join(changed)) == "bad-check"


@given(codes, positions)
def test_a_symbol_missing_or_doubled(code: str, position: int) -> None:
    assert refused(code[:position] + code[position + 1 :]) == "bad-length"
    assert refused(code[:position] + code[position] + code[position:]) == "bad-length"


@given(st.text())
def test_any_text_has_a_verdict(text: str) -> None:
    reason = None
    try:
        code = normalize(text)
    except InvalidVotingCode as refusal:
        reason = refusal.reason
    assert reason in REASONS or (len(code) == 16 and set(code) <= set(ALPHABET))
