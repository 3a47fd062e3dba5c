"""Spares at rest."""

import pytest
from nacl.exceptions import CryptoError

from services.reassort.codes import spares

KEY = "0c" * 32


def test_a_spare_comes_back():
    assert spares.reveal(KEY, spares.close(KEY, "0123456789ABCDEF")) == "0123456789ABCDEF"


def test_the_same_code_is_sealed_differently_each_time():
    assert spares.close(KEY, "0123456789ABCDEF") != spares.close(KEY, "0123456789ABCDEF")


def test_another_key_or_an_altered_text_reveals_nothing():
    sealed = spares.close(KEY, "0123456789ABCDEF")
    with pytest.raises(CryptoError):
        spares.reveal("0d" * 32, sealed)
    with pytest.raises(CryptoError):
        spares.reveal(KEY, ("A" if sealed[20] != "A" else "B").join([sealed[:20], sealed[21:]]))
