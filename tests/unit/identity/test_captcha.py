import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from services.identity.access import captcha, proofs_of_work
from services.identity.contract.refusals import Code
from services.identity.models import Captcha, SpentProof
from services.runtime.refusals import Refusal
from tests.unit.identity.world import NOW, everything

BROWSER = "b" * 22


def opened(database, form="access", binding=BROWSER, now=NOW):
    with database.transaction() as session:
        return captcha.open_captcha(session, form=form, binding=binding, now=now)


def check(database, made, answer, form="access", binding=BROWSER, now=NOW):
    with database.transaction() as session:
        return captcha.check(session, captcha=made, form=form, binding=binding, answer=answer, now=now)


def count(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Captcha))


def test_the_right_answer_serves_once(database):
    made, text = opened(database)
    assert check(database, made, f" {text.upper()[:2]} {text[2:]} ") is None
    assert check(database, made, text) is Code.CAPTCHA_EXPIRED


def test_a_wrong_answer_uses_it_up(database):
    made, text = opened(database)
    assert check(database, made, text[:-1]) is Code.CAPTCHA_WRONG
    assert check(database, made, text) is Code.CAPTCHA_EXPIRED


def test_half_a_character_is_a_wrong_answer(database):
    made, text = opened(database)
    assert check(database, made, text + "\ud800") is Code.CAPTCHA_WRONG
    assert count(database) == 0


@pytest.mark.parametrize(
    "change",
    [{"form": "login"}, {"binding": "c" * 22}, {"now": NOW + captcha.LIFETIME}],
)
def test_it_is_good_for_its_form_its_browser_and_ten_minutes(database, change):
    made, text = opened(database)
    assert check(database, made, text, **change) is Code.CAPTCHA_EXPIRED
    assert count(database) == 0


def test_only_its_browser_may_see_it(database):
    made, text = opened(database)
    with database.reading() as session:
        assert captcha.text_of(session, captcha=made, binding=BROWSER, now=NOW) == text
        assert captcha.text_of(session, captcha=made, binding="c" * 22, now=NOW) is None
        assert captcha.text_of(session, captcha=made, binding=BROWSER, now=NOW + captcha.LIFETIME) is None
        assert captcha.text_of(session, captcha="x", binding=BROWSER, now=NOW) is None
    assert BROWSER not in str(everything(database))


def test_of_two_simultaneous_answers_one_is_taken(database):
    for _ in range(5):
        made, text = opened(database)
        together = threading.Barrier(2, timeout=60)
        ends = []

        def submit(made=made, text=text, together=together, ends=ends):
            together.wait()
            ends.append(check(database, made, text))

        threads = [threading.Thread(target=submit) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        assert sorted(ends, key=str) == [None, Code.CAPTCHA_EXPIRED]


def test_a_browser_keeps_the_newest_codes_only(database):
    mine = [opened(database, now=NOW + timedelta(seconds=second)) for second in range(captcha.MOST_OF_BROWSER + 3)]
    other = opened(database, binding="c" * 22)
    assert count(database) == captcha.MOST_OF_BROWSER + 1
    assert check(database, *mine[0]) is Code.CAPTCHA_EXPIRED
    assert check(database, *mine[-1]) is None
    assert check(database, *other, binding="c" * 22) is None


def test_codes_can_be_read_and_spoken():
    assert len(set(captcha.ALPHABET)) == len(captcha.ALPHABET) == 10
    looks_like_another = set("01oilzqg")
    sounds_like_another = set("abcdegkmnpstv") - {"k"}
    turned_by_noise = set("1357890sfep")
    assert not set(captcha.ALPHABET) & (looks_like_another | sounds_like_another | turned_by_noise)


def test_what_people_read_for_a_symbol_is_that_symbol():
    assert captcha.normalise("Z A8 bgv") == "24666y"
    assert captcha.normalise(captcha.ALPHABET) == captcha.ALPHABET


@given(st.text())
def test_answers_are_compared_without_case_and_blanks(typed):
    once = captcha.normalise(typed)
    assert captcha.normalise(once) == once
    assert captcha.normalise(f"  {typed}\t") == once


def test_a_proof_serves_once_for_whatever_form(database):
    proof = "ab" * 32

    def spend(form):
        with database.transaction() as session:
            proofs_of_work.spend(session, proof=proof, form=form, expires_at=NOW)

    spend("access")
    for form in ("access", "login"):
        with pytest.raises(Refusal) as refused:
            spend(form)
        assert refused.value.code == "proof_spent"
    with database.transaction() as session:
        proofs_of_work.forget_expired(session, NOW)
        assert session.scalar(select(func.count()).select_from(SpentProof)) == 1
        proofs_of_work.forget_expired(session, NOW + proofs_of_work.MARGIN)
        assert session.scalar(select(func.count()).select_from(SpentProof)) == 0


def test_of_two_simultaneous_proofs_one_is_taken(database):
    together = threading.Barrier(2, timeout=60)
    ends = []

    def spend():
        together.wait()
        try:
            with database.transaction() as session:
                proofs_of_work.spend(session, proof="cd" * 32, form="access", expires_at=NOW)
            ends.append("taken")
        except Refusal as refusal:
            ends.append(refusal.code)

    threads = [threading.Thread(target=spend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert sorted(ends) == ["proof_spent", "taken"]
