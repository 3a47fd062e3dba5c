"""A sealed message opens with its key alone, and not at all once altered."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime import sealing_box

PRIVATE, PUBLIC = sealing_box.new_keypair()
JSON_OBJECTS = st.dictionaries(st.text(max_size=10), st.text(max_size=30) | st.integers() | st.none(), max_size=4)


@given(JSON_OBJECTS)
def test_what_is_sealed_opens(payload):
    assert sealing_box.open_sealed(PRIVATE, sealing_box.seal(PUBLIC, payload)) == payload


def test_another_key_does_not_open():
    other, _ = sealing_box.new_keypair()
    with pytest.raises(sealing_box.CannotOpen):
        sealing_box.open_sealed(other, sealing_box.seal(PUBLIC, {"code": "x"}))


@given(st.data())
def test_an_altered_message_does_not_open(data):
    sealed = bytearray(base64.b64decode(sealing_box.seal(PUBLIC, {"code": "x"})))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(sealing_box.CannotOpen):
        sealing_box.open_sealed(PRIVATE, base64.b64encode(bytes(sealed)).decode())


@given(st.text(max_size=60))
def test_rubbish_is_refused(text):
    with pytest.raises(sealing_box.CannotOpen):
        sealing_box.open_sealed(PRIVATE, text)
