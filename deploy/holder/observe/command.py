"""`isoloir observe URL`: follow the public chains of a portal, and raise the alarm."""

from __future__ import annotations

import io
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from deploy.holder.observe import exchange
from deploy.holder.observe.alarms import Alarm
from deploy.holder.observe.folder import Folder, NotAFolder
from deploy.holder.observe.looking import ElectionSeen, Look, Options, look
from deploy.holder.observe.portal import CouldNotLook, Portal
from deploy.holder.verify_words import STAGES

FOLDER = "observation"


@click.command("observe")
@click.argument("address", metavar="ADRESSE")
@click.option(
    "--folder", default=FOLDER, show_default=True, metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False),
    help="Où garder ce qui a été vu : la suite s'y compare.",
)  # fmt: skip
@click.option(
    "--every", type=click.IntRange(1, 1440), metavar="MINUTES", help="Recommencer sans fin, à cet intervalle."
)
@click.option("--times", type=click.IntRange(1), metavar="N", help="Avec --every : s'arrêter après N regards.")
@click.option(
    "--exchange", "others", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FICHIER",
    help="Comparer avec ce qu'un autre observateur a vu (son --export). Répétable.",
)  # fmt: skip
@click.option(
    "--export", "export", type=click.Path(path_type=Path, dir_okay=False), metavar="FICHIER",
    help="Écrire ce qui a été vu, pour d'autres observateurs.",
)  # fmt: skip
@click.option("--identity-key", metavar="CLEF", help="Clef qui signe les scellements, telle que le bureau l'a publiée.")
@click.option("--register-key", metavar="CLEF", help="Clef du registre des réassorts, telle que le bureau l'a publiée.")
@click.option("--processes", type=click.IntRange(1, 256), default=None, help="Nombre de processus (un par cœur).")
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par regard.")
def command(
    address: str,
    folder: Path,
    every: int | None,
    times: int | None,
    others: tuple[Path, ...],
    export: Path | None,
    identity_key: str | None,
    register_key: str | None,
    processes: int | None,
    as_json: bool,
) -> None:
    """Observer les urnes et les registres publics d'un portail, depuis sa propre machine, sans rien demander à personne.

    Sortie : 0 rien d'anormal, 1 alerte (nommée), 2 un regard n'a pas pu se faire.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
    try:
        portal = Portal(address)
        kept = Folder(folder, portal.address)
        options = Options(identity_key, register_key, processes)
        with kept.alone():
            code = _follow(kept, portal, options, every, times, others, export, as_json)
    except (CouldNotLook, NotAFolder, exchange.NotAnExchange) as error:
        _stop(f"{error}.")
    except OSError as error:
        _stop(f"le fichier {error.filename} ne se lit pas, ou ne s'écrit pas.")
    except KeyboardInterrupt:
        _stop("interrompu. Ce qui a été vu est gardé.")
    sys.exit(code)


def _follow(
    folder: Folder,
    portal: Portal,
    options: Options,
    every: int | None,
    times: int | None,
    others: tuple[Path, ...],
    export: Path | None,
    as_json: bool,
) -> int:
    codes: list[int] = []
    while True:
        told: list[Alarm] = []
        if not codes and others and not folder.state.elections:
            # Nothing to compare with yet: a first look makes it.
            look(folder, portal, options, datetime.now(UTC), [])
        for file in others if not codes else ():
            told += exchange.take(folder, file)
        found = look(folder, portal, options, datetime.now(UTC), told)
        codes.append(found.exit_code())
        click.echo(json.dumps(found.as_json())) if as_json else _say(folder, found, first=len(codes) == 1)
        if export is not None:
            lines = "".join(f"{line}\n" for line in exchange.written(folder, found.at))
            export.write_text(lines, encoding="utf-8")
        if every is None or len(codes) == times:
            return 1 if 1 in codes else codes[-1]
        time.sleep(every * 60)


def _say(folder: Folder, found: Look, *, first: bool) -> None:
    click.echo(f"{found.at.astimezone():%d/%m/%Y %H:%M} {folder.state.portal}")
    for seen in found.elections:
        click.echo(f"  {_line(seen)}")
        if first and seen.sealed:
            click.echo(f"    clef des reçus {seen.receipt_key} ; clef du registre {seen.register_key or 'inconnue'}")
            click.echo(f"    clef du scellement {seen.identity_key} : comparez-les au procès-verbal de scellement")
    for alarm in found.alarms:
        click.echo(alarm.in_french(found.name_of(alarm.election)))
    for failure in found.failures:
        click.echo(f"PAS VU, {failure}")
    if found.alarms:
        click.echo(f"Les preuves sont dans {folder.alarms} : gardez-les, et prévenez le bureau de vote.")
    elif not found.failures:
        click.echo("Rien d'anormal.")


def _line(seen: ElectionSeen) -> str:
    if not seen.sealed:
        return f"{seen.name} : pas encore scellé"
    replaced = f", {seen.replaced} remplacé(s) par un vote ultérieur" if seen.replaced else ""
    return (
        f"{seen.name} : {STAGES.get(seen.stage, seen.stage)} ; {seen.ballots} bulletin(s){replaced} "
        f"dont {seen.new_ballots} vérifié(s) maintenant ; "
        f"{seen.heads} empreinte(s) signée(s) dont {seen.new_heads} nouvelle(s) ; "
        f"{seen.entries} réassort(s) dont {seen.new_entries} nouveau(x)"
    )


def _stop(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(2)
