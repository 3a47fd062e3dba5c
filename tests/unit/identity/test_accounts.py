from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.identity.access import access_requests, accounts, lockout, passwords, resumption, sessions
from services.identity.models import LogInAttempts
from services.identity.voting_events import voting_events
from services.runtime.refusals import Refusal
from tests.unit.identity.test_links import PASSWORD, activate, answer, ask, direct, token_in
from tests.unit.identity.world import COST, KEY, LIFETIME, NOW, definition, everything, import_roll, row

IDLE = timedelta(minutes=30)


NO_CHALLENGE = {"question": None, "answer": None}


def ask_password(database, identifier, now=NOW):
    with database.transaction() as session:
        return access_requests.request_password_link(session, identifier, holder_key=KEY, now=now)


def log_in(database, identifier="anne@ac-amiens.fr", password=PASSWORD, now=NOW, slow=direct):
    return accounts.log_in(database, slow, identifier=identifier, password=password, cost=COST, holder_key=KEY, now=now)


def resume(database, token, now=NOW):
    return asdict(resumption.resume(database, token, now=now, idle=IDLE, language=None))


@pytest.fixture
def anne(database, voters, letters, mails):
    """Anne has activated her account; the fixture is the token of her session."""
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    return activate(database, token_in(mails()[0]))


def refusal(function, *args, **kwargs):
    with pytest.raises(Refusal) as refused:
        function(*args, **kwargs)
    return refused.value


def test_after_activation_the_password_comes_next(database, anne):
    assert ask(database, " ANNE@ac-amiens.fr") == "password"
    assert resume(database, log_in(database, " ANNE@ac-amiens.fr"))["voter"]["surname"] == "Nom-anne"


