"""`isoloir broker-definitions`: what a broker loads when it starts."""

import os
from pathlib import Path

import click

from deploy.production.broker import definitions as made
from deploy.production.broker.accounts import accounts

PASSWORD = "ISOLOIR_BROKER_{}_PASSWORD"  # noqa: S105 - the name of a variable


def variable(account: str) -> str:
    """The environment variable that has the password of an account."""
    return PASSWORD.format(account.upper().replace("-", "_"))


@click.command("broker-definitions")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def command(file: Path) -> None:
    """Write accounts, rights and queues to FILE, for RabbitMQ's load_definitions (passwords: ISOLOIR_BROKER_…_PASSWORD)."""
    passwords = {one.name: os.environ.get(variable(one.name), "") for one in accounts()}
    try:
        content = made.definitions(passwords)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    # The broker runs under another account of the machine; the file has no password, only salted hashes.
    made.write(file, content, mode=0o644)
    click.echo(f"{file}: {len(passwords)} accounts")
