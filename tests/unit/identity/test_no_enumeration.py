"""A4, A9: strangers and voters cost the same work: the same statements in the same order, the same hashes.

Compared on what is executed, not on the clock: the text of every SQL statement and every call of bcrypt.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event as listening

from services.identity.access import access_requests
from services.runtime.refusals import Refusal
from tests.unit.identity.test_accounts import log_in
from tests.unit.identity.test_links import PASSWORD, activate, answer, token_in
from tests.unit.identity.world import KEY, NOW, everything

ACTIVE, UNACTIVATED, UNKNOWN = "anne@ac-amiens.fr", "bob@ac-amiens.fr", "nobody@ac-amiens.fr"


@contextmanager
def work(database):
    """The statements executed within, in order."""
    done = []

    def note(connection, cursor, statement, parameters, context, executemany):
        done.append(statement)

    listening.listen(database.engine, "before_cursor_execute", note)
    try:
        yield done
    finally:
        listening.remove(database.engine, "before_cursor_execute", note)


@pytest.fixture
def anne(database, voters, letters, mails):
    """Anne is active, bob is not, and the cooldown of neither runs."""
    with database.transaction() as session:
        access_requests.request_access(session, ACTIVE, holder_key=KEY, now=NOW)
    answer(database, letters)
    activate(database, token_in(mails()[0]))


def request(database, ask, identifier, now=NOW):
    with database.transaction() as session:
        return ask(session, identifier, holder_key=KEY, now=now)


def test_asking_for_access_is_the_same_for_unknown_and_unactivated(database, anne, letters):
    seen = []
    for identifier in (UNACTIVATED, UNKNOWN):
        answers, statements = [], []
        for seconds in (0, 1, 119, 120, 121):
            with work(database) as done:
                answers.append(
                    request(database, access_requests.request_access, identifier, NOW + timedelta(seconds=seconds))
                )
            statements.append(list(done))
            answer(database, letters, NOW + timedelta(seconds=seconds))
        seen.append((answers, statements))
    assert seen[0] == seen[1]
    first, second, last, again, after = seen[0][0]
    assert (first.next, first.sent_since, first.retry_after) == ("link_sent", None, 120)
    assert (second.sent_since, second.retry_after) == (NOW, 119)
    assert (last.sent_since, last.retry_after) == (NOW, 1)
    assert (again.sent_since, again.retry_after) == (None, 120)
    assert after.sent_since == NOW + timedelta(seconds=120)


def test_asking_for_a_password_link_is_the_same_for_everybody(database, anne, letters):
    seen = []
    for identifier in (ACTIVE, UNACTIVATED, UNKNOWN):
        with work(database) as done:
            answers = [request(database, access_requests.request_password_link, identifier) for _ in range(2)]
        seen.append((answers, list(done)))
        answer(database, letters)
    assert seen[0] == seen[1] == seen[2]
    assert [one.sent_since for one in seen[0][0]] == [None, NOW]


def test_asking_at_once_is_answered_in_one_shape(database, anne):
    active = request(database, access_requests.request_access, ACTIVE)
    assert vars(active) == {"next": "password", "sent_since": None, "retry_after": 0}
    assert vars(active).keys() == vars(request(database, access_requests.request_access, UNKNOWN)).keys()


def test_failed_log_ins_are_the_same_up_to_the_lock_and_beyond(database, anne):
    seen = []
    for identifier in (ACTIVE, UNACTIVATED, UNKNOWN):
        hashes, ends = [], []

        def counting(function, *args, hashes=hashes):
            hashes.append((function.__name__, len(args[1])))
            return function(*args)

        with work(database) as done:
            for attempt in range(9):
                now = NOW + timedelta(seconds=attempt if attempt < 7 else 70 + attempt)
                with pytest.raises(Refusal) as refused:
                    log_in(database, identifier, "wrong" + PASSWORD, now=now, slow=counting)
                ends.append((refused.value.code, refused.value.details))
        seen.append((hashes, ends, list(done)))
    assert seen[0] == seen[1] == seen[2]
    codes = [code for code, _ in seen[0][1]]
    assert codes == ["log_in_refused"] * 5 + ["account_locked"] * 2 + ["log_in_refused", "account_locked"]


def test_no_identifier_is_stored_where_attempts_are_counted(database, anne):
    with pytest.raises(Refusal):
        log_in(database, UNKNOWN)
    request(database, access_requests.request_access, UNKNOWN)
    stored = everything(database)
    assert UNKNOWN not in str(stored["log_in_attempts"]) + str(stored["access_cooldowns"])


def test_activation_lets_another_link_be_asked_for_at_once(database, anne):
    assert request(database, access_requests.request_password_link, ACTIVE).sent_since is None
