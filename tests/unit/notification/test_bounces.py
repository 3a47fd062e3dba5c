import smtplib
import uuid

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from services.notification.bounces import delivery_reports
from services.notification.bounces.receiver import Receiver
from services.notification.channels.email import EmailChannel
from services.notification.evidence import reports
from services.notification.models import Base, Message
from services.notification.queue import delivery
from services.runtime.contracts.client import RpcUnavailable
from tests.unit.notification.world import SENDER, _Listening, stored

REPORT = """From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; anne@ac-amiens.fr
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <anne@ac-amiens.fr>: Recipient address rejected

--b
Content-Type: message/rfc822

Subject: x

--b--
"""


def report(action="failed", status="5.1.1", to="bounce@x"):
    return REPORT.format(action=action, status=status, to=to).replace("\n", "\r\n").encode()


def record(database, clock, message_id, status="5.1.1", diagnostic="smtp; 550 <anne@ac-amiens.fr>: unknown"):
    with database.transaction() as session:
        return delivery_reports.record(
            session, message_id=message_id, status=status, diagnostic=diagnostic, now=clock()
        )


@pytest.fixture
def sent(database, server, private_key, clock, jitter, request_message):
    """A message that was handed over; its id."""
    message_id = request_message()
    channel = EmailChannel(server.url, SENDER, "retours.example.org")
    delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter)
    return message_id


def test_models_and_migrations_agree(database):
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_the_envelope_names_the_message(database, server, private_key, clock, jitter, request_message):
    envelopes = []
    handle = server.handle_DATA

    async def noting(smtp, session, envelope):
        envelopes.append(envelope.mail_from)
        return await handle(smtp, session, envelope)

    server.handle_DATA = noting
    ids = []
    for domain in ("", "retours.example.org"):
        ids.append(request_message())
        channel = EmailChannel(server.url, SENDER, domain)
        delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter)
    assert envelopes == [f"bounce+{ids[0]}@vote.example.org", f"bounce+{ids[1]}@retours.example.org"]
    assert [delivery_reports.message_id_of(envelope) for envelope in envelopes] == ids
    assert {mail["From"] for mail in server.received} == {SENDER}


@pytest.mark.parametrize(
    "address", ["", "anne@x.fr", "bounce+@x.fr", "bounce+1234@x.fr", "x+085f9b5e-22f1-42a5-8878-e5cdd3f7c4b3@x.fr"]
)
def test_other_addresses_name_no_message(address):
    assert delivery_reports.message_id_of(address) is None


def test_a_report_of_failure_is_read():
    found = delivery_reports.read(report())
    assert found.status == "5.1.1"
    assert "rejected" in found.diagnostic
    assert "anne" not in repr(found)


@pytest.mark.parametrize(("status", "read"), [("4.4.7", "4.4.7"), ("5.1.1 (bad)", "5.1.1"), ("nonsense", "5.0.0")])
def test_every_final_failure_counts(status, read):
    assert delivery_reports.read(report(status=status)).status == read


@pytest.mark.parametrize(
    "content",
    [
        report("delayed", "4.4.1"),
        report("delivered", "2.0.0"),
        report("relayed", "2.0.0"),
        b"",
        b"Subject: Absence\r\n\r\nJe suis en vacances",
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n",
        b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\xfe=",
    ],
)
def test_delays_successes_and_letters_are_no_failures(content):
    assert delivery_reports.read(content) is None


@given(st.binary(max_size=400), st.integers(0, 700), st.binary(max_size=20))
def test_no_content_makes_it_fail(content, where, piece):
    delivery_reports.read(content)
    altered = report()[:where] + piece + report()[where:]
    found = delivery_reports.read(altered)
    assert found is None or found.status[0] in "245"


def test_a_bounce_is_noted_without_the_address(database, clock, sent):
    clock.advance(hours=1)
    assert record(database, clock, sent) == "bounced"
    row = stored(database, sent)
    assert (row.state, row.reason) == ("bounced", "bounce_5.1.1")
    assert row.diagnostic.startswith("smtp; 550 ")
    assert "anne" not in row.diagnostic
    assert record(database, clock, sent, "4.0.0") == "bounced"
    assert stored(database, sent).reason == "bounce_5.1.1"
    with database.reading() as session:
        (failure,) = reports.list_failures(session, 5)
        assert (failure.state, failure.reason) == ("bounced", "bounce_5.1.1")


def test_unknown_and_unfinished_messages_are_left_alone(database, clock, request_message):
    waiting = request_message()
    assert record(database, clock, str(uuid.uuid4())) == "no_such_message"
    assert record(database, clock, waiting) == "queued"
    assert stored(database, waiting).reason is None


@given(st.text(max_size=500))
def test_what_is_kept_of_a_diagnostic_fits_and_prints(words):
    kept = delivery_reports._harmless(words)
    assert len(kept) <= delivery_reports.LONGEST_DIAGNOSTIC
    assert kept.isascii()
    assert kept.isprintable()


