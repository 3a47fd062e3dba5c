"""The address in the window: nothing cut, nothing replaced, what was done is said."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notification.channels.paper import address, fonts
from services.notification.channels.paper.address import CannotPrint, window

LETTERS = "abcdefghijklmnopqrstuvwxyzéèêçœæßñøåłŁđžśαβγδζηθΩабвгдежзийАБВ'’-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def kinds(remarks):
    return [(one.kind, one.line) for one in remarks]


def test_an_address_that_fits_is_left_alone():
    lines = ["Zoé Œuvray", "1 rue de l’Été", "80000 AMIENS"]
    made = window(lines)
    assert [text for text, _ in made.lines] == lines
    assert {size for _, size in made.lines} == {address.SIZES[0]}
    assert made.remarks == ()


def test_the_line_that_lost_its_last_letter_is_whole():
    made = window(["Zoé Œuvray", "54519 VANDOEUVRE LES NANCY CEDEX"])
    assert made.lines[-1][0] == "54519 VANDOEUVRE LES NANCY CEDEX"
    assert fonts.width(*made.lines[-1]) <= address.WIDTH


def test_a_name_of_41_letters_keeps_its_surname_on_a_line_of_its_own():
    name = "Marie-Antoinette Bernadette Vandermeersch"
    assert len(name) == 41
    made = window([name, "1 rue de l’Été", "80000 AMIENS"])
    assert [text for text, _ in made.lines][:2] == ["Marie-Antoinette Bernadette", "Vandermeersch"]
    assert kinds(made.remarks) == [(address.BROKEN, 1)]


def test_without_a_free_line_a_long_line_is_set_smaller_and_said():
    long = "Appartement quarante-deux, escalier B, cour"
    made = window(["A", "B", "C", long, "D", "80000 AMIENS"])
    assert made.lines[3][0] == long
    assert fonts.width(*made.lines[3]) <= address.WIDTH
    assert made.lines[3][1] < address.SIZES[0]
    assert kinds(made.remarks) == [(address.SMALLER, 4), (address.OVER_38, 4)]


def test_postcode_and_place_stay_in_one_line():
    made = window(["A", "97300 " + "SAINT-LAURENT " * 2 + "DU MARONI CEDEX"])
    assert len(made.lines) == 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["A"] * 7, [(address.TOO_MANY, 0)]),
        (["A", "B", "C", "D", "M" * 60, "80000 AMIENS"], [(address.TOO_WIDE, 5)]),
        (["王 小明", "1 rue", "80000 AMIENS"], [(address.NOT_IN_FONT, 1)]),
        (["Zo\ufffd", "1 rue", "80000 AMI\ufffdNS"], [(address.NOT_IN_FONT, 1), (address.NOT_IN_FONT, 3)]),
        (["a\x00b", "80000 AMIENS"], [(address.NOT_IN_FONT, 1)]),
        (["a\u202eb", "80000 AMIENS"], [(address.NOT_IN_FONT, 1)]),
    ],
)
def test_what_cannot_be_printed_is_said_by_line_and_code_point(lines, expected):
    with pytest.raises(CannotPrint) as caught:
        window(lines)
    assert kinds(caught.value.remarks) == expected
    assert all(letter.startswith("U+") for one in caught.value.remarks for letter in one.letters)
    assert not any(line in str(caught.value) for line in lines if len(line) > 3)


@pytest.mark.parametrize(
    "name", ["Παπαδοπούλου", "Иванова-Ёлкина", "Łukasz Đorđević", "Jürgen Groß", "Þór Ægisson", "Ġużè"]
)
def test_every_letter_of_european_names_is_in_the_face(name):
    assert window([name, "80000 AMIENS"]).lines[0][0] == name


def test_letters_of_all_european_alphabets_are_in_the_face():
    named = [
        chr(code)
        for code in [
            *range(0x20, 0x7F),
            *range(0xA1, 0x180),
            *range(0x1E00, 0x1EFA),
            *range(0x370, 0x400),
            *range(0x400, 0x460),
        ]
        if unicodedata.category(chr(code)) in ("Lu", "Ll", "Pd", "Po")
    ]
    assert fonts.missing("".join(named)) == []


LINE = st.lists(st.text(LETTERS, min_size=1, max_size=24), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(LINE, min_size=1, max_size=6))
def test_no_letter_is_lost_or_changed_and_every_line_fits(lines):
    try:
        made = window(lines)
    except CannotPrint:
        return
    printed = " ".join(text for text, _ in made.lines)
    assert printed == " ".join(fonts.normal(line) for line in lines)
    assert len(made.lines) <= address.MOST_LINES
    for text, size in made.lines:
        assert fonts.width(text, size) <= address.WIDTH
        assert size >= address.SIZES[-1]
    said = {one.kind for one in made.remarks}
    assert (address.BROKEN in said) == (len(made.lines) > len(lines))
    assert (address.SMALLER in said) == any(size < address.SIZES[0] for _, size in made.lines)
    assert (address.OVER_38 in said) == any(len(text) > address.MOST_CHARACTERS for text, _ in made.lines)
