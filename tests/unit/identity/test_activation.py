import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.identity.access import activation, forgetting, links, passwords, sessions
from services.identity.contract.event.wording import without_accents
from services.identity.models import Account, Link
from services.identity.voting_events import voting_events
from services.runtime.refusals import Refusal
from tests.unit.identity.test_accounts import NO_CHALLENGE, ask_password, log_in, refusal, resume
from tests.unit.identity.test_links import PASSWORD, activate, answer, ask, direct, token_in
from tests.unit.identity.world import COST, KEY, LIFETIME, NOW, definition, everything, import_roll, row

ANNE = "anne@ac-amiens.fr"
HASHING = activation.Hashing(direct, COST)
HASH = re.compile(r"\$2[aby]\$")


def prepare(database, token, password=PASSWORD, now=NOW, hashing=HASHING):
    return activation.prepare(database, hashing, token=token, password=password, now=now)


def enter(database, token, now=NOW):
    return activation.enter_without_activation(database, token=token, holder_key=KEY, now=now)


def account(database):
    with database.reading() as session:
        found = session.scalars(select(Account)).one()
        session.expunge(found)
        return found


def pending(database):
    with database.reading() as session:
        return session.scalars(select(Link.pending_hash)).all()


@pytest.fixture
def token(database, voters, letters, mails):
    """Anne's activation link."""
    ask(database, ANNE)
    answer(database, letters)
    return token_in(mails()[0])


@pytest.fixture
def token_2018(database, letters, mails):
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition(profile="2018"))
    import_roll(database, [row(ANNE)])
    ask(database, ANNE)
    answer(database, letters)
    return token_in(mails()[0])


def test_password_then_question_activates(database, token):
    assert prepare(database, token) == "2022"
    session = activate(database, token, password=None, question="first_pet", answer=" MÉDOR ")
    assert resume(database, session)["activated"] is True
    stored = account(database)
    assert stored.challenge_question == "first_pet"
    assert passwords.matches("medor", stored.answer_hash)
    assert log_in(database)
    assert pending(database) == [None]
    for secret in (PASSWORD, "MÉDOR", "medor"):
        assert secret not in str(everything(database))


def test_one_s_own_question_is_kept_in_one_s_words(database, token):
    activate(database, token, question="Où ai-je appris à nager ?", answer="À l’île de Ré")
    stored = account(database)
    assert stored.challenge_question == "Où ai-je appris à nager ?"
    assert passwords.matches(without_accents("a L'ILE  DE re"), stored.answer_hash)


def test_the_last_prepared_password_counts(database, token):
    prepare(database, token, PASSWORD + "1")
    prepare(database, token, PASSWORD + "2")
    activate(database, token, password=None)
    assert refusal(log_in, database, password=PASSWORD + "1").code == "log_in_refused"
    assert log_in(database, password=PASSWORD + "2")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"password": None}, "activation_not_prepared"),
        ({"password": "court"}, "password_refused"),
        ({"answer": ""}, "answer_refused"),
        ({"answer": None}, "answer_refused"),
        ({"question": None}, "answer_refused"),
        ({"question": "Ma ville ?", "answer": "ma ville"}, "answer_refused"),
        (NO_CHALLENGE, "answer_refused"),
    ],
)
def test_refusals_change_nothing_and_leave_the_link(database, token, given, code):
    before = everything(database)
    assert refusal(activate, database, token, **given).code == code
    assert everything(database) == before
    assert activate(database, token)


def test_a_weak_password_is_not_prepared(database, token):
    before = everything(database)
    refused = refusal(prepare, database, token, "court")
    assert (refused.code, refused.details["broken"][0]) == ("password_refused", "too_short")
    assert everything(database) == before


def test_a_password_prepared_stays_when_another_link_is_sent_and_goes_when_that_one_is_used(
    database, token, letters, mails
):
    prepare(database, token)
    later = NOW + timedelta(minutes=3)
    ask(database, ANNE, later)
    answer(database, letters, later)
    newest = token_in(mails()[-1])
    assert refusal(activate, database, newest, password=None, now=later).code == "activation_not_prepared"
    enter(database, newest, later)
    assert pending(database) == [None, None]
    assert refusal(activate, database, token, password=None, now=later).code == "link_used"


def test_a_prepared_password_goes_when_the_link_expires(database, token):
    prepare(database, token)
    with database.transaction() as session:
        forgetting.forget(session, NOW + LIFETIME - timedelta(seconds=1))
    assert pending(database) != [None]
    with database.transaction() as session:
        forgetting.forget(session, NOW + LIFETIME)
    assert pending(database) == [None]


def test_the_link_may_be_ended_while_the_password_is_hashed(database, token, letters):
    def slow(function, *args):
        hashed = function(*args)
        with database.transaction() as session:
            links.end_all(session, [session.scalar(select(Link.voter_id))], NOW)
        return hashed

    assert refusal(prepare, database, token, hashing=activation.Hashing(slow, COST)).code == "link_used"
    assert pending(database) == [None]


def test_access_without_activation_leaves_neither_password_nor_answer(database, token):
    """A6: scans every column of every table."""
    prepare(database, token)
    assert HASH.search(str(everything(database)))
    session = enter(database, token)
    left = everything(database)
    assert left["accounts"] == []
    assert HASH.search(str(left)) is None
    resumed = resume(database, session)
    assert (resumed["activated"], resumed["last_connection"]) == (False, None)
    assert resumed["expires_at"] == NOW + timedelta(minutes=30)


