"""`isoloir operator integrity`: whether all is as it was sealed (R211-542); every difference by its name."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from deploy.operator.client import OperatorClient
from deploy.operator.commands import jobs
from deploy.operator.terminal import chosen_elections, console, current_event, event_option, next_step, said_plainly

PARTS = {
    "software": "le logiciel",
    "configuration": "la configuration",
    "election": "les paramètres du scrutin",
    "lists": "les listes de candidats",
    "credentials": "les codes de vote publics",
    "chain": "l’urne",
    "event": "l’échéance",
    "roll": "la liste électorale",
    "attendance": "la liste d’émargement",
}
ROLL = "Liste électorale"
EXPLAIN = "prévenez le bureau, conservez bases et journaux ; docs/operations.md, integrity_differs, dit quoi regarder."


@click.command("integrity")
@click.argument("election", required=False)
@event_option
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON.")
@click.pass_obj
@said_plainly
def integrity(client: OperatorClient, election: str | None, event: str | None, as_json: bool) -> None:
    """Recalculer tout ce que le scellement a fixé, et nommer ce qui en diffère.

    ELECTION : code ou uuid d'un seul scrutin (par défaut : tous). Sortie : 0 si rien ne diffère, 1 sinon.
    """
    voting_event = current_event(client, event)
    found: dict[str, dict[str, Any]] = {}
    with jobs.watched() as watch:
        found[ROLL] = client.check_roll_integrity(voting_event, watch)
    for one in chosen_elections(client, election):
        with jobs.watched() as watch:
            found[str(one["code"])] = client.check_integrity(str(one["uuid"]), watch)
    if as_json:
        click.echo(json.dumps(found))
    else:
        for name, state in found.items():
            _say(name, state)
    differs = any(state.get("alarm", state["total"]) for state in found.values())
    if not as_json:
        next_step(EXPLAIN if differs else "rien ; la même vérification se fait d’elle-même toutes les heures.")
    sys.exit(1 if differs else 0)


def _say(name: str, state: dict[str, Any]) -> None:
    if state["sealed_at"] is None:
        console().print(f"{name} : pas encore scellé, ou scellé avant que ces empreintes soient tenues.", markup=False)
        return
    if not state["total"]:
        console().print(f"{name} : tout est comme au scellement ({_parts(state)}).", markup=False)
        return
    alarm = state.get("alarm", state["total"])
    console().print(
        f"{name} : {state['total']} différence(s) avec le scellement"
        + ("" if alarm == state["total"] else f", dont {state['total'] - alarm} admise(s) par le bureau"),
        style="red" if alarm else None,
        markup=False,
    )
    for one in state["differences"]:
        before, now = (_value(one[when]) for when in ("sealed", "now"))
        console().print(
            f"  {PARTS.get(one['part'], one['part'])}, {one['what']} : {before} au scellement, {now} maintenant",
            markup=False,
        )


def _parts(state: dict[str, Any]) -> str:
    return ", ".join(PARTS.get(part, part) for part in state["parts"])


def _value(text: str | None) -> str:
    return "absent" if text is None else text
