"""A clock that tests move, a mail server that answers as it is told, and a view of the queue."""

import email
import email.policy
import re
import zlib
from datetime import UTC, datetime, timedelta

from aiosmtpd.controller import Controller
from sqlalchemy import select

from services.notification.models import Message

START = datetime(2026, 12, 3, 10, 20, 30, tzinfo=UTC)
SENDER = "Election Professionnelle <ne-pas-repondre@vote.example.org>"


class Clock:
    """The time, moved by hand."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def advance(self, **by):
        self.now += timedelta(**by)


class MailServer:
    """An SMTP server whose answers to RCPT and DATA are scripted, one a message; "250 OK" when the script is empty."""

    def __init__(self):
        self.received = []
        self.connections = 0
        self.at_recipient = []
        self.at_data = []
        self.offers_log_in = False
        self.port = 0
        self._controller = None
        self.start()

    def start(self):
        self._controller = _Listening(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.port = self._controller.server.sockets[0].getsockname()[1]

    def stop(self):
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return [*responses[:-1], "250-AUTH PLAIN LOGIN", responses[-1]] if self.offers_log_in else responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.at_recipient.pop(0) if self.at_recipient else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        if answer.startswith("250"):
            self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return answer


class _Listening(Controller):
    def __init__(self, handler, **options):
        # The library's five seconds are not much for a machine that does other things.
        super().__init__(handler, ready_timeout=60, **options)

    def _trigger_server(self):
        # The port is the kernel's choice: aiosmtpd would connect to port 0 to see whether it listens.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def stored(database, message_id):
    with database.reading() as session:
        row = session.scalars(select(Message).where(Message.id == message_id)).one()
        session.expunge(row)
        return row


def pdf_text(content):
    """The text of each page of a PDF made with the built-in fonts."""
    pages = []
    for compressed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            drawn = zlib.decompress(compressed)
        except zlib.error:
            continue
        if b" Tj" in drawn:
            parts = re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", drawn)
            pages.append([re.sub(rb"\\(.)", rb"\1", part).decode("cp1252") for part in parts])
    return pages
