"""`isoloir serve`: one service as a process on RabbitMQ, or everything in one process on the in-process bus."""

import click

from services.runtime.importing import all_stays
from services.runtime.service_names import SERVICES

PATHS = {name: f"services.{name}.service:{name.capitalize()}Service" for name in SERVICES}
"""Service → where its class is: imported only once the process is ready for it."""


@click.command("serve")
@click.argument("name", type=click.Choice([*SERVICES, "all"]))
def command(name: str) -> None:
    """Run the service NAME (on RabbitMQ, AMQP_URI), or « all » in one process for a demonstration."""
    if name == "all":
        from deploy.production.hosting.one_process import run_all

        run_all(list(PATHS.values()))
    else:
        # Before anything else is imported: the service's sockets, locks and threads must be eventlet's.
        import eventlet

        eventlet.monkey_patch()
        with all_stays():
            from deploy.production.hosting.nameko_process import run_service

        run_service(name, PATHS[name])
