"""The sink, spoken to by the real clients: smtplib, and Twilio's own SDK."""

import json
import smtplib
import stat
import threading
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import jsonschema
import pytest
import requests
from flask import Flask, request
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import make_server

from deploy.local.launcher.process import wait_until
from tests.servers.fixtures import MailSink

RECIPIENT = "+33600000001"
SENDER = "+15005550006"


@pytest.fixture
def sink(mail_sink: MailSink) -> MailSink:
    mail_sink.empty()
    return mail_sink


@pytest.fixture
def client(sink: MailSink) -> Client:
    client = Client(sink.account_sid, sink.auth_token)
    client.api.base_url = sink.twilio_base_url
    return client


def test_mail_is_stored_as_received_and_closed_to_others(sink: MailSink) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "Election Professionnelle <ne-pas-repondre@example.org>", "ada@example.org"
    message["Subject"] = "Ouverture du portail élections professionnelles"
    message.set_content("Bonjour,\n.une ligne qui commence par un point\n")
    with smtplib.SMTP("127.0.0.1", sink.smtp_port, timeout=10) as smtp:
        smtp.login("anybody", "anything")
        smtp.send_message(message)
    (stored,) = sink.mails()
    parsed = BytesParser(policy=default).parsebytes(stored)
    assert parsed["Subject"] == "Ouverture du portail élections professionnelles"
    assert ".une ligne qui commence par un point" in parsed.get_content()
    (path,) = (sink.directory / "mail").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_mails_sort_by_arrival(sink: MailSink) -> None:
    with smtplib.SMTP("127.0.0.1", sink.smtp_port, timeout=10) as smtp:
        for number in range(5):
            smtp.sendmail("a@example.org", ["b@example.org"], f"Subject: {number}\r\n\r\n")
    assert [mail.split(b"\r\n")[0] for mail in sink.mails()] == [f"Subject: {n}".encode() for n in range(5)]


def test_sdk_sends_an_sms(sink: MailSink, client: Client) -> None:
    sent = client.messages.create(to=RECIPIENT, from_=SENDER, body="Votre code : é €")
    assert sent.sid is not None
    assert sent.status == "queued"
    assert sent.error_code is None
    assert client.messages(sent.sid).fetch().status == "delivered"
    (text,) = sink.texts()
    stored = json.loads(text)
    assert datetime.fromisoformat(stored.pop("at")).utcoffset() is not None
    assert stored == {"to": RECIPIENT, "from": SENDER, "body": "Votre code : é €"}


def test_the_answer_has_every_field_of_twilios_description(sink: MailSink) -> None:
    answer = requests.post(
        f"{sink.twilio_base_url}/2010-04-01/Accounts/{sink.account_sid}/Messages.json",
        data={"To": RECIPIENT, "From": SENDER, "Body": "x"},
        auth=(sink.account_sid, sink.auth_token),
        timeout=10,
    )
    assert answer.status_code == 201
    schema = json.loads((Path(__file__).with_name("twilio_message.schema.json")).read_text())
    jsonschema.validate(answer.json(), schema)


@pytest.mark.parametrize(
    ("to", "code"), [("+15005550001", 21211), ("0600000001", 21211), ("+15005550009", 21614), ("+15005550004", 21610)]
)
def test_recipients_that_twilio_refuses(sink: MailSink, client: Client, to: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=to, from_=SENDER, body="x")
    assert (caught.value.status, caught.value.code) == (400, code)
    assert sink.texts() == []


def test_missing_fields_are_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=RECIPIENT, from_=SENDER)
    assert caught.value.code == 21602
    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=RECIPIENT, body="x")
    assert caught.value.code == 21603


def test_wrong_token_and_other_account(sink: MailSink, client: Client) -> None:
    stranger = Client(sink.account_sid, "0" * 32)
    stranger.api.base_url = sink.twilio_base_url
    with pytest.raises(TwilioRestException) as caught:
        stranger.messages.create(to=RECIPIENT, from_=SENDER, body="x")
    assert (caught.value.status, caught.value.code) == (401, 20003)
    answer = requests.post(
        f"{sink.twilio_base_url}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json",
        auth=(sink.account_sid, sink.auth_token),
        timeout=10,
    )
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)
    assert sink.texts() == []


@pytest.fixture
def callbacks() -> Iterator[tuple[str, list[tuple[str | None, dict[str, str]]]]]:
    received: list[tuple[str | None, dict[str, str]]] = []
    application = Flask("callbacks")

    @application.post("/status")
    def status() -> str:
        received.append((request.headers.get("X-Twilio-Signature"), request.form.to_dict()))
        return ""

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/status", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_delivery_is_told_with_a_signature_that_the_sdk_accepts(
    sink: MailSink, client: Client, callbacks: tuple[str, list[tuple[str | None, dict[str, str]]]]
) -> None:
    url, received = callbacks
    sent = client.messages.create(to=RECIPIENT, from_=SENDER, body="x", status_callback=url)
    wait_until(lambda: len(received) == 2, 60, "two callbacks")
    assert [fields["MessageStatus"] for _, fields in received] == ["sent", "delivered"]
    validator = RequestValidator(sink.auth_token)
    assert all(validator.validate(url, fields, signature) for signature, fields in received)
    assert {fields["MessageSid"] for _, fields in received} == {sent.sid}
