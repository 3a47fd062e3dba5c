"""`isoloir deliver`: the messages of one channel, opened and sent by a process that opens no others (docs/adr/0028)."""

import click

from deploy.cli.serve import PATHS
from services.runtime.importing import all_stays
from services.runtime.service_names import DELIVERERS

SERVICE = "notification"
CHANNELS = [name.removeprefix(f"{SERVICE}-") for name in DELIVERERS]


@click.command("deliver")
@click.argument("channel", type=click.Choice(CHANNELS))
def command(channel: str) -> None:
    """Open and send what waits for CHANNEL (mail, sms) until told to stop; needs the database, and no bus."""
    with all_stays():
        from deploy.production.hosting.worker_process import run_worker

    run_worker(SERVICE, PATHS[SERVICE], channel)
