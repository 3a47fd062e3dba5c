"""The SMTP side of the sink."""

from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from deploy.local.sink import storage

MEGABYTE = 1024 * 1024
START_SECONDS = 60.0  # aiosmtpd's own 5 s are not enough for its thread on a busy machine


class MailRoom:
    """Receives each message into a file."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Store the message; 451, so that the sender tries again, where the disk refuses."""
        content = envelope.original_content or b""
        try:
            storage.store_mail(self.directory, content)
        except OSError:
            return "451 4.3.0 The message could not be stored"
        return "250 2.0.0 Stored"


def mail_server(directory: Path, host: str, port: int) -> Controller:
    """An SMTP server, not started, in a thread of its own. Any account is accepted, and none is required."""
    return Controller(
        MailRoom(directory),
        hostname=host,
        port=port,
        ident="Isoloir sink",
        ready_timeout=START_SECONDS,
        data_size_limit=10 * MEGABYTE,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
    )
