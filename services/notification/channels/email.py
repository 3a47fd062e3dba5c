"""E-mail over SMTP: one connection for a batch."""

from __future__ import annotations

import binascii
import email.policy
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from services.notification.channels.dkim_signature import DkimKey
from services.notification.queue.outcomes import DELIVERED, Outcome, Result
from services.notification.queue.rendering import Letter
from services.runtime.clock import utc_now

TIMEOUT = 20.0
"""Seconds that a server may take over one step."""
_POLICY = re.compile(r"\A5\.7\.[0-9]{1,3}\b")
_RELAY = re.compile(r"\brelay(ing)? (access )?(denied|not permitted)", re.IGNORECASE)
MOST_POLICY_REFUSALS = 2
"""Refusals by policy one after the other, after which it is our setting and not a mailbox's: the batch stops."""


class EmailChannel:
    """Sends letters to `to["email"]`.

    `url` is smtp://[user:password@]host[:port] (TLS as soon as the server offers it) or smtps://…; empty, the messages
    wait. `sender` is « Name <address> ». The envelope names another sender, one for each message, so that what comes
    back says which message it was (VERP): bounce+ID at `bounce_domain`, or at the sender's domain. With `dkim_key` each
    message is signed for the sender's domain.
    """

    name = "email"

    def __init__(self, url: str, sender: str, bounce_domain: str = "", dkim_key: DkimKey | None = None) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2]
        self._bounce_domain = bounce_domain or self._domain
        self._dkim_key = dkim_key

    @contextmanager
    def open(self) -> Iterator[Callable[[Letter], Outcome]]:
        """Give the function that sends; it connects at the first letter, and again after a lost connection."""
        line = _Line(self)
        try:
            yield line.send
        finally:
            line.hang_up()

    def connect(self) -> Connection:
        """Open a connection, encrypted and authenticated as the URL asks. Raises OSError, smtplib.SMTPException."""
        host, port = self._url.hostname or "", self._url.port or 0
        if self._url.scheme == "smtps":
            connection: Connection = _EncryptedConnection(host, port, timeout=TIMEOUT, context=_trusted())
        else:
            connection = _PlainConnection(host, port, timeout=TIMEOUT)
        try:
            connection.ehlo_or_helo_if_needed()
            encrypted = self._url.scheme == "smtps"
            if not encrypted and connection.has_extn("starttls"):
                connection.starttls(context=_trusted())
                encrypted = True
            if self._url.username:
                if not encrypted and host not in ("localhost", "127.0.0.1", "::1"):
                    raise smtplib.SMTPException("the server offers no encryption to send a password over")
                connection.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def configured(self) -> bool:
        """Whether there is a server to send to."""
        return bool(self._url.hostname)

    def write(self, letter: Letter) -> EmailMessage:
        """Return the e-mail of a letter. Its Message-ID follows from the message's id: a repetition is recognisable."""
        message = EmailMessage()
        message["Message-ID"] = f"<{letter.id}@{self._domain}>"
        message["Date"] = format_datetime(utc_now())
        message["From"] = self._sender
        message["To"] = letter.to["email"]
        message["Subject"] = letter.subject
        # RFC 3834: out-of-office robots must not answer.
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = letter.language
        if letter.html is None:
            return _written(message, "plain", letter.text)
        message["MIME-Version"] = "1.0"
        message["Content-Type"] = "multipart/alternative"
        for subtype, words in (("plain", letter.text), ("html", letter.html)):
            message.attach(_written(EmailMessage(), subtype, words))
        return message

    def hand_over(self, connection: Connection, letter: Letter, message: EmailMessage) -> None:
        """Send one e-mail. Raises smtplib.SMTPException, OSError."""
        connection.content_begun = False
        envelope = f"bounce+{letter.id}@{self._bounce_domain}"
        if self._dkim_key is None:
            connection.send_message(message, from_addr=envelope)
            return
        address = letter.to["email"]
        if not address.isascii():
            raise smtplib.SMTPNotSupportedError("addresses are ASCII")
        # The bytes that are signed are the bytes that leave.
        content = self._dkim_key.sign(self._domain, message.as_bytes(policy=email.policy.SMTP))
        connection.sendmail(envelope, [address], content)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust to be a mail server; read once, because reading all authorities takes as long as some messages."""
    return ssl.create_default_context()


def _written(part: EmailMessage, subtype: str, words: str) -> EmailMessage:
    """Put a text into a part, quoted-printable. The library's own way takes most of the time that a message takes."""
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(binascii.b2a_qp(words.encode(), istext=True).decode("ascii"))
    return part


