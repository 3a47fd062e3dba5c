"""`isoloir operator earlier-turnout`: the turnout of the vote before, beside which the room shows this one's (E13)."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.operator.client import OperatorClient
from deploy.operator.earlier_turnout import table
from deploy.operator.terminal import complaints, console, current_event, next_step, said_plainly


@click.command("earlier-turnout")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Contrôler le fichier, et ne rien enregistrer.")
@click.pass_obj
@said_plainly
def earlier_turnout(client: OperatorClient, file: Path, dry_run: bool) -> None:
    """Donner la participation du vote précédent, que la salle d'exploitation montre à côté de celle-ci.

    FILE : un CSV de colonnes scrutin, heure (depuis l'ouverture) et pourcentage, ou bien emargements et inscrits, cumulés ;
    new-event en écrit un modèle. Il remplace en entier ce qui a été donné avant.
    """
    voting_event = current_event(client, None)
    codes = [one["code"] for one in client.voting_event()["elections"] if one["mode"] == "online"]
    elections = table.read(file, codes, lambda line: complaints().print(line, style="yellow", markup=False))
    hours = sum(len(one["hours"]) for one in elections)
    console().print(f"{len(elections)} scrutin(s), {hours} heure(s), sans erreur.", markup=False)
    if dry_run:
        console().print("Rien n’a été enregistré (--dry-run).")
        next_step("la même commande sans --dry-run.")
        return
    client.record_earlier_turnout({"voting_event": voting_event, "elections": elections})
    next_step("/agents/salle montre le vote précédent à côté de celui-ci.")