def test_the_next_visit_starts_again_at_the_link(database, token, letters, mails):
    prepare(database, token)
    enter(database, token)
    assert refusal(log_in, database).code == "log_in_refused"
    assert refusal(enter, database, token).code == "link_used"
    later = NOW + timedelta(hours=1)
    assert ask(database, ANNE, later) == "link_sent"
    answer(database, letters, later)
    new = token_in(mails()[-1])
    assert new != token
    assert refusal(activate, database, new, password=None, now=later).code == "activation_not_prepared"
    assert resume(database, activate(database, new, now=later), later)["activated"] is True


def test_activation_ends_the_session_without_activation(database, token, letters, mails):
    old = enter(database, token)
    later = NOW + timedelta(minutes=5)
    ask(database, ANNE, later)
    answer(database, letters, later)
    activate(database, token_in(mails()[-1]), now=later)
    assert refusal(resume, database, old, later).code == "session_expired"


def test_of_two_simultaneous_ways_in_one_succeeds(database, token):
    prepare(database, token)
    together = threading.Barrier(2, timeout=60)
    ends = []

    def go(way):
        together.wait()
        try:
            ends.append(way())
        except Refusal as refused:
            ends.append(refused)

    ways = (lambda: enter(database, token), lambda: activate(database, token, password=None))
    threads = [threading.Thread(target=go, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    refusals = [end.code for end in ends if isinstance(end, Refusal)]
    assert (len(ends), refusals) == (2, ["link_used"])


def test_2018_has_one_step_and_no_other_way_in(database, token_2018):
    before = everything(database)
    assert refusal(activate, database, token_2018, password="Jevote18").code == "not_in_this_profile"
    assert refusal(enter, database, token_2018).code == "not_in_this_profile"
    assert refusal(activate, database, token_2018, password=None, **NO_CHALLENGE).code == "password_refused"
    assert prepare(database, token_2018, "Jevote18") == "2018"
    assert everything(database) == before
    session = activate(database, token_2018, password="Jevote18", **NO_CHALLENGE)
    assert resume(database, session)["activated"] is True
    assert account(database).answer_hash is None


def test_a_new_password_keeps_the_challenge_and_has_no_other_way_in(database, token, letters, mails):
    activate(database, token)
    kept = account(database).answer_hash
    ask_password(database, ANNE)
    answer(database, letters)
    new = token_in(mails()[-1])
    assert refusal(enter, database, new).code == "not_in_this_profile"
    assert refusal(activate, database, new, password=PASSWORD + "2").code == "not_in_this_profile"
    activate(database, new, password=PASSWORD + "2", **NO_CHALLENGE)
    assert account(database).answer_hash == kept
    assert log_in(database, password=PASSWORD + "2")


def test_without_the_setting_the_question_may_be_left_out(database, token):
    assert activate(database, token, challenge_required=False, **NO_CHALLENGE)
    assert account(database).answer_hash is None


def test_the_link_resets_the_lock_in_every_way(database, token, letters, mails):
    for _ in range(5):
        refusal(log_in, database, password="wrong")
    assert refusal(log_in, database).code == "account_locked"
    enter(database, token)
    assert refusal(log_in, database).code == "log_in_refused"


def test_the_owner_gets_in_while_guesses_go_on(database, token, letters, mails):
    activate(database, token)
    for _ in range(5):
        refusal(log_in, database, password="wrong")
    ask_password(database, ANNE)
    answer(database, letters)

    def slow(function, *args):
        refusal(log_in, database, password="wrong")
        return function(*args)

    session = activate(database, token_in(mails()[-1]), slow=slow, **NO_CHALLENGE)
    assert resume(database, session)
    assert log_in(database)


def again(database, token, browser, now=NOW):
    with database.transaction() as session:
        return activation.answer_again(session, token=token, browser=browser, now=now)


def test_an_answer_that_was_lost_is_given_again_to_the_browser_that_asked(database, token):
    lost = activate(database, token, browser="browser-of-anne")
    found = again(database, token, "browser-of-anne", NOW + timedelta(minutes=1))
    assert resume(database, found)["activated"] is True
    # Of a link there is one session at most: whoever caught the lost answer holds nothing.
    assert refusal(resume, database, lost).code == "session_expired"
    assert log_in(database)


@pytest.mark.parametrize("why", ["another browser", "too late", "logged out", "no browser"])
def test_a_link_that_has_served_serves_nobody_else(database, token, why):
    held = activate(database, token, browser=None if why == "no browser" else "browser-of-anne")
    if why == "logged out":
        with database.transaction() as session:
            sessions.close(session, held)
    browser = "browser-of-bob" if why == "another browser" else "browser-of-anne"
    later = NOW + (links.REPEATED_WITHIN if why == "too late" else timedelta(minutes=1))
    before = everything(database)
    with pytest.raises(Refusal) as refused:
        again(database, token, browser, later)
    assert refused.value.code == "link_used"
    assert everything(database) == before


def test_the_answer_of_a_visit_without_activation_is_given_again(database, token):
    activation.enter_without_activation(database, token=token, browser="browser-of-anne", holder_key=KEY, now=NOW)
    assert resume(database, again(database, token, "browser-of-anne"))["activated"] is False
