"""`isoloir serve`: one service as a process on RabbitMQ, or everything in one process on the in-process bus."""

import click

SERVICES = {
    "identity": "services.identity.service:IdentityService",
    "notification": "services.notification.service:NotificationService",
    "ballot": "services.ballot.service:BallotService",
    "reassort": "services.reassort.service:ReassortService",
}


@click.command("serve")
@click.argument("name", type=click.Choice([*SERVICES, "all"]))
def command(name: str) -> None:
    """Run the service NAME (on RabbitMQ, AMQP_URI), or « all » in one process for a demonstration."""
    if name == "all":
        from deploy.production.hosting.one_process import run_all

        run_all(list(SERVICES.values()))
    else:
        # Before anything else is imported: the service's sockets, locks and threads must be eventlet's.
        import eventlet

        eventlet.monkey_patch()
        from deploy.production.hosting.nameko_process import run_service

        run_service(name, SERVICES[name])
