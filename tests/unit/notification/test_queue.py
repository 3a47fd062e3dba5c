import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.notification.contract.events import MessageRequested
from services.notification.evidence import reports
from services.notification.models import Message
from services.notification.queue import intake, message_queue, rendering
from services.notification.queue.outcomes import DELIVERED, Outcome, Result
from services.runtime.sealing_box import seal
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


@pytest.mark.parametrize("template", sorted(path.name for path in rendering.TEMPLATES.iterdir()))
def test_every_template_fills(template, keypair):
    values = {
        "first_name": "Zoé",
        "surname": "<b>Œuvray</b>",
        "portal": "https://vote.example.org",
        "link": "https://vote.example.org/lien/abc",
        "minutes": 1440,
        "until": "2026-12-04T10:20:30+00:00",
        "election": "CSA",
        "voting_code": "ABCD",
        "voting_event_name": "2026",
        "active": False,
        "number": 12,
        "subject": "voting_code",
        "accepted": True,
        "answer": "Votre affectation est corrigée.\nMerci <b>!",
        "masked": "06xxxxx678",
    }
    sealed = seal(keypair[1], {"to": {"email": "a@b.fr"}, "values": values})
    letter = rendering.compose(keypair[0], message_id=str(uuid.uuid4()), template=template, sealed=sealed)
    # A short message is signed by its sender's name, as in 2018.
    assert ("Élections professionnelles" if template == "reissued_code" else "L'équipe élection") in letter.text
    assert "\n" not in letter.subject
    if template.endswith("_link") or template == "opening_campaign":
        # A message may be hours late: the date is what the voter can go by.
        for words in (letter.text, letter.html):
            assert re.search(
                "24 heures(</strong>)?, jusqu['’]au 4 décembre 2026 à 11 h 20 \\(heure de Paris\\)\\.", words
            )
    if template.endswith("_link"):
        assert values["link"] in letter.text
        assert "24 heures" in letter.text
        if template != "reissue_link":  # asked for by who is signed in and waits for it
            assert "15 minutes" in letter.text
        assert values["link"] in letter.html
    if letter.html is not None:
        assert letter.html.count("&lt;b&gt;") == letter.text.count("<b>")
        assert "<b>" not in letter.html
    for secret in (letter.text, values["link"], "Œuvray"):
        assert secret not in repr(letter)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1440, "24 heures"), (120, "2 heures"), (90, "90 minutes"), (60, "60 minutes"), (14 * 1440, "14 jours")],
)
def test_spans_of_time_in_words(minutes, words):
    assert rendering.duration(minutes) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-30T23:05:00+00:00", "1er décembre 2026 à 0 h 05"),
        ("2026-08-01T07:00:00+02:00", "1er août 2026 à 7 h 00"),
        ("2027-02-10T22:59:59.5+00:00", "10 février 2027 à 23 h 59"),
    ],
)
def test_moments_as_paris_says_them(moment, words):
    assert rendering.paris(moment) == words
