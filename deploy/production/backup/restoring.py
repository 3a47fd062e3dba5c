"""`isoloir restore`: what `isoloir backup` has written, back into empty databases."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.engine import URL

from deploy.production.backup import dumps, files
from deploy.production.backup.command import NAMES, url_of
from deploy.production.backup.dumps import POSTGRESQL, BackupFailed
from deploy.production.postgresql import grants
from services.runtime.service_names import SERVICES


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@NAMES
@click.option(
    "--identity", "key_file", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Private key."
)
def command(folder: Path, names: tuple[str, ...], key_file: Path | None) -> None:
    """Fill the empty databases of the services NAMES, or of all four, from FOLDER."""
    identity = None if key_file is None else _key_of(key_file)
    wanted = names or SERVICES
    try:
        found = {name: files.described(folder, name) for name in wanted}
        urls = {name: url_of(name) for name in wanted}
        for name, one in found.items():
            if one.kind != dumps.kind_of(urls[name]):
                raise BackupFailed(f"{name} : sauvegarde d’une base {one.kind}, et les réglages en nomment une autre.")
            if dumps.tables(urls[name]):
                raise BackupFailed(f"{name} : la base n’est pas vide : rien n’a été restauré. Créez-en une neuve.")
            # All of them before the first is restored: half a system is worse than none.
            files.check(folder, one)
        for name, one in found.items():
            with files.opened(folder, one, identity) as stream:
                dumps.restore(urls[name], stream)
            _check(name, one.rows, dumps.rows(urls[name]))
            _grant(name, urls[name])
            click.echo(
                f"{name} : {sum(one.rows.values())} lignes de {len(one.rows)} tables, telles qu’au {one.made_at}"
            )
    except BackupFailed as failed:
        raise click.ClickException(str(failed)) from None
    click.echo(
        "Ensuite : isoloir migrate, les services, le relais ; isoloir doctor, puis isoloir verify sur chaque archive."
    )


def _key_of(file: Path) -> str:
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


def _check(name: str, expected: dict[str, int], there: dict[str, int]) -> None:
    if there != expected:
        wrong = sorted(table for table in expected.keys() | there.keys() if expected.get(table) != there.get(table))
        raise BackupFailed(f"{name} : restaurée, mais ces tables n’ont pas leurs lignes : {', '.join(wrong)}.")


def _grant(name: str, url: URL) -> None:
    """What the running account and the relay may do is granted again, where the owner restores."""
    if dumps.kind_of(url) == POSTGRESQL and str(url.username).endswith(grants.OWNER):
        grants.main(name)
