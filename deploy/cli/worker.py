"""`isoloir worker`: the long work of one service, in a process that serves nobody."""

import click

from deploy.cli.serve import PATHS


@click.command("worker")
@click.argument("name", type=click.Choice(list(PATHS)))
def command(name: str) -> None:
    """Work off the jobs of the service NAME (codes, tally, archives…) until told to stop."""
    from deploy.production.hosting.worker_process import run_worker

    run_worker(name, PATHS[name])
