"""`isoloir worker`: the long work of one service, in a process that serves nobody."""

import click

from deploy.cli.serve import PATHS
from services.runtime.importing import all_stays


@click.command("worker")
@click.argument("name", type=click.Choice(list(PATHS)))
def command(name: str) -> None:
    """Work off the jobs of the service NAME (codes, tally, archives…) until told to stop."""
    with all_stays():
        from deploy.production.hosting.worker_process import run_worker

    run_worker(name, PATHS[name])
