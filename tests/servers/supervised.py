"""The ballot box as a process on a broker, with a database of its own."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.storage.database import Database
from tests.servers import event_keys

ISOLOIR = [sys.executable, "-c", "from deploy.cli.main import main; main()"]


class Supervised:
    """A process that is started again when it gave up: what deploy.local.launcher does."""

    def __init__(self, command, environment, log):
        self.command, self.environment, self.log = command, environment, log
        self.start()

    def start(self):
        """Start it."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=out, stderr=subprocess.STDOUT)

    def restart_if_it_gave_up(self):
        """Start it again where it has ended."""
        if self.process.poll() is not None:
            self.start()

    def send_signal(self, number):
        """As kill(1)."""
        self.process.send_signal(number)

    def end(self):
        """Kill it, asleep or not."""
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@contextmanager
def ballot_box(amqp_uri, folder):
    """Run it until the block ends. In: the broker's address for its account, a folder for database and log."""
    url = f"sqlite:///{folder}/ballot.sqlite"
    Database(url, "ballot").upgrade()
    environment = {
        "PATH": os.environ["PATH"],
        "AMQP_URI": amqp_uri,
        "ISOLOIR_BALLOT_DATABASE_URL": url,
        "ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY": "5" * 64,
        "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY": "6" * 64,
        **event_keys.environment("ballot"),
        "PYTHONWARNINGS": "ignore",
    }
    supervised = Supervised([*ISOLOIR, "serve", "ballot"], environment, folder / "ballot.jsonl")
    try:
        yield supervised
    finally:
        supervised.end()


def answers(caller):
    """A function that says whether the ballot box answers now."""

    def ask():
        try:
            return caller.call("ballot", "health", {}, timeout=2)["database"] == "ok"
        except (RpcTimeout, RpcUnavailable):
            return False

    return ask
