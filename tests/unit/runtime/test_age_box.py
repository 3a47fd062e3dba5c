"""What is sealed for somebody who is not on the bus."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.runtime import age_box
from services.runtime.sealing_box import CannotOpen

PRIVATE, PUBLIC = age_box.new_identity()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.dictionaries(st.text(max_size=10), st.text(max_size=40), max_size=4))
def test_only_the_key_opens_and_nothing_shows(payload):
    sealed = age_box.seal(PUBLIC, payload)
    assert age_box.Opener(PRIVATE).open(sealed) == payload
    assert age_box.seal(PUBLIC, payload) != sealed
    with pytest.raises(CannotOpen):
        age_box.Opener(age_box.new_identity()[0]).open(sealed)


@pytest.mark.parametrize("place", [0, 60, -1])
def test_an_altered_box_is_refused(place):
    content = bytearray(base64.b64decode(age_box.seal(PUBLIC, {"code": "ABCD"})))
    content[place] ^= 1
    with pytest.raises(CannotOpen):
        age_box.Opener(PRIVATE).open(base64.b64encode(content).decode())


@pytest.mark.parametrize(
    "text", ["", "not base64 !", "QUJD", base64.b64encode(age_box.seal_bytes(PUBLIC, b"[]")).decode()]
)
def test_what_is_no_sealed_object_is_refused(text):
    with pytest.raises(CannotOpen):
        age_box.Opener(PRIVATE).open(text)


def test_keys_of_another_kind_are_refused_and_not_repeated():
    assert age_box.recipient_of(f"# made today\n{PRIVATE}\n") == PUBLIC
    for call in (lambda: age_box.Opener(PUBLIC), lambda: age_box.seal(PRIVATE, {}), lambda: age_box.Opener("")):
        with pytest.raises(age_box.NotAKey) as caught:
            call()
        assert PRIVATE not in str(caught.value)
