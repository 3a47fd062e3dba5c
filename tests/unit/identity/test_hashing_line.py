"""However many log in at once, hashing is bounded, in order, and refused before anything is counted."""

import os
import threading
import time

import pytest
from pydantic import ValidationError

from services.identity.hashing_line import HashingLine
from services.identity.settings import WORKERS_FOR_PAGES, Settings
from services.runtime import deadline
from services.runtime.refusals import Refusal


def test_a_full_line_is_told_at_once_and_a_place_is_given_back():
    line = HashingLine(places=2, threads=1)
    with line.place():
        with line.place(), pytest.raises(Refusal) as refused, line.place():
            pass
        assert (refused.value.code, refused.value.details) == ("busy", {"seconds": 10})
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


def test_pages_keep_workers_whatever_the_settings():
    keys = {"holder_key": "0" * 64, "permit_private_key": "1" * 64, "notification_public_key": "2" * 64}
    settings = Settings(**keys)
    assert settings.hashing_places <= settings.concurrent_requests - WORKERS_FOR_PAGES
    with pytest.raises(ValidationError, match="HASHING_PLACES"):
        Settings(**keys, concurrent_requests=20, hashing_places=20)