class Notification:
    """Notification as the receiver calls it."""

    def __init__(self, database, clock):
        self._database, self._clock = database, clock
        self.away = False
        self.state = None

    def call(self, service, method, request, **options):
        assert (service, method) == ("notification", "record_bounce")
        if self.away:
            raise RpcUnavailable("away")
        if self.state:
            return {"state": self.state}
        return {"state": record(self._database, self._clock, **request)}

    def close(self):
        """Nothing is held."""


@pytest.fixture
def notification(database, clock):
    return Notification(database, clock)


@pytest.fixture
def smtp(notification):
    listening = _Listening(Receiver(notification), hostname="127.0.0.1", port=0)
    listening.start()
    with smtplib.SMTP("127.0.0.1", listening.port, timeout=60) as connection:
        yield connection
    listening.stop(no_assert=True)


def test_a_report_by_smtp_ends_in_the_failures(database, smtp, sent):
    address = f"bounce+{sent}@retours.example.org"
    smtp.sendmail("", [address], report(to=address))
    assert stored(database, sent).state == "bounced"


def test_a_delay_by_smtp_is_taken_and_forgotten(database, smtp, sent):
    smtp.sendmail("", [f"bounce+{sent}@x.fr"], report("delayed", "4.4.1"))
    assert stored(database, sent).state == "sent"


def test_the_receiver_takes_no_other_mail(smtp):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.sendmail("eve@example.org", ["anne@ac-amiens.fr"], b"Subject: spam\r\n\r\n")
    assert refused.value.recipients["anne@ac-amiens.fr"][0] == 550


@pytest.mark.parametrize(("away", "state"), [(True, None), (False, "sending")])
def test_a_report_that_cannot_be_noted_yet_is_asked_for_again(database, smtp, sent, notification, away, state):
    notification.away, notification.state = away, state
    address = f"bounce+{sent}@x.fr"
    with pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.sendmail("", [address], report())
    assert refused.value.smtp_code == 451
    notification.away, notification.state = False, None
    smtp.sendmail("", [address], report())
    assert stored(database, sent).state == "bounced"


def test_a_bounce_of_an_uncertain_message_settles_it(database, clock, sent):
    with database.transaction() as session:
        session.execute(update(Message).values(state="uncertain"))
    assert record(database, clock, sent) == "bounced"


@pytest.mark.parametrize(
    "content",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(900))
        + b"x\n" * 300_000,
        b"Content-Type: message/delivery-status\n\n" + b"\n\n" * 500_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 180_000,
    ],
    ids=["parts within parts", "empty blocks", "empty parts"],
)
def test_a_hostile_report_costs_little(content, monkeypatch):
    """Counted in lines that the parser is given: clocks differ from machine to machine."""
    given_to_parser = []
    parse = delivery_reports.email.message_from_bytes

    def counting(beginning, **options):
        given_to_parser.append(len(beginning.splitlines()))
        return parse(beginning, **options)

    monkeypatch.setattr(delivery_reports.email, "message_from_bytes", counting)
    assert delivery_reports.read(content) is None
    assert max(given_to_parser) <= delivery_reports.MOST_LINES


def test_a_report_is_read_whatever_long_message_it_quotes():
    quoted = report().replace(b"Subject: x\r\n", b"Subject: x\r\n\r\n" + b"word \r\n" * 200_000)
    assert delivery_reports.read(quoted).status == "5.1.1"


def plain(words, *, sender="MAILER-DAEMON@mx.example.org", subject="failure notice", **headers):
    lines = [f"From: {sender}", f"Subject: {subject}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, "", words]).encode()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (plain("<absent@ac.example.org>:\nno mailbox here by that name. (#5.1.1)"), "5.1.1"),
        (plain("Sorry, it could not be delivered.", sender="postmaster@mx.example.org"), "5.0.0"),
        (plain("550 5.2.2 full", sender="Mail Delivery System <MAILER-DAEMON@mx.example.org>"), "5.2.2"),
        (plain("host 10.5.1.1 said 5.1.10 no", sender="Mail Delivery Subsystem <>"), "5.1.10"),
    ],
)
def test_a_mail_server_s_plain_words_are_a_failure(content, status):
    assert delivery_reports.read(content).status == status


@pytest.mark.parametrize(
    "content",
    [
        plain("4.4.1 connection timed out"),
        plain("Not delivered yet", subject="Warning: message delayed 4 hours"),
        plain("Je suis en congé. (#5.1.1)", sender="anne@ac-amiens.fr", subject="failure notice"),
        plain("absent (#5.1.1)", **{"Auto-Submitted": "auto-replied"}),
        plain("mailer-daemon is my nickname 5.1.1", sender="Mailer-Daemon <anne@ac-amiens.fr>"),
    ],
)
def test_plain_words_of_delays_and_of_people_are_none(content):
    assert delivery_reports.read(content) is None
