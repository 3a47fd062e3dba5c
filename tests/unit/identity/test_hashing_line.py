"""However many log in at once, hashing is bounded, in order, and refused before anything is counted."""

import os
import threading
import time

import pytest
from pydantic import ValidationError

from services.identity.hashing.line import HashingLine
from services.identity.hashing.pace import may_stand
from services.identity.settings import WORKERS_FOR_PAGES, Settings
from services.runtime import deadline
from services.runtime.refusals import Refusal
from tests.model.crowd import by_pace, by_places, come


def test_a_full_line_is_told_at_once_and_a_place_is_given_back():
    line = HashingLine(places=2, threads=1)
    with line.place():
        with line.place(), pytest.raises(Refusal) as refused, line.place():
            pass
        assert (refused.value.code, refused.value.details) == ("busy", {"seconds": 5})
        with line.place():
            pass


def test_no_more_are_hashed_at_a_time_than_there_are_threads():
    line = HashingLine(places=8, threads=2)
    lock, now, most = threading.Lock(), 0, 0

    def slow():
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1

    def log_in():
        with line.place():
            line.run(slow)

    threads = [threading.Thread(target=log_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_the_threads_that_hash_give_way_to_the_others():
    line, priorities = HashingLine(places=1, threads=1), []

    def slow():
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=line.run, args=(slow,))
    thread.start()
    thread.join()
    assert priorities[0] > os.getpriority(os.PRIO_PROCESS, os.getpid())


def test_nothing_is_hashed_for_somebody_who_has_gone():
    line = HashingLine(places=2, threads=1)
    free, held, told = threading.Event(), threading.Event(), []

    def first():
        line.run(lambda: (held.set(), free.wait(30)))

    def second():
        deadline.bind(0.1)
        try:
            line.run(lambda: told.append("hashed"))
        except deadline.DeadlinePassed:
            told.append("given up")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert held.wait(30)
    threads[1].start()
    threads[1].join(30)
    free.set()
    threads[0].join(30)
    assert told == ["given up"]


def at_once(*acts):
    """Run each in a thread of its own; whatever they raise or return, in their order."""
    found = [None] * len(acts)

    def one(place, act):
        try:
            found[place] = act()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=one, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    return threads, found


def until_followed(line, count):
    """Wait until so many wait for the outcome of the one check that is under way."""
    (first,) = line._checked.values()
    while first.followers < count:
        time.sleep(0.01)


def test_who_could_not_be_answered_in_time_is_told_before_anything_is_done_for_him():
    line = HashingLine(places=20, threads=1)
    with line.place() as slow:
        for seconds in (4.0,) * 30:
            line._pace.note(seconds)
        slow(int)
        deadline.bind(5.0)
        with pytest.raises(Refusal) as refused, line.place():
            pass
        assert refused.value.code == "busy"
        assert refused.value.details["seconds"] >= 5
        with pytest.raises(Refusal) as later, line.place():
            pass
        assert later.value.details["seconds"] > refused.value.details["seconds"], "those refused come again before him"
        deadline.bind(None)
    with line.place():
        pass


def test_the_same_log_in_again_shares_the_outcome_of_the_first():
    line, hashed = HashingLine(places=4, threads=1), []
    began, free = threading.Event(), threading.Event()

    def check(password):
        hashed.append(password)
        began.set()
        free.wait(30)
        return password == "right"

    def log_in(password):
        with line.place(same=("ada", password)) as slow:
            return slow(check, password)

    threads, found = at_once(lambda: log_in("right"))
    assert began.wait(30)
    more, again = at_once(lambda: log_in("right"), lambda: log_in("right"))
    until_followed(line, 2)
    free.set()
    for thread in [*threads, *more]:
        thread.join(30)
    assert (found, again, hashed) == ([True], [True, True], ["right"])
    assert log_in("wrong") is False, "another password is another request"
    assert log_in("right") is True
    assert hashed == ["right", "wrong", "right"], "what is over is forgotten"


def test_what_the_first_did_not_find_out_is_not_told_to_the_second():
    line = HashingLine(places=4, threads=1)
    inside, leave = threading.Event(), threading.Event()

    def first():
        with line.place(same=("ada", "right")):
            inside.set()
            leave.wait(30)
            raise KeyError

    def second():
        with line.place(same=("ada", "right")) as slow:
            return slow(int)

    threads, _ = at_once(first)
    assert inside.wait(30)
    more, told = at_once(second)
    until_followed(line, 1)
    leave.set()
    for thread in [*threads, *more]:
        thread.join(30)
    assert isinstance(told[0], Refusal)
    assert told[0].code == "busy"


@pytest.mark.parametrize(
    ("pending", "hashes", "threads", "seconds", "remaining", "may"),
    [
        (0, 2, 1, 60.0, 1.0, True),
        (3, 1, 2, 1.0, 15.0, True),
        (20, 1, 2, 0.3, 15.0, True),
        (40, 1, 2, 0.3, 15.0, False),
        (3, 1, 2, 1.0, 2.0, False),
        (5, 1, 2, 1.0, None, True),
    ],
)
def test_who_may_stand_in_line(pending, hashes, threads, seconds, remaining, may):
    assert may_stand(pending, hashes, threads, seconds, remaining) is may


def test_a_crowd_beyond_what_can_be_hashed_is_hashed_for_all_the_same():
    """Two hundred people, two hashes a second, callers who wait fifteen seconds: bounded places alone collapse."""
    measured = {"threads": 2, "seconds": 1.0, "until": 120.0}
    before = come(200, by_places(48), **measured)
    now = come(200, by_pace(2, 1.0), **measured)
    assert before.answered < 60, "what the model shows is the collapse that was measured"
    assert before.answered / before.hashes < 0.3
    assert now.answered == 200
    assert now.hashes == now.answered, "no password is checked for somebody who has gone"
    assert now.tries < before.tries / 3


def test_pages_keep_workers_whatever_the_settings():
    keys = {
        "holder_key": "0" * 64,
        "permit_private_key": "1" * 64,
        "mail_public_key": "2" * 64,
        "sms_public_key": "3" * 64,
    }
    settings = Settings(**keys)
    assert settings.hashing_places <= settings.concurrent_requests - WORKERS_FOR_PAGES
    with pytest.raises(ValidationError, match="HASHING_PLACES"):
        Settings(**keys, concurrent_requests=20, hashing_places=20)
