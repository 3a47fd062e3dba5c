import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.identity.access import passwords
from tests.unit.identity.world import COST

GOOD = "2022jevote-CGTI"


@pytest.mark.parametrize(
    ("profile", "password", "broken"),
    [
        ("2022", GOOD, []),
        ("2022", "aB1-aB1-aB1", ["too_short"]),
        ("2022", "aB1-" * 64, []),
        ("2022", "aB1-" * 64 + "x", ["too_long"]),
        ("2022", "JEVOTE-EN-2022", ["lowercase"]),
        ("2022", "É" + "jevote-en-2022", ["uppercase"]),
        ("2022", "Jevote-en-décembre", ["digit"]),
        ("2022", "Jevoteen2022cgti", ["special"]),
        ("2022", "Je vote en 2022", []),
        ("2022", "Jevoteen2022cgté", ["special"]),
        ("2022", "", ["too_short", "lowercase", "uppercase", "digit", "special"]),
        ("2018", "Jevote18", []),
        ("2018", "Jevot18", ["too_short"]),
        ("2018", "Jevote18" * 4, ["too_long"]),
        ("2018", "Anne1@ac-amiens.fr", ["same_as_identifier"]),
    ],
)
def test_policy(profile, password, broken):
    assert passwords.broken_rules(profile, password, "anne1@ac-amiens.fr") == broken


def test_two_ways_to_type_an_accent_are_one_password():
    stored = passwords.hash_password("Été-2022-voter", COST)
    assert passwords.matches("E\u0301te\u0301-2022-voter", stored)


def test_what_follows_72_bytes_counts():
    stored = passwords.hash_password("a" * 72 + "b", COST)
    assert not passwords.matches("a" * 72 + "c", stored)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_only_the_password_matches(password, other):
    stored = passwords.hash_password(password, COST)
    assert passwords.matches(password, stored)
    same = unicodedata.normalize("NFC", password) == unicodedata.normalize("NFC", other)
    assert passwords.matches(other, stored) == same


def test_the_decoy_is_a_hash_of_the_same_cost():
    assert passwords.decoy_hash(COST).startswith(f"$2b$0{COST}$")
    assert not passwords.matches("", passwords.decoy_hash(COST))
