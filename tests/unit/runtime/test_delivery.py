"""Events leave with the change that makes them true, arrive once, and survive whatever fails in between."""

import dataclasses
from datetime import timedelta
from types import SimpleNamespace
from typing import ClassVar

import pytest
from sqlalchemy import insert, select, update

from services.runtime.bus import idempotency, outbox, relay
from services.runtime.bus.delivery_tables import INBOX, OUTBOX
from services.runtime.clock import utc_now
from services.runtime.contracts.messages import Event
from services.runtime.hosting import inbox, received
from services.runtime.hosting.resources import Resources
from services.runtime.storage.absence import WriterBusy
from services.runtime.telemetry import correlation
from services.runtime.telemetry.correlation import new_id
from tests.servers import event_keys


class Numbered(Event):
    """An event that the topology knows, with a number to tell one from another."""

    type: ClassVar[str] = "election_sealed"

    number: int


class Recorder:
    """A broker that takes everything, or fails from the nth event on."""

    def __init__(self, fails_at=None):
        self.events = []
        self.fails_at = fails_at

    def publish(self, event):
        if self.fails_at is not None and len(self.events) >= self.fails_at:
            raise relay.Undeliverable("no broker")
        self.events.append(event)


def rows(database, table):
    with database.reading() as session:
        return session.execute(select(table)).all()


def publish(database, *numbers):
    with database.transaction() as session:
        return [outbox.publish(session, "ballot", Numbered(number=number)) for number in numbers]


def envelope(event_id, number=1):
    return {
        "id": event_id, "source": "ballot", "type": "election_sealed", "correlation_id": correlation.new_id(),
        "payload": {"number": number},
    }  # fmt: skip


@pytest.fixture
def resources(database):
    return Resources("identity", None, database, None)


def test_an_event_of_a_failed_transaction_never_leaves(database, notes):
    with pytest.raises(RuntimeError), database.transaction() as session:
        outbox.publish(session, "ballot", Numbered(number=1))
        raise RuntimeError
    assert relay.drain(database, Recorder()) == 0


def test_events_leave_in_order_and_are_erased(database):
    publish(database, 1, 2, 3)
    broker = Recorder()
    assert relay.drain(database, broker) == 3
    assert [event["payload"]["number"] for event in broker.events] == [1, 2, 3]
    assert rows(database, OUTBOX) == []


def test_what_the_broker_did_not_take_stays(database):
    publish(database, 1, 2, 3)
    with pytest.raises(relay.Undeliverable):
        relay.drain(database, Recorder(fails_at=1))
    broker = Recorder()
    relay.drain(database, broker)
    assert [event["payload"]["number"] for event in broker.events] == [2, 3]


def test_an_event_received_twice_is_worked_once_and_its_payload_erased(database, resources, notes):
    told = envelope("e1", 7)
    assert received.receive(database, told)
    assert not received.receive(database, told)

    def work(session, event, _resources):
        session.execute(insert(notes).values(text=str(event.number)))

    received.work_due(resources, "ballot", Numbered, work)
    assert not received.receive(database, told)
    received.work_due(resources, "ballot", Numbered, work)
    assert [row.text for row in rows(database, notes)] == ["7"]
    (row,) = rows(database, INBOX)
    assert (row.state, row.payload, row.correlation_id) == ("done", None, "")
    assert {(at.minute, at.second, at.microsecond) for at in (row.received_at, row.next_attempt_at)} == {(0, 0, 0)}


@pytest.mark.parametrize("database_answers", [True, False])
def test_a_broker_that_dies_before_it_is_answered_ends_no_process(database, resources, monkeypatch, database_answers):
    def gone(_message):
        raise ConnectionResetError

    def away(_database, _event):
        raise WriterBusy

    accepted = inbox.Inbox("ballot", Numbered, lambda *_: None)
    accepted.queue_consumer = SimpleNamespace(ack_message=gone, requeue_message=gone)
    knowing = dataclasses.replace(resources, settings=SimpleNamespace(event_keys=event_keys.PUBLIC))
    monkeypatch.setattr(inbox, "resources_of", lambda _inbox: knowing)
    if not database_answers:
        monkeypatch.setattr(inbox, "receive", away)
        accepted._stopping = True
    told = event_keys.signed(envelope(new_id()))
    accepted.handle_message(told, None)
    assert [row.event_id for row in rows(database, INBOX)] == ([told["id"]] if database_answers else [])