class _PlainConnection(smtplib.SMTP):
    """Remembers whether the content of a message has begun to leave: from then on it may have been accepted."""

    content_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content."""
        self.content_begun = True
        return super().data(msg)


class _EncryptedConnection(smtplib.SMTP_SSL):
    """The same over TLS."""

    content_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the content."""
        self.content_begun = True
        return super().data(msg)


Connection = _PlainConnection | _EncryptedConnection


class _Line:
    """The connection of one batch."""

    def __init__(self, channel: EmailChannel) -> None:
        self._channel = channel
        self._connection: Connection | None = None
        self._policy_refusals = 0
        self._dead: Outcome | None = None if channel.configured else Outcome(Result.AWAY, "email_not_configured")

    def send(self, letter: Letter) -> Outcome:
        """Send one letter; once the server is found to be away, the rest of the batch is not tried."""
        if self._dead is not None:
            return self._dead
        try:
            message = self._channel.write(letter)
        except (KeyError, ValueError, TypeError):
            return Outcome(Result.REFUSED, "message_malformed")
        if self._connection is None:
            try:
                self._connection = self._channel.connect()
            except smtplib.SMTPAuthenticationError:
                self._dead = Outcome(Result.AWAY, "smtp_log_in_refused")
                return self._dead
            except (OSError, smtplib.SMTPException, ValueError):
                # ValueError: a name or a password that cannot be put into SMTP's words. Nothing has left.
                self._dead = Outcome(Result.AWAY, "smtp_unreachable")
                return self._dead
        try:
            self._channel.hand_over(self._connection, letter, message)
        except smtplib.SMTPRecipientsRefused as refusal:
            return self._answered(*next(iter(refusal.recipients.values())))
        except smtplib.SMTPSenderRefused as refusal:
            # Our own address is refused: that is a setting, and no voter's message must be lost for it.
            self._reset()
            return Outcome(Result.AWAY, f"smtp_sender_{refusal.smtp_code}")
        except smtplib.SMTPNotSupportedError:
            self._reset()
            return Outcome(Result.REFUSED, "smtp_address_not_supported")
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            code = getattr(error, "smtp_code", None)
            if code is not None:
                return self._answered(int(code), getattr(error, "smtp_error", b""))
            perhaps_sent = self._connection.content_begun
            self.hang_up()
            return Outcome(Result.AWAY, "smtp_disconnected", perhaps_sent)
        self._policy_refusals = 0
        return DELIVERED

    def hang_up(self) -> None:
        """End the connection, politely when it still works."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _answered(self, code: int, words: bytes | str) -> Outcome:
        if code == 421:
            # RFC 5321: the server is closing the connection, whatever the message was.
            self.hang_up()
            return Outcome(Result.AWAY, "smtp_421")
        self._reset()
        said = words.decode("ascii", "replace") if isinstance(words, bytes) else words
        policy = _POLICY.match(said)
        if code >= 500 and (policy or _RELAY.search(said)):
            # SPF, DKIM, a relay that does not know us: no dead address. Nothing is lost, and somebody has to look.
            outcome = Outcome(Result.AWAY, f"smtp_policy_{policy.group() if policy else code}")
            self._policy_refusals += 1
            if self._policy_refusals >= MOST_POLICY_REFUSALS:
                self._dead = outcome
            return outcome
        self._policy_refusals = 0
        return Outcome(Result.REFUSED if code >= 500 else Result.RETRY, f"smtp_{code}")

    def _reset(self) -> None:
        if self._connection is None:
            return
        try:
            self._connection.rset()
        except (OSError, smtplib.SMTPException):
            self.hang_up()
