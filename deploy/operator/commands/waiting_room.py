"""`isoloir operator waiting-room …`: who waits to come in, and what the door does (E16)."""

from typing import Any

import click
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import agreed, console, next_step, said_plainly

MODES = {
    "auto": "selon les réglages",
    "open": "ouverte, personne n’attend",
    "pace": "au rythme dit par un opérateur",
    "hold": "fermée, personne n’entre",
}
NEXT = {
    "auto": "isoloir operator waiting-room montre qui attend ; pace, hold et open prennent la main.",
    "open": "isoloir operator waiting-room auto, dès que l’affluence est passée ; /agents/salle la montre.",
    "pace": "isoloir operator waiting-room auto rend la porte aux réglages ; /agents/salle montre l’effet.",
    "hold": "isoloir operator waiting-room auto, pace N ou open : d’ici là personne n’entre.",
}


@click.group("waiting-room", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """La salle d'attente des nouveaux arrivants : la voir, la conduire. Qui est entré n'attend jamais."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@command.command("show")
@click.pass_obj
@said_plainly
def show(client: OperatorClient) -> None:
    """Qui attend, qui entre, ce que fait la porte."""
    _say(client.waiting_room())


@command.command("auto")
@click.pass_obj
@said_plainly
def auto(client: OperatorClient) -> None:
    """La porte suit les réglages (ISOLOIR_GATEWAY_WAITING_…)."""
    _say(client.steer_waiting_room("auto"))


@command.command("open")
@click.option("--yes", is_flag=True, help="Ne rien demander.")
@click.pass_obj
@said_plainly
def open_door(client: OperatorClient, yes: bool) -> None:
    """Tout le monde entre sans attendre."""
    waiting = client.waiting_room()["waiting"]
    if waiting:
        agreed(f"{waiting} personne(s) entreront en même temps.", yes)
    _say(client.steer_waiting_room("open"))


@command.command("pace")
@click.argument("a_minute", type=click.IntRange(1, 1_000_000))
@click.pass_obj
@said_plainly
def pace(client: OperatorClient, a_minute: int) -> None:
    """Laisser entrer A_MINUTE personnes par minute, tous portails ensemble."""
    _say(client.steer_waiting_room("pace", a_minute))


@command.command("hold")
@click.option("--yes", is_flag=True, help="Ne rien demander.")
@click.pass_obj
@said_plainly
def hold(client: OperatorClient, yes: bool) -> None:
    """Ne laisser entrer personne ; qui est entré continue, chacun garde sa place."""
    agreed("Plus personne n’entrera jusqu’à « waiting-room auto », « pace » ou « open ».", yes)
    _say(client.steer_waiting_room("hold"))


def _say(found: dict[str, Any]) -> None:
    table = Table("Salle d’attente", "")
    force, pace_of_entries = found["in_force"], found["let_in_a_minute"]
    table.add_row("Porte", MODES[found["mode"]])
    if force is None:
        table.add_row("En vigueur", "pas de salle d’attente : aucun réglage, aucune consigne")
    elif force["held"]:
        table.add_row("En vigueur", "personne n’entre")
    else:
        bounds = [] if force["pace"] is None else [f"{force['pace']:g} par minute"]
        bounds += [f"{force['inside']} au plus en peu de temps"] if force["inside"] else []
        table.add_row("En vigueur", ", ".join(bounds) or "personne n’attend")
    if found.get("opened_itself"):
        table.add_row("Pourquoi", f"ouverte d’elle-même : {found['served_a_minute']:g} connexions servies par minute")
    table.add_row("Attendent", str(found["waiting"]))
    table.add_row("Appelés, pas encore entrés", str(found["called"]))
    table.add_row("Entrent, par minute", "pas encore mesuré" if pace_of_entries is None else f"{pace_of_entries:g}")
    table.add_row("Entrés récemment", str(found["inside"]))
    console().print(table)
    if not found["shared"]:
        console().print("Ce portail compte pour lui seul (pas de Redis) : plusieurs auraient chacun leur file.")
    next_step(NEXT[found["mode"]])
