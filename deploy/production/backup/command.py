"""`isoloir backup`: the databases of the services, each to a file that is sealed."""

from __future__ import annotations

import importlib
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.engine import URL, make_url

from deploy.production.backup import dumps, files
from deploy.production.backup.dumps import BackupFailed
from services.runtime import settings
from services.runtime.bus.condition import RELAY, SILENT_SECONDS
from services.runtime.bus.delivery_tables import PROCESS
from services.runtime.clock import utc_now
from services.runtime.service_names import SERVICES
from services.runtime.storage.database import Database

NAMES = click.argument("names", nargs=-1, type=click.Choice(SERVICES))
RELAY_AWAKE = (
    "{name} : le relais est en service. Arrêtez-le, et laissez aux files une minute pour se vider : ce qui passe d’une "
    "base à l’autre pendant les copies n’y serait nulle part (--while-running pour passer outre)."
)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@NAMES
@click.option("--recipient", help="Public key (age1…) that the files are sealed for; its private half stays elsewhere.")
@click.option("--plain", is_flag=True, help="Write in clear: personal data, secrets, keys of codes.")
@click.option("--while-running", is_flag=True, help="Although the relay runs.")
def command(folder: Path, names: tuple[str, ...], recipient: str | None, plain: bool, while_running: bool) -> None:
    """Copy the databases of the services NAMES, or of all four, to FOLDER."""
    if (recipient is None) == (not plain):
        raise click.UsageError(
            "Donnez la clé publique du destinataire (--recipient age1…), ou --plain pour écrire en clair."
        )
    wanted = names or SERVICES
    try:
        urls = {name: url_of(name) for name in wanted}
        for name, url in urls.items():
            if not while_running and _relay_is_awake(name, url):
                raise BackupFailed(RELAY_AWAKE.format(name=name))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, url in urls.items():
            made_at = utc_now().isoformat(timespec="seconds")
            with dumps.dumped(url) as (stream, rows):
                digest, size = files.keep(folder, name, dumps.kind_of(url), stream, recipient)
            files.describe(folder, files.Description(name, dumps.kind_of(url), made_at, digest, size, recipient, rows))
            click.echo(f"{name} : {sum(rows.values())} lignes de {len(rows)} tables, {size} octets, sha256 {digest}")
    except BackupFailed as failed:
        raise click.ClickException(str(failed)) from None
    click.echo(f"{folder} : essayez-la en la restaurant sur une autre machine (isoloir restore).")


def url_of(name: str) -> URL:
    """Where the database of a service is, by its settings."""
    loaded = settings.load(importlib.import_module(f"services.{name}.settings").Settings)
    return make_url(loaded.database_url)


def _relay_is_awake(name: str, url: URL) -> bool:
    if PROCESS.name not in dumps.tables(url):
        return False
    database = Database(url.render_as_string(hide_password=False), name)
    try:
        with database.reading() as session:
            since = utc_now() - timedelta(seconds=SILENT_SECONDS)
            return (
                session.scalar(select(PROCESS.c.process).where(PROCESS.c.kind == RELAY, PROCESS.c.at > since))
                is not None
            )
    finally:
        database.dispose()
