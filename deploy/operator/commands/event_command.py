"""`isoloir operator import-event`: a voting event from a file; its draft is corrected by importing it again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.files import women_and_men
from deploy.operator.terminal import agreed, complaints, console, next_step, said_plainly
from services.files import csv_form, event_tables, voting_event_file

FILE = click.Path(exists=True, path_type=Path)
Changes = list[dict[str, str]]


@click.command("import-event")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Dire ce que l'import changerait, et ne rien changer.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Fichier CSV où écrire les erreurs d'un dossier : fichier, ligne, colonne, erreur, remède.",
)
@click.option("--yes", is_flag=True, help="Ne rien demander : remplacer l'échéance en place, corriger le brouillon.")
@click.pass_obj
@said_plainly
def command(client: OperatorClient, file: Path, dry_run: bool, report: Path | None, yes: bool) -> None:
    """Créer l'échéance et ses scrutins d'après FILE, ou corriger leur brouillon jusqu'au scellement.

    FILE est un fichier JSON, ou un dossier de tableaux CSV : echeance.csv, scrutins.csv, questions.csv,
    listes.csv, candidats.csv.
    Tout est contrôlé par chaque service avant que rien ne soit enregistré.
    """
    target = voting_event_file.imported_path(file)
    event = _read(file, report)
    if target.exists() and target != file:
        # A second run must speak of the same uuids, or it would open a second voting event.
        event = voting_event_file.with_known_uuids(event, voting_event_file.read(target))
    event = voting_event_file.with_uuids(event)
    current = _current(client)
    flags: dict[str, Any] = {"correct": True}
    if current is not None and current["voting_event"] != event["voting_event"]:
        flags["in_place_of"] = current["voting_event"]
    changes = _send(client, event, {**flags, "dry_run": True})
    _show(event, changes)
    if dry_run:
        console().print("Rien n’a été enregistré (--dry-run).")
        next_step(f"la même commande sans --dry-run : isoloir operator import-event {file}")
        return
    if "in_place_of" in flags and current is not None:
        agreed(
            f"« {current['name']} » est en place, jusqu’au {current['closes_at'][:16].replace('T', ' ')} UTC. "
            f"« {event['name']} » prendra sa place : les électeurs de la première n’entreront plus. "
            "Elle revient en important de nouveau son fichier .imported.json.",
            yes,
        )
    if changes:
        agreed("Corriger le brouillon comme ci-dessus ?", yes)
    # Written first: if a command below fails, running this one again goes on with the same uuids.
    target.write_text(json.dumps(event, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _send(client, event, flags)
    console().print(f"Échéance {event['voting_event']}, écrite dans {target}", markup=False)
    next_step("isoloir operator import-roll FICHIER.csv")


def _read(file: Path, report: Path | None) -> dict[str, Any]:
    """The event of a file or of a folder of tables, whose every error goes into the report."""
    if not file.is_dir():
        return voting_event_file.read(file)
    try:
        return event_tables.read(file, lambda said: console().print(f"Lu autrement qu’écrit. {said}", markup=False))
    except event_tables.EventTablesError as error:
        if report is not None:
            with report.open("w", encoding="utf-8-sig", newline="") as target:
                writer = csv.writer(target, delimiter=";")
                writer.writerow(("fichier", "ligne", "colonne", "erreur", "remede"))
                rows = ((one.file, one.line, one.column, one.problem, one.remedy) for one in error.found)
                writer.writerows(map(csv_form.harmless, row) for row in rows)
            complaints().print(f"Erreurs écrites dans {report}.", markup=False)
        raise


def _current(client: OperatorClient) -> dict[str, Any] | None:
    try:
        return client.voting_event()
    except OperatorRefusal as refusal:
        if refusal.code != "no_voting_event":
            raise
        return None


def _send(client: OperatorClient, event: dict[str, Any], flags: dict[str, Any]) -> Changes:
    """Every service in turn; what would change, or has changed, each field with where it stands."""
    changes: Changes = client.open_voting_event({**voting_event_file.for_identity(event), **flags})["changes"]
    of_election = {name: value for name, value in flags.items() if name != "in_place_of"}
    codes = {election["uuid"]: election["code"] for election in event["elections"]}
    of_ballot = [
        (codes[election["uuid"]], client.create_election({**election, **of_election})["changes"])
        for election in voting_event_file.for_ballot(event)
    ]
    return voting_event_file.all_changes(changes, of_ballot)


def _show(event: dict[str, Any], changes: Changes) -> None:
    table = Table("Code", "Scrutin", "Mode", "Listes", "Uuid", title=escape(event["name"]))
    for election in event["elections"]:
        mode = "en ligne" if election["mode"] == "online" else "papier"
        cells = (election["code"], election["name"], mode, _lists(election), election["uuid"])
        table.add_row(*(escape(cell) for cell in cells))
    console().print(table)
    for sentence in women_and_men.gaps(event):
        console().print(f"À vérifier avec la commission électorale. {sentence}", markup=False)
    if changes:
        differences = Table("Champ", "Avant", "Après", title="Corrections du brouillon")
        for change in changes:
            differences.add_row(*(escape(change[name]) for name in ("field", "before", "after")))
        console().print(differences)


def _lists(election: dict[str, Any]) -> str:
    """How many lists each question has: « 8 », « 8 et 4 (2 questions) »."""
    counts = [str(len(question["answers"])) for question in voting_event_file.questions_of(election)]
    if len(counts) < 2:
        return "".join(counts)
    return f"{', '.join(counts[:-1])} et {counts[-1]} ({len(counts)} questions)"
