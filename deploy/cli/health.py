"""`isoloir health`: for container health checks; status 0 where the process does its work, 1 with one line otherwise."""

import sys
import urllib.error
import urllib.request

import click

from services.runtime import settings
from services.runtime.service_names import DELIVERERS, WORKERS
from services.runtime.settings import RuntimeSettings

SECONDS = 5.0


def _service(name: str) -> None:
    from services.runtime.bus.rpc import RpcClient
    from services.runtime.contracts.methods import HEALTH

    client = RpcClient(settings.load(RuntimeSettings).amqp_uri)
    try:
        client.call(name, HEALTH.name, {}, timeout=SECONDS)
    finally:
        client.close()


def _relay(_: str) -> None:
    import pika

    from services.runtime.broker_address import BrokerAddress
    from services.runtime.bus.relay import Settings
    from services.runtime.storage.database import Database

    loaded = settings.load(Settings)
    pika.BlockingConnection(BrokerAddress.parse(loaded.amqp_uri).pika_parameters()).close()
    for service, url in loaded.databases().items():
        database = Database(url, service)
        database.answers()
        database.dispose()


def _aside(name: str) -> None:
    from deploy.production.hosting.alive import check_alive

    service, _, process = name.partition("-")
    check_alive(service, process)


def _gateway(_: str) -> None:
    from gateway.settings import Settings

    _answers(settings.load(Settings).bind, "/healthz")


def _bounces(_: str) -> None:
    import smtplib

    from services.notification.bounces.receiver_settings import BounceSettings

    with smtplib.SMTP("127.0.0.1", settings.load(BounceSettings).port, timeout=SECONDS) as client:
        client.noop()


def _answers(bind: str, path: str) -> None:
    port = bind.rpartition(":")[2]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=SECONDS):
        pass


CHECKS = {
    "identity": _service,
    "ballot": _service,
    "reassort": _service,
    "notification": _service,
    **dict.fromkeys((*WORKERS, *DELIVERERS), _aside),
    "relay": _relay,
    "gateway": _gateway,
    "bounces": _bounces,
}


@click.command("health")
@click.argument("name", type=click.Choice(list(CHECKS)))
def command(name: str) -> None:
    """Say whether the process NAME works: a service through the bus, the relay's connections, an open port."""
    try:
        CHECKS[name](name)
    except Exception as error:
        click.echo(f"isoloir health {name}: {type(error).__name__}", err=True)
        sys.exit(1)
