"""A1: messages of a campaign leave at most once, behind those that somebody waits for, at the mail server's pace."""

import socketserver
import threading
import uuid
from datetime import timedelta

import pytest

from services.notification.channels.email import EmailChannel
from services.notification.contract.events import MessageRequested
from services.notification.evidence import reports
from services.notification.queue import delivery, intake, message_queue
from services.notification.queue.message_queue import Pace
from services.notification.queue.outcomes import DELIVERED, Outcome, Result
from services.runtime.sealing_box import seal
from tests.servers.together import together
from tests.unit.notification.world import SENDER, stored

CAMPAIGN = "c" * 36
MINUTE = timedelta(minutes=1)


class Crash(BaseException):
    """The process ends here."""


LINK = {"first_name": "Zoé", "surname": "Œ", "portal": "x", "link": "x", "minutes": 60}
"""Values of a message that somebody asked for."""


@pytest.fixture
def of_campaign(database, keypair, clock):
    """A function that takes in a message of the campaign."""

    def take_in(campaign=CAMPAIGN, address="anne@ac-amiens.fr"):
        message_id = str(uuid.uuid4())
        values = {"first_name": "Zoé", "surname": "Œ", "portal": "x", "active": False, "link": "x", "minutes": 60}
        with database.transaction() as session:
            message = MessageRequested(
                message_id=message_id,
                channel="email",
                template="opening_campaign",
                sealed=seal(keypair[1], {"to": {"email": address}, "values": values}),
                expires_at=None,
                campaign=campaign,
            )
            intake.receive(session, message, clock())
        return message_id

    return take_in


@pytest.fixture
def deliver(database, server, private_key, clock, jitter):
    def run(pace=None, url=None):
        channel = EmailChannel(url or server.url, SENDER)
        return delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter, pace=pace)

    return run


def ids(server):
    return [mail["Message-ID"].strip("<>").partition("@")[0] for mail in server.received]


def counts(database, campaign=CAMPAIGN):
    with database.reading() as session:
        return {line.state: line.count for line in reports.message_counts(session, campaign)}


@pytest.mark.parametrize("dies_at", ["begin", "connect", "hand_over", "record"])
def test_a_crash_anywhere_mails_nobody_twice(database, server, deliver, of_campaign, clock, monkeypatch, dies_at):
    """Killed at each step of the third of five messages; afterwards the sending goes on by itself."""
    wanted = [of_campaign() for _ in range(5)]
    calls = []

    def dying(real):
        def step(*args, **kwargs):
            calls.append(None)
            if len(calls) == (1 if dies_at == "connect" else 3):
                raise Crash
            return real(*args, **kwargs)

        return step

    holder = message_queue if dies_at in ("begin", "record") else EmailChannel
    with monkeypatch.context() as patched:
        patched.setattr(holder, dies_at, dying(getattr(holder, dies_at)))
        with pytest.raises(Crash):
            deliver()
    clock.advance(minutes=10)
    while deliver():
        clock.advance(minutes=1)
    received = ids(server)
    assert len(set(received)) == len(received)
    states = {message: stored(database, message).state for message in wanted}
    assert set(states.values()) <= {"sent", "uncertain"}
    uncertain = [message for message, state in states.items() if state == "uncertain"]
    assert len(uncertain) == (0 if dies_at == "begin" else 1)
    assert set(received) >= set(wanted) - set(uncertain)
    assert all(stored(database, message).sealed == "" for message in uncertain)
    clock.advance(days=2)
    assert deliver() == 0


def test_uncertain_ones_are_shown_to_operators(database, of_campaign, clock):
    message = of_campaign()
    with database.transaction() as session:
        (claimed,) = message_queue.claim(session, "email", now=clock(), limit=5)
        assert message_queue.begin(session, claimed, clock())
    clock.advance(minutes=5)
    with database.transaction() as session:
        assert message_queue.give_up_uncertain(session, clock()) == 1
        assert message_queue.begin(session, claimed, clock()) is False
        assert message_queue.claim(session, "email", now=clock(), limit=5) == []
    with database.reading() as session:
        (failure,) = reports.list_failures(session, 5, CAMPAIGN)
        assert (failure.message_id, failure.state, failure.reason) == (message, "uncertain", "interrupted")
        assert reports.list_failures(session, 5, "another") == []


def test_a_crash_after_an_attempt_that_was_recorded_is_not_uncertain(database, server, deliver, of_campaign, clock):
    message = of_campaign()
    server.at_recipient.append("451 4.7.1 greylisted")
    deliver()
    clock.advance(minutes=1)
    with database.transaction() as session:
        assert (
            len(message_queue.claim(session, "email", now=clock(), limit=5)) == 1
        )  # and the process dies before it begins
    clock.advance(minutes=6)
    assert deliver() == 1
    assert (stored(database, message).state, len(server.received)) == ("sent", 1)


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:99999", "smtp://vot%C3%A9:x@127.0.0.1:{port}"])
def test_a_server_that_cannot_be_asked_for_costs_the_campaign_nothing(database, server, deliver, of_campaign, url):
    messages = [of_campaign() for _ in range(3)]
    # As a mail server that takes log-ins says: the name is looked at before anything is sent.
    server.offers_log_in = True
    deliver(url=url.format(port=server.port))
    assert {stored(database, message).state for message in messages} == {"queued"}
    assert {stored(database, message).reason for message in messages} == {"smtp_unreachable"}


