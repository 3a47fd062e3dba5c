"""`isoloir relay`: carries the events from the outboxes to RabbitMQ."""

import click

from deploy.production.hosting.stopping import told_to_stop
from services.runtime import settings
from services.runtime.bus import relay
from services.runtime.telemetry import logs, stray_output


@click.command("relay")
def command() -> None:
    """Publish the services' events to RabbitMQ until told to stop."""
    loaded = settings.load(relay.Settings, needs_broker=True)
    logs.configure("relay", loaded.log_level)
    stray_output.log_standard_error()
    stopping = told_to_stop()
    relay.run(loaded, stopping.is_set)
