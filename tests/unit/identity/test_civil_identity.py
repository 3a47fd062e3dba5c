"""Whether a provider's identity is a voter's: what differs in writing alone is the same, what differs otherwise is not."""

from datetime import date

import pytest

from services.identity.reissue import known_facts
from services.identity.reissue.provider import civil_identity
from tests.unit.identity.world import KEY

VOTER = "a-voter"
BORN = date(1980, 4, 7)


@pytest.mark.parametrize(
    ("on_roll", "given_names"),
    [
        ("Zoé", "ZOE"),
        ("Zoe", "Zo\u0065\u0301"),
        ("Zoé", "Zoé Marie Louise"),
        ("Marie", "Zoé Marie Louise"),
        ("Jean-Pierre", "Jean-Pierre"),
        ("JEAN PIERRE", "Jean‑Pierre Louis"),
        ("Jean-Pierre", "Jean Pierre Louis"),
        ("Marie Louise", "Zoé, Marie, Louise"),
        ("D’Arcy", "D'ARCY"),
        ("Cœur", "COEUR"),
        ("Łukasz", "LUKASZ Jan"),
    ],
)
def test_given_names_that_are_the_same(on_roll: str, given_names: str) -> None:
    assert civil_identity.same_given_name(on_roll, given_names)


@pytest.mark.parametrize(
    ("on_roll", "given_names"),
    [
        ("Jean", "Jean-Pierre"),
        ("Pierre", "Jean-Pierre Louis"),
        ("Zoé", "Louise"),
        ("Zoé Louise", "Zoé Marie Louise"),
        ("Zo", "Zoé"),
        ("Zoé", ""),
        ("", "Zoé"),
        ("-", "- Zoé"),
    ],
)
def test_given_names_that_are_not(on_roll: str, given_names: str) -> None:
    assert not civil_identity.same_given_name(on_roll, given_names)


@pytest.mark.parametrize(
    ("on_roll", "birth_name", "usage_name"),
    [
        ("Durand", "DURAND", ""),
        ("LE GOFF", "Le Goff", ""),
        ("LEGOFF", "LE GOFF", ""),
        ("Nuñez", "NUNEZ", ""),
        ("O’Neill", "O'NEILL", ""),
        ("Lévy", "DURAND", "LEVY"),
        ("Durand-Lévy", "DURAND", ""),
        ("Lévy–Durand", "Durand", ""),
        ("DE LA TOUR LÉVY", "de la Tour", ""),
        ("Durand épouse Lévy", "DURAND", ""),
    ],
)
def test_surnames_that_are_the_same(on_roll: str, birth_name: str, usage_name: str) -> None:
    assert civil_identity.same_surname(on_roll, birth_name, usage_name)


@pytest.mark.parametrize(
    ("on_roll", "birth_name", "usage_name"),
    [
        ("Durand", "DURANT", ""),
        ("Durand", "DURAND-LEVY", ""),
        ("Lévy", "DURAND", ""),
        ("Durand-Petit-Lévy", "PETIT", ""),
        ("Durand", "", ""),
        ("", "", ""),
        ("'", "-", ""),
    ],
)
def test_surnames_that_are_not(on_roll: str, birth_name: str, usage_name: str) -> None:
    assert not civil_identity.same_surname(on_roll, birth_name, usage_name)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1980-04-07", BORN),
        ("2000-02-29", date(2000, 2, 29)),
        ("1980-00-00", None),  # whoever does not know the day of birth
        ("1980-04", None),
        ("1980", None),
        ("0000-04-07", None),
        ("07/04/1980", None),
        ("1980-02-30", None),
        ("19800407", None),
        ("1980-W15-1", None),
        ("", None),
    ],
)
def test_a_day_of_birth_is_a_day_or_nothing(written: str, day: date | None) -> None:
    assert civil_identity.birth_date(written) == day


def on_roll() -> civil_identity.OnTheRoll:
    tag = known_facts.tags(KEY, VOTER, "", "7.4.1980")["birth_date_tag"]
    assert tag
    return civil_identity.OnTheRoll(VOTER, "Zoé", "Durand-Lévy", tag)


CLAIMS = {"given_name": "ZOE MARIE", "family_name": "DURAND", "birthdate": "1980-04-07"}


def test_all_three_must_agree() -> None:
    assert civil_identity.agrees(KEY, on_roll(), civil_identity.of_claims(CLAIMS))
    for wrong in (
        {"given_name": "LEA"},
        {"family_name": "PETIT"},
        {"birthdate": "1980-04-08"},
        {"birthdate": "1980-00-00"},
        {"birthdate": None},
        {"family_name": ["DURAND"]},
        {"given_name": "ZOE " * 200},
    ):
        assert not civil_identity.agrees(KEY, on_roll(), civil_identity.of_claims(CLAIMS | wrong)), wrong
    assert not civil_identity.agrees(KEY, on_roll(), civil_identity.of_claims({}))
    # The tag is one voter's: nobody's date can be tried on another line of the roll.
    another = civil_identity.OnTheRoll("another", "Zoé", "Durand-Lévy", on_roll().birth_date_tag)
    assert not civil_identity.agrees(KEY, another, civil_identity.of_claims(CLAIMS))
