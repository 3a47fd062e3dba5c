"""`isoloir migrate`: brings the databases of the services to their newest schema."""

import importlib

import click
from sqlalchemy.exc import OperationalError

from services.runtime import settings
from services.runtime.service_names import SERVICES
from services.runtime.storage.database import Database


@click.command("migrate")
@click.argument("names", nargs=-1, type=click.Choice(SERVICES))
def command(names: tuple[str, ...]) -> None:
    """Migrate the databases of the services NAMES, or of all four."""
    for name in names or SERVICES:
        loaded = settings.load(importlib.import_module(f"services.{name}.settings").Settings)
        database = Database(loaded.database_url, name)
        try:
            database.upgrade()
        except OperationalError as error:  # the driver's own words name host and cause, and no password
            raise click.ClickException(f"{name}: base inaccessible : {str(error.orig).strip()}") from None
        database.dispose()
        click.echo(f"{name}: base à jour")
