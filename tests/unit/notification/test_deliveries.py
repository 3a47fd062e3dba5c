"""Evidence of delivery: by the hour, channel, operator and territory; and what the alert counts."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notification.evidence import callbacks, deliveries
from services.notification.queue import message_queue
from services.notification.queue.outcomes import DELIVERED, Outcome, Result
from services.runtime.refusals import Refusal
from services.runtime.telemetry import metrics
from tests.unit.notification.world import START

HOUR = datetime(2026, 12, 3, 10, tzinfo=UTC)
FIRST = Outcome(Result.DELIVERED, operator="first", territory="FR")
SECOND = Outcome(Result.DELIVERED, operator="second", territory="RE")


@pytest.fixture
def hand_over(database, clock, jitter, request_message):
    """A function that has a message of a channel handed over with an outcome; its id."""

    def do(channel, outcome):
        message_id = request_message(channel)
        with database.transaction() as session:
            (claimed,) = message_queue.claim(session, channel, now=clock(), limit=1)
            message_queue.record(session, claimed, outcome, now=clock(), jitter=jitter)
        return message_id

    return do


def counted(channel):
    return tuple(
        metrics.REGISTRY.get_sample_value("isoloir_messages_ended_total", {"channel": channel, "outcome": outcome})
        for outcome in ("arrived", "missed")
    )


def told(database, clock, message_id, status):
    with database.transaction() as session:
        callbacks.record(session, message_id, {"MessageStatus": status}, clock())


def lines(database, since=HOUR, until=HOUR + timedelta(days=1)):
    with database.reading() as session:
        return deliveries.by_hour(session, since, until)


def test_what_became_of_messages_by_hour_channel_operator_and_territory(database, clock, hand_over):
    before = {channel: counted(channel) for channel in ("email", "sms")}
    quick, slow, failed, silent = (hand_over("sms", FIRST) for _ in range(4))
    hand_over("email", DELIVERED)
    hand_over("email", Outcome(Result.REFUSED, "smtp_550"))
    clock.advance(seconds=60)
    told(database, clock, quick, "delivered")
    told(database, clock, failed, "undelivered")
    clock.advance(minutes=29)
    told(database, clock, slow, "delivered")
    clock.advance(minutes=30)
    other = hand_over("sms", SECOND)
    told(database, clock, other, "delivered")
    shown = [one.dump() for one in lines(database)]
    of = ("hour", "channel", "operator", "territory", "asked", "arrived", "failed", "unknown", "waiting", "in_time")
    first, second = HOUR.isoformat(), (HOUR + timedelta(hours=1)).isoformat()
    assert [tuple(one[name] for name in of) for one in shown] == [
        (first, "email", None, None, 2, 1, 1, 0, 0, 1),
        (first, "sms", "first", "FR", 4, 2, 1, 0, 1, 1),
        (second, "sms", "second", "RE", 1, 1, 0, 0, 0, 1),
    ]
    assert [one["mean_seconds"] for one in shown] == [0, (60 + 1800) // 2, 0]
    with database.transaction() as session:
        message_queue.miss_news(session, "sms", now=clock() + timedelta(hours=2), after=timedelta(hours=2))
    assert [(one.unknown, one.waiting) for one in lines(database)] == [(0, 0), (1, 0), (0, 0)]
    assert silent
    after = {channel: counted(channel) for channel in ("email", "sms")}
    grown = {
        channel: tuple(now - then for now, then in zip(after[channel], before[channel], strict=True))
        for channel in after
    }
    assert grown == {"email": (1, 1), "sms": (3, 2)}


def test_a_callback_before_the_hand_over_is_counted_once(database, clock, jitter, request_message):
    before = counted("sms")
    message_id = request_message("sms")
    with database.transaction() as session:
        (claimed,) = message_queue.claim(session, "sms", now=clock(), limit=1)
    told(database, clock, message_id, "delivered")
    with database.transaction() as session:
        message_queue.record(session, claimed, FIRST, now=clock(), jitter=jitter)
    told(database, clock, message_id, "delivered")
    assert counted("sms") == (before[0] + 1, before[1])


def test_only_what_was_asked_for_meanwhile_is_counted(database, hand_over):
    hand_over("email", DELIVERED)
    assert lines(database, START + timedelta(seconds=1)) == []
    assert lines(database, HOUR - timedelta(days=1), START) == []
    assert len(lines(database, START, START + timedelta(seconds=1))) == 1


@pytest.mark.parametrize("until", [HOUR, HOUR - timedelta(hours=1), HOUR + timedelta(days=31, seconds=1)])
def test_a_time_that_is_none_or_too_long_is_refused(database, until):
    with pytest.raises(Refusal) as refused:
        lines(database, HOUR, until)
    assert refused.value.code == "invalid_request"