def test_messages_asked_for_are_still_sent_again_after_a_crash(database, server, deliver, request_message, clock):
    message = request_message()
    with database.transaction() as session:
        (claimed,) = message_queue.claim(session, "email", now=clock(), limit=5)
        message_queue.begin(session, claimed, clock())
    clock.advance(minutes=5)
    assert deliver() == 1
    assert stored(database, message).state == "sent"


def test_a_late_process_may_still_record_when_nobody_took_over(database, of_campaign, request_message, clock, jitter):
    request_message()
    with database.transaction() as session:
        (late,) = message_queue.claim(session, "email", now=clock(), limit=1)
    clock.advance(minutes=5)
    with database.transaction() as session:
        assert message_queue.claim(session, "sms", now=clock(), limit=1) == []
        assert message_queue.record(session, late, DELIVERED, now=clock(), jitter=jitter) is True


def test_a_line_cut_during_the_content_is_uncertain_for_campaigns_only(database, deliver, of_campaign, request_message):
    campaign, asked = of_campaign(), request_message()
    with cut_after(b"DATA") as url:
        deliver(url=url)
    assert (stored(database, asked).state, stored(database, asked).reason) == ("queued", "smtp_disconnected")
    row = stored(database, campaign)
    assert (row.state, row.reason, row.sealed) == ("uncertain", "smtp_disconnected", "")


def test_a_line_cut_before_the_content_is_certain(database, deliver, of_campaign):
    campaign = of_campaign()
    with cut_after(b"RCPT") as url:
        deliver(url=url)
    row = stored(database, campaign)
    assert (row.state, row.reason) == ("queued", "smtp_disconnected")
    assert row.sealed


class cut_after:
    """An SMTP server that hangs up when it reads `command`."""

    def __init__(self, command):
        cut = command

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"220 here\r\n")
                for line in self.rfile:
                    if line.upper().startswith(cut):
                        if cut == b"DATA":
                            self.wfile.write(b"354 go\r\n")
                            self.rfile.readline()
                        return
                    self.wfile.write(b"250 OK\r\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


def test_what_people_wait_for_goes_first(server, deliver, of_campaign, request_message, clock):
    for _ in range(30):
        of_campaign()
        request_message(template="attendance")
    clock.advance(minutes=1)
    asked = request_message(template="password_link", values=LINK)
    deliver()
    assert ids(server)[0] == asked


def test_the_pace_of_the_mail_server_is_kept(server, deliver, of_campaign, clock):
    for _ in range(50):
        of_campaign()
    began = clock()
    sent = []
    while len(server.received) < 50:
        deliver(pace=Pace(12, MINUTE))
        sent += [clock() - began] * (len(server.received) - len(sent))
        clock.advance(seconds=5)
    for moment in sent:
        within = [other for other in sent if moment <= other < moment + timedelta(minutes=1)]
        assert len(within) <= 12
    assert clock() - began >= timedelta(minutes=4)


def test_the_pace_holds_for_processes_together(database, server, deliver, of_campaign):
    for _ in range(40):
        of_campaign()
    together(lambda: [deliver(pace=Pace(15, MINUTE)) for _ in range(5)], 3)
    assert len(server.received) == 15


def test_counts_by_campaign(database, server, deliver, of_campaign, request_message):
    for _ in range(3):
        of_campaign()
    request_message(template="password_link", values=LINK)
    server.at_recipient.extend(["250 OK", "550 5.1.1 unknown"])
    deliver()
    of_campaign(campaign="d" * 36)
    deliver()
    assert counts(database) == {"sent": 2, "failed": 1}
    assert counts(database, "d" * 36) == {"sent": 1}
    assert counts(database, None) == {"sent": 4, "failed": 1}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (DELIVERED, "sent"),
        (Outcome(Result.REFUSED, "smtp_550"), "failed"),
        (Outcome(Result.AWAY, "smtp_unreachable"), "queued"),
        (Outcome(Result.RETRY, "smtp_451"), "queued"),
        (Outcome(Result.RETRY, "internal_error", perhaps_sent=True), "uncertain"),
    ],
)
def test_only_what_may_have_left_is_not_tried_again(database, of_campaign, clock, jitter, outcome, state):
    message = of_campaign()
    with database.transaction() as session:
        (claimed,) = message_queue.claim(session, "email", now=clock(), limit=1)
        message_queue.record(session, claimed, outcome, now=clock(), jitter=jitter)
    assert stored(database, message).state == state
