import base64
from datetime import timedelta

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat

from services.notification.channels.dkim_signature import DkimKey
from services.notification.channels.email import EmailChannel
from services.notification.queue import delivery, message_queue
from tests.servers.together import exhausted, together
from tests.unit.notification.world import SENDER, stored


@pytest.fixture
def deliver(database, server, private_key, clock, jitter):
    def run(url=None, clock=clock):
        channel = EmailChannel(server.url if url is None else url, SENDER)
        return delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter)

    return run


def test_a_message_arrives_whole_and_is_erased(database, server, deliver, request_message):
    message_id = request_message()
    assert deliver() == 1
    (mail,) = server.received
    assert mail["Message-ID"] == f"<{message_id}@vote.example.org>"
    assert mail["From"] == SENDER
    assert mail["To"] == "anne@ac-amiens.fr"
    assert mail["Subject"] == "Élections professionnelles : votre vote a bien été enregistré"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]
    assert "Bonjour Zoé Œuvray," in mail.get_body(("plain",)).get_content()
    assert "« CSA <M> »" in mail.get_body(("plain",)).get_content()
    assert mail["Content-Language"] == "fr"
    assert "«&nbsp;CSA &lt;M&gt;&nbsp;»" in mail.get_body(("html",)).get_content()
    row = stored(database, message_id)
    assert (row.state, row.sealed, row.attempts, row.reason) == ("sent", "", 1, None)
    assert row.sent_at is not None
    assert deliver() == 0


def test_a_batch_takes_one_connection(server, deliver, request_message):
    for _ in range(5):
        request_message()
    assert deliver() == 5
    assert (len(server.received), server.connections) == (5, 1)


@pytest.mark.parametrize("where", ["at_recipient", "at_data"])
def test_a_temporary_failure_is_tried_again_later(database, server, deliver, request_message, clock, where):
    message_id = request_message()
    getattr(server, where).append("451 4.3.0 anne@ac-amiens.fr: try again")
    deliver()
    row = stored(database, message_id)
    assert (row.state, row.attempts, row.reason) == ("queued", 1, "smtp_451")
    assert row.sealed
    assert deliver() == 0
    clock.advance(minutes=1)
    assert deliver() == 1
    assert stored(database, message_id).state == "sent"
    assert len(server.received) == 1


@pytest.mark.parametrize("where", ["at_recipient", "at_data"])
def test_a_permanent_failure_is_final_and_does_not_hold_up_others(
    database, server, deliver, request_message, clock, where
):
    refused = request_message(message_id="0")
    other = request_message(message_id="1")
    getattr(server, where).append("550 5.1.1 anne@ac-amiens.fr unknown")
    deliver()
    row = stored(database, refused)
    assert (row.state, row.reason, row.sealed) == ("failed", "smtp_550", "")
    assert stored(database, other).state == "sent"
    clock.advance(days=1)
    assert deliver() == 0


def test_a_server_that_goes_away_and_comes_back(database, server, deliver, request_message, clock):
    ids = [request_message() for _ in range(3)]
    server.stop()
    deliver()
    assert {stored(database, one).reason for one in ids} == {"smtp_unreachable"}
    for _ in range(40):
        clock.advance(minutes=6)
        deliver()
    assert {stored(database, one).state for one in ids} == {"queued"}
    server.start()
    clock.advance(minutes=6)
    deliver()
    assert {stored(database, one).state for one in ids} == {"sent"}
    assert len(server.received) == 3


def test_a_closing_server_is_not_the_message_s_fault(database, server, deliver, request_message):
    message_id = request_message()
    server.at_data.append("421 closing")
    deliver()
    row = stored(database, message_id)
    assert (row.state, row.reason) == ("queued", "smtp_421")


def test_without_a_server_messages_wait_with_the_reason(database, deliver, request_message):
    message_id = request_message()
    deliver(url="")
    row = stored(database, message_id)
    assert (row.state, row.reason) == ("queued", "email_not_configured")


def test_a_message_is_given_up_after_many_refusals(database, server, deliver, request_message, clock):
    message_id = request_message()
    for _ in range(message_queue.MOST_ATTEMPTS):
        server.at_data.append("450 busy")
        deliver()
        clock.advance(hours=2)
    row = stored(database, message_id)
    assert (row.state, row.reason, row.sealed) == ("failed", "smtp_450", "")


def test_an_expired_message_is_never_sent(database, server, deliver, request_message, clock):
    message_id = request_message(expires_at=clock() + timedelta(minutes=5))
    clock.advance(minutes=5)
    assert deliver() == 0
    row = stored(database, message_id)
    assert (row.state, row.sealed) == ("expired", "")
    assert server.received == []


def test_a_message_that_expires_while_the_batch_is_sent_is_not_sent(database, server, deliver, request_message, clock):
    message_id = request_message(expires_at=clock() + timedelta(minutes=1))
    readings = []

    def passing():
        readings.append(None)
        if len(readings) > 2:
            clock.advance(minutes=1)
        return clock()

    deliver(clock=passing)
    assert server.received == []
    clock.advance(minutes=10)
    deliver()
    assert stored(database, message_id).state == "expired"


def test_a_crash_between_send_and_commit_sends_the_same_mail_again(
    database, server, deliver, request_message, clock, monkeypatch
):
    message_id = request_message()

    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(message_queue, "record", crash)
        with pytest.raises(KeyboardInterrupt):
            deliver()
    assert stored(database, message_id).state == "sending"
    assert deliver() == 0
    clock.advance(minutes=5)
    assert deliver() == 1
    assert [mail["Message-ID"] for mail in server.received] == [f"<{message_id}@vote.example.org>"] * 2
    assert stored(database, message_id).state == "sent"


