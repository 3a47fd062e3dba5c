"""`isoloir relay`: carries the events from the outboxes to RabbitMQ."""

import signal
import threading
from typing import Any

import click

from services.runtime import settings
from services.runtime.bus import relay
from services.runtime.telemetry import logs, stray_output


@click.command("relay")
def command() -> None:
    """Publish the services' events to RabbitMQ until told to stop."""
    loaded = settings.load(relay.Settings, needs_broker=True)
    logs.configure("relay", loaded.log_level)
    stray_output.log_standard_error()
    stopping = threading.Event()

    def stop(_signal: int, _frame: Any) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    relay.run(loaded, stopping.is_set)
