"""`isoloir dead-letters`: what the broker has set aside."""

import click
import pika

from services.runtime import settings
from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import topology


@click.command("dead-letters")
@click.option("--most", default=100, show_default=True, help="How many to look at.")
def command(most: int) -> None:
    """Say what the broker has set aside, without removing it: from which queue, why, how large. Never what it says."""
    loaded = settings.load(settings.RuntimeSettings, needs_broker=True)
    connection = pika.BlockingConnection(BrokerAddress.parse(loaded.amqp_uri).pika_parameters())
    try:
        channel = connection.channel()
        waiting = channel.queue_declare(topology.DEAD_LETTERS, passive=True).method.message_count
        click.echo(f"{waiting}")
        for _ in range(min(most, waiting)):
            method, properties, body = channel.basic_get(topology.DEAD_LETTERS)
            if method is None:
                break
            death = ((properties.headers or {}).get("x-death") or [{}])[0]
            click.echo(f"{death.get('queue', '?')}\t{death.get('reason', '?')}\t{death.get('time', '?')}\t{len(body)}")
    finally:
        connection.close()  # what was looked at goes back