def test_two_processes_never_send_the_same_message(database, server, deliver, request_message):
    ids = {request_message() for _ in range(60)}
    together(lambda: exhausted(deliver))
    sent = [mail["Message-ID"].strip("<>").partition("@")[0] for mail in server.received]
    assert (len(sent), set(sent)) == (60, ids)


def test_a_lease_that_runs_out_stops_the_batch(database, server, deliver, request_message, clock):
    for _ in range(3):
        request_message()
    readings = []

    def passing():
        readings.append(None)
        if len(readings) > 5:
            clock.advance(minutes=4)
        return clock()

    deliver(clock=passing)
    assert len(server.received) < 3
    clock.advance(minutes=10)
    deliver()
    assert len(server.received) == 3


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"template": "no_such"}, "template_unknown"),
        ({"values": {"first_name": "Zoé"}}, "values_missing"),
        ({"to": {"phone": "+33600000000"}}, "message_malformed"),
        ({"to": {"email": "anne@ac-amiens.fr\r\nBcc: eve@example.org"}}, "message_malformed"),
    ],
)
def test_what_can_never_be_sent_fails_at_once(database, server, deliver, request_message, asked, reason):
    message_id = request_message(**asked)
    other = request_message()
    deliver()
    row = stored(database, message_id)
    assert (row.state, row.reason, row.sealed) == ("failed", reason, "")
    assert stored(database, other).state == "sent"


def test_a_message_sealed_for_another_key_fails(database, deliver, request_message, private_key, server, clock, jitter):
    message_id = request_message()
    channel = EmailChannel(server.url, SENDER)
    delivery.deliver_singly(database, channel, "99" * 32, clock=clock, jitter=jitter)
    assert stored(database, message_id).reason == "cannot_open"


def test_the_pause_grows_with_jitter_up_to_an_hour(jitter):
    for attempts in range(1, 100):
        pause = message_queue.pause(attempts, message_queue.LONGEST_PAUSE, jitter)
        expected = min(timedelta(seconds=30) * 2 ** min(attempts - 1, 16), timedelta(hours=1))
        assert expected * 0.8 <= pause <= expected * 1.2


@pytest.mark.parametrize("where", ["at_recipient", "at_data"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("554 5.7.1 <anne@ac-amiens.fr>: Relay access denied", "smtp_policy_5.7.1"),
        ("550 5.7.26 This mail is unauthenticated", "smtp_policy_5.7.26"),
        ("554 relay access denied", "smtp_policy_554"),
    ],
)
def test_a_refusal_by_policy_loses_nothing_and_stops_the_batch(
    database, server, deliver, request_message, clock, where, answer, reason
):
    ids = [request_message() for _ in range(5)]
    getattr(server, where).extend([answer] * 2)
    deliver()
    assert server.received == []
    rows = [stored(database, one) for one in ids]
    assert {(row.state, row.reason) for row in rows} == {("queued", reason)}
    assert all(row.sealed for row in rows)
    clock.advance(minutes=10)
    deliver()
    assert len(server.received) == 5


def test_one_mailbox_that_refuses_by_policy_does_not_hold_up_the_others(database, server, deliver, request_message):
    ids = [request_message() for _ in range(4)]
    server.at_recipient.append("550 5.7.1 only members may write here")
    deliver()
    assert len(server.received) == 3
    assert sorted(stored(database, one).state for one in ids) == ["queued", "sent", "sent", "sent"]


def test_several_connections_share_a_batch_and_send_each_message_once(
    database, server, private_key, clock, jitter, request_message
):
    ids = {request_message() for _ in range(30)}
    channel = EmailChannel(server.url, SENDER)
    tried = delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter, lines=5)
    assert tried == 30
    sent = [mail["Message-ID"].strip("<>").partition("@")[0] for mail in server.received]
    assert (len(sent), set(sent)) == (30, ids)
    assert 1 <= server.connections <= 5
    assert {stored(database, one).state for one in ids} == {"sent"}


def test_a_fault_in_one_line_is_not_swallowed(
    database, server, private_key, clock, jitter, request_message, monkeypatch
):
    for _ in range(4):
        request_message()

    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(message_queue, "record", crash)
    channel = EmailChannel(server.url, SENDER)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter, lines=2)


@pytest.fixture(scope="module")
def dkim_key(tmp_path_factory):
    """A key and the record that the DNS would have."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path_factory.mktemp("dkim") / "key.pem"
    file.write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    )
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DkimKey.of("vote2026", str(file)), b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_with_a_key_what_arrives_is_signed_for_the_sender_s_domain(
    database, server, private_key, clock, jitter, request_message, dkim_key
):
    raw = []
    handle = server.handle_DATA

    async def noting(smtp, session, envelope):
        raw.append(envelope.content)
        return await handle(smtp, session, envelope)

    server.handle_DATA = noting
    request_message(values={"first_name": "Zoé", "surname": "Œuvray", "portal": "x", "election": ".\n.CSA"})
    channel = EmailChannel(server.url, SENDER, "", dkim_key[0])
    delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter)
    asked = []

    def record(name, timeout=5):
        asked.append(name)
        return dkim_key[1]

    assert dkim.verify(raw[0], dnsfunc=record)
    assert asked == [b"vote2026._domainkey.vote.example.org."]
    assert not dkim.verify(raw[0].replace(b"Auto-Submitted: auto-generated", b"Auto-Submitted: no"), dnsfunc=record)


def test_without_a_selector_there_is_no_key():
    assert DkimKey.of("", "") is None