def test_a_weak_password_leaves_the_link_usable(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    token = token_in(mails()[0])
    before = everything(database)
    refused = refusal(activate, database, token, password="trop court")
    assert (refused.code, refused.details) == (
        "password_refused",
        {"broken": ["too_short", "uppercase", "digit"]},
    )
    assert everything(database) == before
    assert activate(database, token)


def test_a_used_link_says_so(database, anne, mails):
    before = everything(database)
    assert refusal(activate, database, token_in(mails()[0])).code == "link_used"
    assert everything(database) == before


@pytest.mark.parametrize(
    ("identifier", "password"),
    [("nobody@ac-amiens.fr", PASSWORD), ("bob@ac-amiens.fr", PASSWORD), ("anne@ac-amiens.fr", PASSWORD + "x")],
)
def test_unknown_unactivated_and_wrong_are_refused_alike_with_the_same_work(database, anne, identifier, password):
    work = []

    def counting(function, *args):
        work.append((function, args[1][:7]))
        return function(*args)

    refused = refusal(log_in, database, identifier, password, slow=counting)
    assert (refused.code, refused.details) == ("log_in_refused", {})
    assert work == [(passwords.matches, f"$2b$0{COST}$")]


def test_no_transaction_is_open_while_hashing(database, anne):
    def slow(function, *args):
        with database.transaction():
            return function(*args)

    assert log_in(database, slow=slow)


@pytest.mark.parametrize(("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (99, 15)])
def test_the_pause_doubles_up_to_a_quarter_of_an_hour(failures, minutes):
    assert lockout.minutes_after(failures) == minutes


def test_five_failures_lock_for_a_minute_then_two(database, anne):
    for _ in range(5):
        assert refusal(log_in, database, password="wrong").code == "log_in_refused"
    before = everything(database)
    refused = refusal(log_in, database, now=NOW + timedelta(seconds=30))
    assert (refused.code, refused.details) == ("account_locked", {"minutes": 1})
    assert everything(database) == before
    later = NOW + timedelta(minutes=1)
    assert refusal(log_in, database, password="wrong", now=later).code == "log_in_refused"
    assert refusal(log_in, database, now=later).details == {"minutes": 2}
    assert log_in(database, now=later + timedelta(minutes=2))
    with database.reading() as session:
        assert session.scalars(select(LogInAttempts)).all() == []


def test_simultaneous_guesses_are_counted_before_they_are_checked(database, anne):
    tried = []

    def slow(function, *args):
        tried.append(args[0])
        if len(tried) < 20:
            refusal(log_in, database, password="wrong", slow=slow)
        return function(*args)

    refusal(log_in, database, password="wrong", slow=slow)
    assert len(tried) == 5


def test_a_link_opens_a_locked_account(database, anne, letters, mails):
    for _ in range(5):
        refusal(log_in, database, password="wrong")
    ask_password(database, "anne@ac-amiens.fr")
    answer(database, letters)
    assert mails()[-1]["template"] == "password_link"
    activate(database, token_in(mails()[-1]), password=PASSWORD + "2", **NO_CHALLENGE)
    assert log_in(database, password=PASSWORD + "2")


def test_a_new_password_ends_other_sessions_and_the_old_one_lasts_until_then(database, anne, letters, mails):
    ask_password(database, "anne@ac-amiens.fr")
    answer(database, letters)
    other = log_in(database)
    new = activate(database, token_in(mails()[-1]), password=PASSWORD + "2", **NO_CHALLENGE)
    for ended in (anne, other):
        assert refusal(resume, database, ended).code == "session_expired"
    assert resume(database, new)["voter"]["identifier"] == "anne@ac-amiens.fr"
    assert refusal(log_in, database).code == "log_in_refused"


def test_a_password_replaced_during_the_check_is_not_accepted(database, anne, letters, mails):
    ask_password(database, "anne@ac-amiens.fr")
    answer(database, letters)

    def slow(function, *args):
        result = function(*args)
        activate(database, token_in(mails()[-1]), password=PASSWORD + "2", **NO_CHALLENGE)
        return result

    assert refusal(log_in, database, slow=slow).code == "log_in_refused"


def test_a_password_link_for_an_account_never_activated_activates_it(database, voters, letters, mails):
    for identifier in ("bob@ac-amiens.fr", "nobody@ac-amiens.fr"):
        ask_password(database, identifier)
    answer(database, letters)
    assert [mail["template"] for mail in mails()] == ["activation_link"]


def test_a_session_ends_by_idleness_and_not_by_use(database, anne):
    moment = NOW
    for _ in range(3):
        moment += IDLE - timedelta(minutes=1)
        assert resume(database, anne, moment)
    assert refusal(resume, database, anne, moment + IDLE).code == "session_expired"


def test_a_session_ends_after_its_longest_whatever_is_done_with_it(database, anne):
    moment, step, ends = NOW, IDLE - timedelta(minutes=1), NOW + sessions.LONGEST
    while moment + step < ends:
        moment += step
        assert resume(database, anne, moment)["expires_at"] == min(moment + IDLE, ends)
    assert refusal(resume, database, anne, ends).code == "session_expired"
    with database.transaction() as session:
        sessions.forget_idle(session, now=ends, idle=2 * sessions.LONGEST)
    assert everything(database)["sessions"] == []


def test_a_closed_session_is_over(database, anne):
    for _ in range(2):
        with database.transaction() as session:
            sessions.close(session, anne)
    assert refusal(resume, database, anne).code == "session_expired"


def test_idle_sessions_are_forgotten(database, anne):
    with database.transaction() as session:
        sessions.forget_idle(session, now=NOW + IDLE, idle=IDLE)
    assert everything(database)["sessions"] == []


def test_the_last_connection_is_the_one_before_this(database, anne):
    assert resume(database, anne)["last_connection"] is None
    later = NOW + timedelta(hours=5)
    assert resume(database, log_in(database, now=later), later)["last_connection"] == NOW.replace(minute=0, second=0)


def test_no_token_and_no_password_is_stored(database, anne, mails):
    stored = str(everything(database))
    for secret in (anne, PASSWORD, token_in(mails()[0])):
        assert secret not in stored


def test_the_2018_policy_applies_where_the_voting_event_says_so(database, letters, mails):
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition(profile="2018"))
    import_roll(database, [row("anne1@ac-amiens.fr")])
    ask(database, "anne1@ac-amiens.fr")
    with database.transaction() as session:
        access_requests.answer_requests(session, letters, now=NOW, lifetime=LIFETIME)
    assert mails()[0]["template"] == "account_link"  # in 2018's words
    token = token_in(mails()[0])
    assert refusal(activate, database, token, password="Anne1@ac-amiens.fr", **NO_CHALLENGE).details == {
        "broken": ["same_as_identifier"]
    }
    assert activate(database, token, password="Jevote18", **NO_CHALLENGE)
