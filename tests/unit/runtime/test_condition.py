"""Signs of life, what waits, what was parked: what an operator is told of a service."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.runtime.bus import condition
from services.runtime.bus.delivery_tables import INBOX, OUTBOX, PROCESS
from services.runtime.clock import utc_now
from services.runtime.hosting import received
from services.runtime.hosting.resources import Resources
from services.runtime.telemetry.repeats import NoRepeats, Repeats
from tests.unit.runtime.test_delivery import Numbered, envelope, publish


def look(database):
    with database.reading() as session:
        return condition.look(session, database, "ballot", [])


def grow_older(database, table, column, seconds):
    with database.transaction() as session:
        session.execute(update(table).values({column: utc_now() - timedelta(seconds=seconds)}))


def test_a_dead_relay_and_a_frozen_replica_are_seen(database):
    relay, replica = condition.Heart(database, condition.RELAY), condition.Heart(database, "ballot")
    for heart in (relay, replica):
        heart.beat()
        heart.beat()
    found = look(database)
    assert [process.kind for process in found.processes] == ["ballot", "relay"]
    assert condition.warnings(found) == []
    grow_older(database, PROCESS, "at", condition.SILENT_SECONDS + 1)
    assert condition.warnings(look(database)) == ["relay_silent", "process_silent"]
    relay.beat()
    assert condition.warnings(look(database)) == ["process_silent"]


def test_a_process_that_stops_is_not_missed_and_one_that_died_is_forgotten(database):
    relay, dead = condition.Heart(database, condition.RELAY), condition.Heart(database, "ballot")
    dead.beat()
    grow_older(database, PROCESS, "at", condition.FORGOTTEN.total_seconds() + 1)
    relay.beat()
    assert [process.kind for process in look(database).processes] == ["relay"]
    relay.stop()
    assert look(database).processes == []
    assert condition.warnings(look(database)) == ["relay_silent"]


def test_what_waits_too_long_is_told_by_its_age(database):
    condition.Heart(database, condition.RELAY).beat()
    publish(database, 1, 2)
    received.receive(database, envelope("e1"))
    assert condition.warnings(look(database)) == []
    grow_older(database, OUTBOX, "created_at", 90)
    grow_older(database, INBOX, "received_at", 90)
    found = look(database)
    assert (found.outbox, found.inbox) == (2, 1)
    assert found.outbox_oldest_seconds >= 90
    assert condition.warnings(found) == ["outbox_old", "inbox_old"]


@pytest.mark.parametrize("chosen", ["e1", None])
def test_parked_events_are_listed_and_tried_again(database, chosen):
    resources = Resources("identity", None, database, None)
    for event in ("e1", "e2"):
        received.receive(database, envelope(event, 7))

    def fail(_session, _event, _resources):
        raise ZeroDivisionError

    for _ in range(received.MOST_ATTEMPTS):
        with database.transaction() as session:
            session.execute(update(INBOX).values(next_attempt_at=utc_now()))
        received.work_due(resources, "ballot", Numbered, fail)
    found = look(database)
    assert (found.parked_count, [parked.reason for parked in found.parked]) == (2, ["ZeroDivisionError"] * 2)
    assert "events_parked" in condition.warnings(found)
    with database.transaction() as session:
        assert condition.retry_parked(session, chosen) == (1 if chosen else 2)
    worked = []
    received.work_due(resources, "ballot", Numbered, lambda _session, event, _resources: worked.append(event.number))
    assert worked == [7] * (1 if chosen else 2)
    with database.reading() as session:
        states = session.scalars(select(INBOX.c.state).order_by(INBOX.c.event_id)).all()
    assert states == (["done", "parked"] if chosen else ["done", "done"])


def test_what_is_said_again_and_again_is_said_once_a_minute():
    now = [0.0]
    repeats = Repeats(quiet=60.0, clock=lambda: now[0])
    assert [repeats.held_back("x") for _ in range(80)] == [0] + [None] * 79
    now[0] = 60.0
    assert repeats.held_back("x") == 79
    repeats.forget("x")
    assert repeats.held_back("x") == 0


def test_libraries_do_not_fill_the_log_and_our_own_lines_all_stay():
    no_repeats = NoRepeats()

    def kept(name):
        records = (logging.LogRecord(name, logging.WARNING, "", 1, "%s is away", (n,), None) for n in range(80))
        return sum(no_repeats.filter(record) for record in records)

    assert kept("kombu.connection") == 1
    assert kept("isoloir.rpc") == 80
