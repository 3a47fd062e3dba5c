import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract.identifiers import normalise


@pytest.mark.parametrize(
    "typed",
    [
        "anne.lee@ac-amiens.fr",
        "  Anne.LEE@AC-Amiens.FR ",
        "ANNE.lee@ac-amiens.fr\n",
        "\u00a0anne.lee@ac-amiens.fr",
        "anne.lee@ac-amiens.fr\u200b",
        "anne.l\u00adee@ac-amiens.fr",
        "mailto:anne.lee@ac-amiens.fr",
        "<anne.lee@ac-amiens.fr>",
        " <mailto:Anne.Lee@ac-amiens.fr>\u202c",
    ],
)
def test_one_address_is_one_identifier(typed):
    assert normalise(typed) == "anne.lee@ac-amiens.fr"


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(typed):
    once = normalise(typed)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()


@given(st.from_regex(r"[a-z][a-z0-9.]{0,20}@[a-z]{1,10}\.fr", fullmatch=True), st.integers(0, 2**40))
def test_case_and_blanks_do_not_matter(identifier, mask):
    typed = "".join(char.upper() if mask >> place & 1 else char for place, char in enumerate(identifier))
    assert normalise(f"  {typed}\t") == identifier