def test_an_event_is_held_until_the_database_is_back(database, resources, monkeypatch):
    acknowledged, pauses = [], []
    accepted = inbox.Inbox("ballot", Numbered, lambda *_: None)
    accepted.queue_consumer = SimpleNamespace(ack_message=acknowledged.append)
    knowing = dataclasses.replace(resources, settings=SimpleNamespace(event_keys=event_keys.PUBLIC))
    monkeypatch.setattr(inbox, "resources_of", lambda _inbox: knowing)
    monkeypatch.setattr(inbox, "time", SimpleNamespace(sleep=pauses.append))

    def away_twice(where, event):
        if len(pauses) < 2:
            raise WriterBusy
        return received.receive(where, event)

    monkeypatch.setattr(inbox, "receive", away_twice)
    accepted.handle_message(event_keys.signed(envelope(new_id())), "the message")
    assert (len(rows(database, INBOX)), acknowledged, len(pauses)) == (1, ["the message"], 2)


def test_work_that_fails_changes_nothing_waits_and_is_parked_in_the_end(database, resources, notes, monkeypatch):
    now = utc_now()  # it stands still: the first pause is a second, which a busy machine may take to ask again
    monkeypatch.setattr(received, "utc_now", lambda: now)
    received.receive(database, envelope("e1"))

    def work(session, event, _resources):
        session.execute(insert(notes).values(text="half done"))
        raise RuntimeError("a sentence that could repeat a secret")

    for attempt in range(1, received.MOST_ATTEMPTS + 1):
        assert received.work_due(resources, "ballot", Numbered, work) == 1
        assert received.work_due(resources, "ballot", Numbered, work) == 0, "no hot loop: the row has to wait"
        (row,) = rows(database, INBOX)
        assert (row.attempts, row.reason) == (attempt, "RuntimeError")
        with database.transaction() as session:
            session.execute(update(INBOX).values(next_attempt_at=now))
    assert row.state == "parked"
    assert received.work_due(resources, "ballot", Numbered, work) == 0
    assert rows(database, notes) == []


def test_a_failure_noted_late_does_not_undo_what_another_process_did(database, resources, monkeypatch):
    """Two processes of a service: one fails, and the other works the row before the first has noted its failure."""
    received.receive(database, envelope("e1"))
    note_failure = received._note_failure

    def note_late(*failure):
        received._work_one(resources, "e1", Numbered, lambda *_: None)
        note_failure(*failure)

    def work(session, event, _resources):
        raise RuntimeError

    monkeypatch.setattr(received, "_note_failure", note_late)
    received.work_due(resources, "ballot", Numbered, work)
    (row,) = rows(database, INBOX)
    assert (row.state, row.attempts, row.payload) == ("done", 0, None)


def test_one_bad_event_does_not_hold_up_the_others(database, resources, notes):
    received.receive(database, envelope("e1", 1))
    received.receive(database, envelope("e2", 2))

    def work(session, event, _resources):
        if event.number == 1:
            raise RuntimeError
        session.execute(insert(notes).values(text="second"))

    received.work_due(resources, "ballot", Numbered, work)
    assert [row.text for row in rows(database, notes)] == ["second"]


def test_a_command_retried_with_its_key_gets_the_first_answer(database, notes):
    correlation.bind(None, "key-1")
    assert idempotency.recall(database) is None
    with database.transaction() as session:
        session.execute(insert(notes).values(text="done"))
        idempotency.remember(session, {"answer": 1})
    assert idempotency.recall(database) == {"answer": 1}
    with pytest.raises(idempotency.AlreadyDone), database.transaction() as session:
        session.execute(insert(notes).values(text="done twice"))
        idempotency.remember(session, {"answer": 2})
    assert [row.text for row in rows(database, notes)] == ["done"]
    with database.transaction() as session:
        idempotency.forget(session, utc_now() - timedelta(minutes=1))
    assert idempotency.recall(database) == {"answer": 1}
    with database.transaction() as session:
        idempotency.forget(session, utc_now() + timedelta(minutes=1))
    assert idempotency.recall(database) is None
    correlation.bind(None, "key-2")
    assert idempotency.recall(database) is None
    correlation.bind(None)


def test_events_done_long_ago_are_deleted_in_batches_and_others_stay(database, monkeypatch):
    monkeypatch.setattr(received, "PRUNED", 2)
    now = utc_now()
    for event_id, state, days in (
        ("a", "done", 40), ("b", "done", 40), ("c", "done", 40), ("recent", "done", 1), ("parked", "parked", 400),
        ("pending", "pending", 400),
    ):  # fmt: skip
        received.receive(database, envelope(event_id))
        with database.transaction() as session:
            values = {"state": state, "received_at": now - timedelta(days=days)}
            session.execute(update(INBOX).where(INBOX.c.event_id == event_id).values(values))
    before = now - timedelta(days=30)
    assert [received.forget_done(database, "ballot", "election_sealed", before) for _ in range(3)] == [2, 1, 0]
    assert {row.event_id for row in rows(database, INBOX)} == {"recent", "parked", "pending"}
