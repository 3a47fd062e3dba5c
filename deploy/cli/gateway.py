"""`isoloir gateway`: the HTTP gateway on threads that get whole requests, speaking to the services over RabbitMQ."""

import os
import sys

import click


@click.command("gateway")
def command() -> None:
    """Serve the portal and the JSON API (address: ISOLOIR_GATEWAY_BIND)."""
    from gateway.settings import Settings
    from services.runtime import settings

    settings.load(Settings, needs_broker=True)  # one clear line here rather than a worker that dies at boot
    os.execv(
        sys.executable,
        [sys.executable, "-m", "gunicorn", "--config", "python:gateway.gunicorn_conf", "gateway.wsgi:app"],
    )
