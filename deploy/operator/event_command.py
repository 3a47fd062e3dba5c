"""`isoloir operator import-event`: a voting event from a file; its draft is corrected by importing it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator import voting_event_file
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.terminal import agreed, console, said_plainly

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Changes = list[dict[str, str]]


@click.command("import-event")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Dire ce que l'import changerait, et ne rien changer.")
@click.option("--yes", is_flag=True, help="Ne rien demander : remplacer l'échéance en place, corriger le brouillon.")
@click.pass_obj
@said_plainly
def command(client: OperatorClient, file: Path, dry_run: bool, yes: bool) -> None:
    """Créer l'échéance et ses scrutins d'après FILE (JSON), ou corriger leur brouillon jusqu'au scellement.

    Tout est contrôlé par chaque service avant que rien ne soit enregistré.
    """
    target = voting_event_file.imported_path(file)
    event = voting_event_file.read(file)
    if target.exists() and target != file:
        # A second run must speak of the same uuids, or it would open a second voting event.
        event = _with_known_uuids(event, voting_event_file.read(target))
    event = voting_event_file.with_uuids(event)
    current = _current(client)
    flags: dict[str, Any] = {"correct": True}
    if current is not None and current["voting_event"] != event["voting_event"]:
        flags["in_place_of"] = current["voting_event"]
    changes = _send(client, event, {**flags, "dry_run": True})
    _show(event, changes)
    if dry_run:
        console().print("Rien n’a été enregistré (--dry-run).")
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
    console().print("Ensuite : isoloir operator import-roll FICHIER.csv")


def _current(client: OperatorClient) -> dict[str, Any] | None:
    try:
        return client.voting_event()
    except OperatorRefusal as refusal:
        if refusal.code != "no_voting_event":
            raise
        return None


def _send(client: OperatorClient, event: dict[str, Any], flags: dict[str, Any]) -> Changes:
    """Every service in turn; what would change, or has changed, each field with where it stands."""
    changes: Changes = list(client.open_voting_event({**voting_event_file.for_identity(event), **flags})["changes"])
    of_election = {name: value for name, value in flags.items() if name != "in_place_of"}
    codes = {election["uuid"]: election["code"] for election in event["elections"]}
    for election in voting_event_file.for_ballot(event):
        found = client.create_election({**election, **of_election})["changes"]
        # Hours and names are the same in both services: said once.
        known = {(change["before"], change["after"]) for change in changes}
        changes += [
            {**change, "field": f"{codes[election['uuid']]}.{change['field']}"}
            for change in found
            if (change["before"], change["after"]) not in known
        ]
    return changes


def _show(event: dict[str, Any], changes: Changes) -> None:
    table = Table("Code", "Scrutin", "Mode", "Uuid", title=escape(event["name"]))
    for election in event["elections"]:
        mode = "en ligne" if election["mode"] == "online" else "papier"
        table.add_row(*(escape(cell) for cell in (election["code"], election["name"], mode, election["uuid"])))
    console().print(table)
    if changes:
        differences = Table("Champ", "Avant", "Après", title="Corrections du brouillon")
        for change in changes:
            differences.add_row(*(escape(change[name]) for name in ("field", "before", "after")))
        console().print(differences)


def _with_known_uuids(event: dict[str, Any], imported: dict[str, Any]) -> dict[str, Any]:
    known = {election["code"]: election.get("uuid") for election in imported["elections"]}
    elections = [
        {**election, "uuid": election.get("uuid") or known.get(election["code"])} for election in event["elections"]
    ]
    return {**event, "voting_event": event.get("voting_event") or imported.get("voting_event"), "elections": elections}
