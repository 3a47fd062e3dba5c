"""pytest plugin: servers that live for the session.

A server that is not installed makes the tests that ask for it fail, with the command that installs it: a suite that
skips what it cannot prove would look green without proof.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.broker import BrokerMissing, LocalBroker
from deploy.local.launcher.ports import LOOPBACK, free_port
from deploy.local.postgresql import LocalCluster, PostgresMissing
from deploy.local.sink.run import Sink
from deploy.local.sink.settings import SinkSettings
from tests.servers.certificates import certificates


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A running private RabbitMQ node; `amqp_uri`, `kill()` and `start()` for those who test crashes."""
    try:
        broker = LocalBroker(tls=certificates(tmp_path_factory.mktemp("tls") / "broker"))
    except BrokerMissing as error:
        pytest.fail(str(error))
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[LocalCluster]:
    """A running private PostgreSQL cluster; `another_system()` gives a test four empty databases of its own."""
    try:
        cluster = LocalCluster()
    except PostgresMissing as error:
        pytest.fail(str(error))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@dataclass(frozen=True)
class MailSink:
    """A running sink: where it listens, what its SMS client must present, where it stores."""

    smtp_port: int
    http_port: int
    account_sid: str
    auth_token: str
    directory: Path

    @property
    def smtp_url(self) -> str:
        """As ISOLOIR_NOTIFICATION_SMTP_URL takes it."""
        return f"smtp://{LOOPBACK}:{self.smtp_port}"

    @property
    def twilio_base_url(self) -> str:
        """As ISOLOIR_NOTIFICATION_TWILIO_BASE_URL takes it."""
        return f"http://{LOOPBACK}:{self.http_port}"

    def mails(self) -> list[bytes]:
        """The messages received so far, oldest first."""
        return [path.read_bytes() for path in sorted((self.directory / "mail").glob("*.eml"))]

    def texts(self) -> list[str]:
        """The SMS received so far, oldest first, as JSON."""
        return [path.read_text() for path in sorted((self.directory / "sms").glob("*.json"))]

    def empty(self) -> None:
        """Forget everything received."""
        for path in (*(self.directory / "mail").glob("*.eml"), *(self.directory / "sms").glob("*.json")):
            path.unlink()


@pytest.fixture(scope="session")
def mail_sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    """A sink of e-mails and SMS shared by the session: `empty()` it first."""
    directory = tmp_path_factory.mktemp("sink")
    known = MailSink(free_port(), free_port(), f"AC{secrets.token_hex(16)}", secrets.token_hex(16), directory)
    settings = SinkSettings(
        directory=directory,
        smtp_bind=f"{LOOPBACK}:{known.smtp_port}",
        http_bind=f"{LOOPBACK}:{known.http_port}",
        account_sid=known.account_sid,
        auth_token=known.auth_token,
    )
    sink = Sink(settings)
    sink.start()
    try:
        yield known
    finally:
        sink.stop()
