"""Permits: what is refused, and that nothing unsigned is believed."""

from datetime import timedelta

import pytest
from nacl.signing import SigningKey

from services.ballot.urn.permit import verify
from services.identity.contract.entrance.permits import LONGEST, Use
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import DURING, KEYS, holder_of, permit_for, signed

ELECTION = "4zrSvGhhbnvfVP"


def refusal_of(text, now=DURING):
    with pytest.raises(Refusal) as caught:
        verify(text, KEYS.permit_public, now, Use.CAST)
    assert not caught.value.details
    return caught.value.code


def test_a_permit_names_election_and_holder():
    permit = verify(permit_for(ELECTION, "anne"), KEYS.permit_public, DURING, Use.CAST)
    assert (permit.election, permit.holder) == (ELECTION, holder_of("anne"))


@pytest.mark.parametrize("use", ["booth", "state"])
def test_a_permit_is_good_for_its_use_alone(use):
    assert refusal_of(permit_for(ELECTION, "anne", use=use)) == "permit_invalid"


def test_padding_is_optional():
    body, signature = permit_for(ELECTION, "anne").split(".")
    assert verify(f"{body}.{signature}==", KEYS.permit_public, DURING, Use.CAST).election == ELECTION


def test_a_permit_expires_at_its_second():
    text = permit_for(ELECTION, "anne", minutes=1)
    assert verify(text, KEYS.permit_public, DURING + timedelta(seconds=59), Use.CAST)
    assert refusal_of(text, DURING + timedelta(seconds=60)) == "permit_expired"


def test_another_key_is_refused():
    assert refusal_of(permit_for(ELECTION, "anne", key=SigningKey(b"\x07" * 32))) == "permit_invalid"


def test_each_altered_character_is_refused():
    text = permit_for(ELECTION, "anne")
    body = text.index(".")
    for position in [*range(0, body, 9), body, body + 1, body + 30]:
        other = "A" if text[position] != "A" else "B"
        assert refusal_of(text[:position] + other + text[position + 1 :]) == "permit_invalid"


@pytest.mark.parametrize(
    "text", ["", ".", "a.b", "é.é", "a" * (LONGEST + 1), "....", "aaaa.bbbb.cccc", permit_for(ELECTION, "x")[:-2]]
)
def test_texts_that_are_no_permit(text):
    assert refusal_of(text) == "permit_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": "short"},
        {"holder": 3},
        {"use": "vote"},
        {"session": None},
        {"fingerprint": "f" * 42},
        {"receipt_key": "é" * 64},
        {"expires_at": None},
        {"expires_at": "2030"},
        {"expires_at": True},
        {"issued_at": 1.5},
        {"more": 1},
    ],
)
def test_a_signed_permit_of_another_shape_is_refused(changes):
    assert refusal_of(permit_for(ELECTION, "anne", **changes)) == "permit_invalid"


@pytest.mark.parametrize("content", [b"[]", b"{}", b"null", b"\xff", b"[" * 500, b"{"])
def test_signed_content_that_is_no_permit(content):
    assert refusal_of(signed(content)) == "permit_invalid"
