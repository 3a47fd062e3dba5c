"""How many e-mails a second one process hands to a local mail server: one connection, and as many as by default."""

import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from aiosmtpd.controller import Controller

from deploy.local.launcher.ports import free_port
from services.notification.channels.email import EmailChannel
from services.notification.contract.events import MessageRequested
from services.notification.evidence import reports
from services.notification.queue import delivery, intake
from services.notification.settings import MailSettings
from services.runtime.clock import utc_now
from services.runtime.sealing_box import new_keypair, seal
from services.runtime.storage.database import Database

MANY = 500
WANTED = 50.0
"""A second, by one process: 1.2 million voters in less than seven hours."""
VALUES = {
    "first_name": "Zoé",
    "surname": "Œuvray",
    "portal": "https://vote.example.org",
    "active": False,
    "link": "https://vote.example.org/lien/abc",
    "minutes": 1440,
}


class Taking:
    """A mail server that takes everything and keeps nothing."""

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:
        """Take it."""
        return "250 OK"


def serve(port: int) -> None:
    """Be that server, until the input ends."""
    listening = Controller(Taking(), hostname="127.0.0.1", port=port, ready_timeout=60)
    listening.start()
    print("ready", flush=True)
    sys.stdin.read()
    listening.stop()


def run() -> dict[str, Any]:
    """Send a campaign twice. Out: e-mails a second and processor a message, by one connection and by several."""
    several = int(MailSettings.model_fields["smtp_connections"].default)
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.mail", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()
        alone, pooled = _measured(port, 1), _measured(port, several)
        server.stdin.close()
    return {
        "messages": MANY,
        "connections": several,
        "one_connection": alone,
        "pooled": pooled,
        "ratio": round(pooled["per_second"] / alone["per_second"], 2),
        "enough": pooled["per_second"] >= WANTED,
    }


def _measured(port: int, lines: int) -> dict[str, float]:
    private, public = new_keypair()
    with tempfile.TemporaryDirectory(prefix="isoloir-mail-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'notification.sqlite'}", "notification")
        database.upgrade()
        _fill(database, public)
        channel = EmailChannel(f"smtp://127.0.0.1:{port}", "Élections <nobody@vote.example.org>")
        begun, worked = time.monotonic(), time.process_time()
        while delivery.deliver_singly(database, channel, private, clock=utc_now, jitter=Random(1), lines=lines):
            pass
        seconds, processor = time.monotonic() - begun, time.process_time() - worked
        with database.reading() as session:
            counted = {(one.state, one.count) for one in reports.message_counts(session)}
        database.dispose()
    assert counted == {("sent", MANY)}
    # On a machine with other work to do the second figure says what the first would be without.
    return {"per_second": round(MANY / seconds, 1), "processor_ms": round(1000 * processor / MANY, 2)}


def _fill(database: Database, public: str) -> None:
    campaign = str(uuid.uuid4())
    with database.transaction() as session:
        for number in range(MANY):
            message = MessageRequested(
                message_id=str(uuid.uuid4()),
                channel="email",
                template="opening_campaign",
                sealed=seal(public, {"to": {"email": f"electeur{number}@academie.example"}, "values": VALUES}),
                campaign=campaign,
            )
            intake.receive(session, message, datetime.now(UTC))


if __name__ == "__main__":
    serve(int(sys.argv[1]))
