"""`isoloir operator remove-voter`: somebody leaves the roll, or some of its elections, until it is sealed (E2)."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import click

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import (
    agreed,
    complaints,
    console,
    current_event,
    event_option,
    next_step,
    said_plainly,
    stop,
)

PAUSE = 0.5  # seconds between two looks
LOOKS = 120
"""Looks before the command leaves a removal to itself: it goes on without anybody."""


@click.command("remove-voter")
@click.argument("identifier")
@event_option
@click.option("--reason", required=True, help="Motif, une phrase. Il est public : n'y nommez personne.")
@click.option(
    "--scrutin", "elections", multiple=True, help="Code d'un scrutin à quitter, à répéter (par défaut : tous)."
)
@click.option("--dry-run", is_flag=True, help="Dire qui serait retiré, et de quoi, et ne rien changer.")
@click.option("--yes", is_flag=True, help="Ne rien demander.")
@click.pass_obj
@said_plainly
def remove_voter(
    client: OperatorClient,
    identifier: str,
    event: str | None,
    reason: str,
    elections: tuple[str, ...],
    dry_run: bool,
    yes: bool,
) -> None:
    """Retirer IDENTIFIER (adresse professionnelle) de la liste électorale, jusqu'à son scellement.

    Quand les codes de vote sont produits, les siens quittent les listes de clés publiques et sa notice ne vaut plus.
    Changer de scrutins : retirez l'électeur, puis ajoutez-le avec ses nouveaux scrutins (import-roll --add) ; il reçoit
    un autre code et une autre notice.
    """
    wanted = {
        "removal": str(uuid4()),
        "voting_event": current_event(client, event),
        "identifier": identifier,
        "elections": list(elections),
        "reason": reason,
    }
    found = client.remove_voter({**wanted, "dry_run": True})
    console().print("\n".join(_said(found)), markup=False)
    if dry_run:
        console().print("Rien n’a été changé (--dry-run).")
        next_step("la même commande sans --dry-run.")
        return
    agreed("Retirer cet électeur ? Pour l’inscrire de nouveau, il lui faudra un autre code et une autre notice.", yes)
    settled = _followed(client, client.remove_voter(wanted))
    if settled["state"] == "refused":
        stop(
            "Un scrutin était déjà scellé : l’électeur n’a pas été retiré (article R211-528). Adressez-vous au bureau."
        )
    if settled["state"] == "waiting":
        complaints().print("L’urne n’a pas encore répondu. Le retrait se termine sans vous ; le scellement l’attend.")
        next_step("isoloir doctor dit quel service ne répond pas ; la même commande retrouve ce retrait.")
        return
    console().print("L’électeur est retiré. Le journal et le procès-verbal le disent, sans le nommer.")
    if settled["codes_made"] and not settled["stays"]:
        next_step("retirez sa notice du courrier, elle ne vaut plus ; puis isoloir operator readiness.")
    else:
        next_step("isoloir operator readiness dit ce qui manque avant de sceller.")


def _said(found: dict[str, Any]) -> list[str]:
    said = [f"{found['who']} ({found['assignment'] or 'sans affectation'}) quitte : {', '.join(found['leaves'])}."]
    if found["stays"]:
        said.append(f"Il reste inscrit à : {', '.join(found['stays'])}. Son code de vote n’y change pas.")
    else:
        said.append("Il quitte la liste électorale : son compte et ses liens sont effacés.")
    if found["codes_made"] and not found["stays"]:
        said.append("Son code de vote et sa notice ne vaudront plus.")
    return said


def _followed(client: OperatorClient, removal: dict[str, Any]) -> dict[str, Any]:
    """Wait a while for the ballot box's answer."""
    for _look in range(LOOKS):
        if removal["state"] != "waiting":
            break
        time.sleep(PAUSE)
        removal = client.removal(removal["removal"])
    return removal
