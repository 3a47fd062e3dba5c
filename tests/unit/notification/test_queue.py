from datetime import timedelta

from sqlalchemy import func, select

from services.notification.contract.events import MessageRequested
from services.notification.evidence import reports
from services.notification.models import Message
from services.notification.queue import intake, message_queue
from services.notification.queue.outcomes import DELIVERED, Outcome, Result
from tests.unit.notification.world import stored


def claim(database, clock, limit=10):
    with database.transaction() as session:
        return message_queue.claim(session, "email", now=clock(), limit=limit)


def record(database, claimed, outcome, clock, jitter):
    with database.transaction() as session:
        return message_queue.record(session, claimed, outcome, now=clock(), jitter=jitter)


def test_an_event_told_twice_is_one_message(database, request_message, clock):
    message_id = request_message()
    before = stored(database, message_id).sealed
    with database.transaction() as session:
        message = MessageRequested(
            message_id=message_id,
            channel="email",
            template="attendance",
            sealed="another",
            expires_at=None,
        )
        intake.receive(session, message, clock())
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 1
    assert stored(database, message_id).sealed == before


def test_a_late_process_does_not_overwrite_the_result_of_another(database, request_message, clock, jitter):
    message_id = request_message()
    (late,) = claim(database, clock)
    clock.advance(minutes=5)
    (second,) = claim(database, clock)
    assert record(database, second, DELIVERED, clock, jitter) is True
    assert record(database, late, Outcome(Result.RETRY, "smtp_451"), clock, jitter) is False
    assert stored(database, message_id).state == "sent"


def test_those_that_wait_longest_come_first(database, request_message, clock):
    ids = []
    for _ in range(4):
        ids.append(request_message())
        clock.advance(seconds=1)
    assert [one.id for one in claim(database, clock, 3)] == ids[:3]
    assert [one.id for one in claim(database, clock, 3)] == ids[3:]


def test_a_claim_shows_no_content(database, request_message, clock):
    request_message()
    (claimed,) = claim(database, clock)
    assert claimed.sealed not in repr(claimed)


def test_counts_and_failures(database, request_message, clock, jitter):
    failed, waiting, _ = (request_message() for _ in range(3))
    request_message("sms", to={"phone": "+33600000000"}, expires_at=clock() + timedelta(minutes=1))
    by_id = {one.id: one for one in claim(database, clock)}
    clock.advance(minutes=1)
    record(database, by_id[failed], Outcome(Result.REFUSED, "smtp_550"), clock, jitter)
    record(database, by_id[waiting], Outcome(Result.AWAY, "smtp_unreachable"), clock, jitter)
    with database.transaction() as session:
        assert message_queue.expire(session, "email", clock()) == 0
        assert message_queue.expire(session, "sms", clock()) == 1
    with database.reading() as session:
        assert [one.dump() for one in reports.message_counts(session)] == [
            {"channel": "email", "state": "failed", "count": 1},
            {"channel": "email", "state": "queued", "count": 1},
            {"channel": "email", "state": "sending", "count": 1},
            {"channel": "sms", "state": "expired", "count": 1},
        ]
        failures = reports.list_failures(session, 10)
        assert {failure.message_id for failure in failures} >= {failed, waiting}
        assert sorted(failure.reason for failure in failures) == ["expired", "smtp_550", "smtp_unreachable"]
        assert len(reports.list_failures(session, 1)) == 1
