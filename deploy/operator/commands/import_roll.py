"""`isoloir operator import-roll`: a file becomes the electoral roll, once it was said what that changes (E1)."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.commands import jobs
from deploy.operator.terminal import (
    agreed,
    complaints,
    console,
    current_event,
    event_option,
    next_step,
    progress_bar,
    said_plainly,
    stop,
)
from services.files import csv_form, roll_file

CHUNK = 500
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
KINDS = {"added": "ajouté", "changed": "modifié", "removed": "retiré"}


@click.command("import-roll")
@click.argument("file", type=FILE)
@event_option
@click.option(
    "--add",
    "complement",
    is_flag=True,
    help="Ajouter ces lignes à la liste en place, ou y corriger ces électeurs ; personne n'en est retiré.",
)
@click.option(
    "--file-only", is_flag=True, help="Lire le fichier seul, dire ce qui sera lu autrement, et n'envoyer rien."
)
@click.option("--dry-run", is_flag=True, help="Juger chaque ligne, dire ce qui changerait, et ne rien changer.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Fichier CSV où écrire les erreurs (ligne, colonne, erreur, remède), ou qui est ajouté, modifié, retiré.",
)
@click.option(
    "--removing",
    type=click.IntRange(0),
    default=None,
    help="Combien d'électeurs ce fichier retire, quand ils sont nombreux : --yes ne suffit pas.",
)
@click.option("--yes", is_flag=True, help="Ne rien demander.")
@click.pass_obj
@said_plainly
def command(
    client: OperatorClient,
    file: Path,
    event: str | None,
    complement: bool,
    file_only: bool,
    dry_run: bool,
    report: Path | None,
    removing: int | None,
    yes: bool,
) -> None:
    """Importer la liste électorale FILE (CSV) : tout, ou rien, et ce qui change est dit avant.

    UTF-8 ou Windows (cp1252), colonnes séparées par ; , ou des tabulations, dans n'importe quel ordre : ce qui est lu
    autrement qu'écrit est dit. Jusqu'au scellement ; une fois les codes produits, avec --add seulement (et remove-voter).
    """
    total = _read(file)
    if file_only:
        console().print(f"{total} ligne(s) lisible(s). Rien n’a été envoyé (--file-only).")
        next_step("la même commande avec --dry-run : chaque valeur est jugée, et comparée à la liste en place.")
        return
    voting_event = current_event(client, event)
    import_id = str(uuid4())
    with progress_bar() as progress:
        task = progress.add_task("Envoi des lignes", total=total)
        for chunk in roll_file.chunks(file, CHUNK):
            client.stage_roll(voting_event, import_id, chunk.first_line, chunk.rows)
            progress.advance(task, len(chunk.rows))
    found = _compared(client, voting_event, import_id, total, complement, report)
    _show(found)
    if report is not None:
        _write(report, client.differences(voting_event, import_id, complement=complement))
    if dry_run:
        client.drop_roll(voting_event, import_id)
        console().print("Rien n’a été changé (--dry-run).")
        next_step("la même commande sans --dry-run.")
        return
    typed = _typed(found, removing, yes or complement)
    with jobs.watched() as watch:
        counts = client.commit_roll(voting_event, import_id, total, watch, complement=complement, removing=typed)
    console().print(f"La liste compte {counts['voters']} électeurs, {counts['entitlements']} droits de vote.")
    next_step("isoloir operator generate-codes (produit les codes de qui n’en a pas).")


def _read(file: Path) -> int:
    """How many rows the file has; what is read otherwise than it stands is said."""
    repairs = csv_form.Repairs()
    total = roll_file.count_rows(file, repairs)
    for said in repairs.said():
        console().print(f"Lu autrement qu’écrit. {said}", markup=False)
    blank = roll_file.count_blank_rows(file)
    if blank:
        console().print(f"Lignes vides à la fin du fichier, laissées de côté : {blank}.")
    return total


def _compared(
    client: OperatorClient, voting_event: str, import_id: str, total: int, complement: bool, report: Path | None
) -> dict[str, Any]:
    """What the file would change. The command ends where a line is wrong."""
    try:
        with jobs.watched() as watch:
            return client.compare_roll(voting_event, import_id, total, watch, complement=complement)
    except OperatorRefusal as refusal:
        if refusal.code != "roll_invalid":
            raise
        _report(refusal)
        if report is not None:
            _write_errors(report, refusal)
        sys.exit(1)


def _show(found: dict[str, Any]) -> None:
    console().print(
        f"Liste en place : {found['voters']} électeurs. Ajoutés : {found['added']} ; retirés : {found['removed']} ; "
        f"modifiés : {found['changed']}."
    )
    if found["fields"]:
        fields = Table("Colonne", "Électeurs modifiés")
        for one in found["fields"]:
            fields.add_row(one["column"], str(one["voters"]))
        console().print(fields)
    elections = Table("Scrutin", "Inscrits", "Arrivent", "Partent", "Inscrits après")
    for one in found["elections"]:
        after = one["voters"] + one["added"] - one["removed"]
        cells = (one["voters"], one["added"], one["removed"], after)
        elections.add_row(escape(one["code"]), *map(str, cells))
    console().print(elections)


def _typed(found: dict[str, Any], removing: int | None, yes: bool) -> int:
    """The number of those who leave, as it was typed where there are many; the command ends where it is another."""
    removed = int(found["removed"])
    if not found["confirm"]:
        if found["voters"] and (removed or found["added"] or found["changed"]):
            leave = f" {removed} électeur(s) en sont retirés, compte compris." if removed else ""
            agreed(f"Changer ainsi la liste en place ?{leave}", yes)
        return removed
    if removing is None and not yes:
        complaints().print(
            f"{removed} électeurs quitteraient la liste en place, compte compris. Pour n’ajouter que des lignes : --add.",
            style="yellow",
        )
        removing = click.prompt("Tapez leur nombre pour continuer", type=int, default=0, show_default=False, err=True)
    if removing != removed:
        stop(f"Rien n’a été changé : ce fichier retire {removed} électeurs. Si c’est voulu : --removing {removed}.")
    return removed


def _report(refusal: OperatorRefusal) -> None:
    errors = refusal.details["errors"]
    for error in errors:
        complaints().print(
            f"ligne {error['line']}, {error['column']} : {error['problem']} → {error['remedy']}", markup=False
        )
    rest = refusal.details["total"] - len(errors)
    if rest > 0:
        complaints().print(f"… et {rest} autre(s) erreur(s), montrées quand celles-ci seront corrigées.")
    complaints().print(f"{refusal.details['total']} erreur(s) : rien n’a été importé.", style="red")


def _write_errors(target: Path, refusal: OperatorRefusal) -> None:
    rows = ((one["line"], one["column"], one["problem"], one["remedy"]) for one in refusal.details["errors"])
    _write_csv(target, ("ligne", "colonne", "erreur", "remede"), rows)
    complaints().print(f"Erreurs écrites dans {target}.", markup=False)


def _write(target: Path, differences: Iterable[dict[str, Any]]) -> None:
    rows = ((KINDS[one["kind"]], one["identifier"], one["line"] or "", "|".join(one["columns"])) for one in differences)
    _write_csv(target, ("changement", "identifiant", "ligne", "colonnes"), rows)
    console().print(f"Changements écrits dans {target}.", markup=False)


def _write_csv(target: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        writer.writerows(map(csv_form.harmless, row) for row in rows)
