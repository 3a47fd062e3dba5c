"""A signature holds for what was signed, however it travelled, and for nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from services.runtime.bus.event_signatures import SIGNED, is_signed_by, sign

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
EVENTS = st.fixed_dictionaries(
    {"id": TEXT, "source": TEXT, "type": TEXT, "payload": st.dictionaries(TEXT, JSON, max_size=4)}
)
KEYS = st.binary(min_size=32, max_size=32).map(bytes.hex)


def public(private: str) -> str:
    return SigningKey(bytes.fromhex(private)).verify_key.encode().hex()


@given(EVENTS, KEYS)
def test_what_was_signed_holds_after_its_way(event, key):
    carried = json.loads(json.dumps(event | {"signature": sign(key, event)}, indent=2))
    assert is_signed_by(public(key), {**dict(reversed(carried.items())), "correlation_id": "whatever"})


@given(EVENTS, EVENTS, KEYS, st.sampled_from(SIGNED))
def test_nothing_else_holds(event, other, key, name):
    signature = sign(key, event)
    changed = event | {name: other[name], "signature": signature}
    assert is_signed_by(public(key), changed) == (
        json.dumps(other[name], sort_keys=True) == json.dumps(event[name], sort_keys=True)
    )


@given(EVENTS, KEYS, KEYS)
def test_nobody_signs_for_another(event, key, other):
    if key != other:
        assert not is_signed_by(public(other), event | {"signature": sign(key, event)})


@pytest.mark.parametrize("signature", [None, "", "x", 7, ["a"], {}, "é" * 88, "A" * 88, "A" * 5000])
def test_what_is_no_signature_is_refused_without_a_word(signature):
    event = {"id": "a", "source": "b", "type": "c", "payload": {}}
    assert not is_signed_by(public("1" * 64), event | {"signature": signature})
    assert not is_signed_by(public("1" * 64), event)
