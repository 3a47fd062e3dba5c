"""`isoloir operator ceremony`: name the holders of the keys, and see whom the ceremony waits for. No key passes here."""

from __future__ import annotations

from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import agreed, console, current_event, event_option, next_step, said_plainly, stop

STEPS = ("certificate", "polynomial", "key", "tried")


@click.group("ceremony")
def command() -> None:
    """Cérémonie des clés : chaque porteur fait la sienne sur son appareil (isoloir trustee make-key)."""


@command.command("open")
@event_option
@click.option("--administration", multiple=True, required=True, help="Adresse de qui préside ou tient le secrétariat.")
@click.option(
    "--delegate", "delegates", multiple=True, required=True, help="Adresse d'un délégué ; deux fois : deux clés."
)
@click.option("--substitute", "substitutes", multiple=True, metavar="SUPPLÉANT=DÉLÉGUÉ", help="Adresses des deux.")
@click.option("--threshold", type=click.IntRange(min=1), required=True, help="Nombre de clés de délégués nécessaires.")
@click.option("--restart", is_flag=True, help="Abandonner les clés déjà faites et recommencer.")
@click.option("--yes", is_flag=True, help="Ne rien demander.")
@click.pass_obj
@said_plainly
def open_ceremony(
    client: OperatorClient,
    event: str | None,
    administration: tuple[str, ...],
    delegates: tuple[str, ...],
    substitutes: tuple[str, ...],
    threshold: int,
    restart: bool,
    yes: bool,
) -> None:
    """Nommer les porteurs, par l'adresse de leur compte ; les clés serviront à tous les scrutins de l'échéance."""
    voting_event = current_event(client, event)
    accounts = {member["email"]: member["agent"] for member in client.command("list-board", {})["agents"]}
    seats: list[dict[str, Any]] = [{"agent": _agent(accounts, email)} for email in (*administration, *delegates)]
    taken: set[int] = set()
    for pair in substitutes:
        substitute, _, delegate = pair.partition("=")
        positions = [
            number
            for number, email in enumerate(delegates, start=len(administration) + 1)
            if email.strip().lower() == delegate.strip().lower() and number not in taken
        ]
        if not positions:
            stop(
                f"« {pair} » : le délégué remplacé n’est pas parmi les porteurs, ou a déjà un suppléant pour chaque clé."
            )
        taken.add(positions[0])
        seats.append({"agent": _agent(accounts, substitute), "replaces": positions[0]})
    if restart:
        agreed("Recommencer la cérémonie ? Les clés déjà faites seront perdues.", yes)
    payload = {"voting_event": voting_event, "threshold": threshold, "seats": seats, "restart": restart}
    _show(client.command("open-ceremony", payload))


def _agent(accounts: dict[str, str], email: str) -> str:
    agent = accounts.get(email.strip().lower())
    if agent is None:
        stop(f"{email} n’est pas le compte d’un membre du bureau. Invitez-le d’abord (/agents/comptes).")
    return agent


@command.command("status")
@event_option
@click.pass_obj
@said_plainly
def status(client: OperatorClient, event: str | None) -> None:
    """Quelles étapes chaque porteur a faites."""
    _show(client.command("ceremony", {"voting_event": current_event(client, event)}))


def _show(ceremony: dict[str, Any]) -> None:
    table = Table("N°", "Porteur", "Certificat", "Parts", "Clé", "Essai")
    for seat in ceremony["seats"]:
        table.add_row(str(seat["owner"]), escape(seat["name"]), *("✓" if seat[step] else "–" for step in STEPS))
    console().print(table)
    needed = ", ".join(f"{group['threshold']} sur {group['size']}" for group in ceremony["groups"])
    console().print(f"Clés nécessaires (administration, délégués) : {needed}. Étape : {ceremony['step']}.")
    if all(seat["tried"] for seat in ceremony["seats"]):
        next_step("les clés sont faites et essayées ; la veille, devant le bureau : isoloir operator seal")
    else:
        next_step("sur l’appareil de chaque porteur attendu : isoloir trustee make-key FICHIER")
