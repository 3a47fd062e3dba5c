"""A receipt is handed to the mail server at once, or its voter is told: no row ties a ballot to an address (B12)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from services.ballot.contract import receipts
from services.notification.channels import at_once
from services.notification.channels.email import EmailChannel
from services.notification.contract.receipts import SendReceipt
from services.notification.models import Message
from tests.unit.notification.world import SENDER, MailServer

TRACKER = "A" * 42 + "+"
LINE = (
    '{"election":"QcmdAnVK7vcXSv","tracker":"' + TRACKER + '","head":"' + "ab" * 32 + '","height":4,"signature":"'
    "" + "cd" * 64 + '"}'
)


def request(language="fr"):
    return SendReceipt(
        email="anne@ac-amiens.fr",
        language=language,
        election="Comité <social>",
        uuid="QcmdAnVK7vcXSv",
        tracker=TRACKER,
        urn="https://vote.example.org/urne/QcmdAnVK7vcXSv",
        closes_at=datetime(2026, 12, 10, 16, tzinfo=UTC),
        receipt=LINE,
    )


@pytest.fixture
def server():
    made = MailServer()
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "10 décembre 2026 à 17 h 00"), ("en", "10 December 2026 at 17:00")]
)
def test_it_leaves_at_once_and_can_be_checked(server, language, words):
    assert at_once.send_receipt(EmailChannel(server.url, SENDER), request(language))
    (mail,) = server.received
    assert mail["To"] == "anne@ac-amiens.fr"
    text = mail.get_body(("plain",)).get_content()
    assert words in text
    assert receipts.read(text).tracker == TRACKER
    assert "Comité &lt;social&gt;" in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize("answer", ["451 4.3.0 later", "550 5.1.1 no such mailbox"])
def test_what_the_server_does_not_take_is_not_kept_for_later(server, database, answer):
    server.at_recipient.append(answer)
    assert not at_once.send_receipt(EmailChannel(server.url, SENDER), request())
    assert not at_once.send_receipt(EmailChannel("", SENDER), request())
    assert server.received == []
    with database.reading() as session:
        assert session.scalars(select(Message)).all() == []
