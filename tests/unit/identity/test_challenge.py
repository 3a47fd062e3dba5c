import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.access import challenge_question, passwords
from services.identity.contract.event.wording import without_accents


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  Médor ", "medor"),
        ("Vert   d’Eau", "vert d'eau"),
        ("Le Mans\u00a0Est", "le mans est"),
        ("CŒUR", "coeur"),
        ("e\u0301te\u0301", "été"),
        ("ﬁn", "FIN"),
        ("Straße", "STRASSE"),
        ("rue de l’Étang", "rue de l'etang"),
        ("rue de l´Étang", "rue de l`etang"),
        ("Saint‑Rémy", "saint-remy"),
        ("Saint–Rémy", "Saint−Rémy"),
        ("Mé\u00addor\u200b", "medor"),
    ],
)
def test_what_people_would_call_the_same_is_the_same(one, other):
    assert without_accents(one) == without_accents(other)


@pytest.mark.parametrize(("one", "other"), [("médor", "medora"), ("le mans", "lemans"), ("2", "3")])
def test_what_they_would_not_is_not(one, other):
    assert without_accents(one) != without_accents(other)


@given(st.text())
def test_normalising_twice_changes_nothing(typed):
    once = without_accents(typed)
    assert without_accents(once) == once
    assert once == once.strip()
    assert "  " not in once


@given(st.text(), st.text(alphabet=" \t\u00a0\u2003", max_size=4))
def test_case_blanks_and_the_form_of_accents_do_not_matter(typed, blanks):
    once = without_accents(typed)
    assert without_accents(f"{blanks}{typed}{blanks}") == once
    assert without_accents(typed.lower().lower()) == without_accents(typed.lower())
    for form in ("NFC", "NFD"):
        assert without_accents(unicodedata.normalize(form, typed)) == once


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, exclude_categories=("Cc", "Cs")), min_size=1))
def test_capitals_do_not_matter(typed):
    # Scripts outside of Latin have capitals that do not come back (final sigma, dotless i): not in French names.
    if typed.upper().lower() == typed.lower():
        assert without_accents(typed.upper()) == without_accents(typed)


@pytest.mark.parametrize(
    ("question", "answer", "broken"),
    [
        ("first_pet", "Médor", []),
        ("Mon code secret ?", "xy", []),
        ("first_pet", "", ["empty"]),
        ("first_pet", " \t ", ["empty"]),
        ("first_pet", "\u0301", ["empty"]),
        ("", "Médor", ["empty"]),
        ("  ", "Médor", ["empty"]),
        ("first_pet", "x", ["too_short"]),
        ("first_pet", "x" * 201, ["too_long"]),
        ("first_pet", "x" * 200, []),
        ("Où suis-je né ?", "ou suis je NE", ["same_as_question"]),
        ("first_car_colour", "QUELLE ÉTAIT LA COULEUR DE MA PREMIÈRE VOITURE", ["same_as_question"]),
    ],
)
def test_the_rules_of_an_answer(question, answer, broken):
    assert challenge_question.broken_rules(question, answer) == broken


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gets_an_answer(question, answer):
    assert set(challenge_question.broken_rules(question, answer)) <= {
        "empty",
        "too_short",
        "too_long",
        "same_as_question",
    }


def test_questions_differ_and_fit_the_column():
    assert len({without_accents(words) for words in challenge_question.QUESTIONS.values()}) == len(
        challenge_question.QUESTIONS
    )
    assert all(len(code) <= 20 and len(words) <= 200 for code, words in challenge_question.QUESTIONS.items())


def test_only_the_profile_of_2022_asks():
    assert {name for name, profile in passwords.PROFILES.items() if profile.challenge} == {"2022"}
