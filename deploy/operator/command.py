"""`isoloir operator …`: what an operator does from a terminal to run an election."""

from pathlib import Path

import click
from rich.table import Table

from deploy.operator.archive import command as archive_command
from deploy.operator.client import OperatorClient
from deploy.operator.commands import (
    assistance,
    board_commands,
    campaigns,
    ceremony_command,
    claims,
    deliveries,
    event_command,
    import_roll,
    integrity,
    jobs,
    mock_election,
    notices,
    parked,
    reissues,
    roll_changes,
    waiting_room,
)
from deploy.operator.contract_check import check
from deploy.operator.earlier_turnout import command as earlier_turnout
from deploy.operator.files import message_words
from deploy.operator.new_event import command as new_event
from deploy.operator.readiness import command as readiness
from deploy.operator.terminal import (
    chosen_elections,
    console,
    current_event,
    event_option,
    next_step,
    portal_options,
    said_plainly,
    stop,
)


@click.group("operator")
@portal_options
@click.pass_context
def command(ctx: click.Context, url: str, token: str) -> None:
    """Préparer, ouvrir, clore et dépouiller une élection."""
    ctx.obj = OperatorClient(url, token, check)
    ctx.call_on_close(ctx.obj.close)


@command.command("generate-codes")
@event_option
@click.pass_obj
@said_plainly
def generate_codes(client: OperatorClient, event: str | None) -> None:
    """Produire les codes de vote et leurs notices. Relancée, la commande retrouve le travail en cours."""
    voting_event = current_event(client, event)
    with jobs.watched() as watch:
        made = client.generate_codes(voting_event, watch)
    if made["missing"]:
        stop(f"{made['missing']} électeur(s) n’ont pas encore de code : la liste a changé. Relancez la commande.")
    console().print(f"{made['voters']} électeurs ont leurs codes de vote.")
    next_step(
        "imprimez les notices (isoloir printer print), puis isoloir operator ceremony status, et la veille : seal."
    )


@command.command("counts")
@event_option
@click.pass_obj
@said_plainly
def counts(client: OperatorClient, event: str | None) -> None:
    """Électeurs, codes, émargements, bulletins, messages."""
    voting_event = current_event(client, event)
    codes = client.code_counts(voting_event)
    names = {election["uuid"]: election["code"] for election in chosen_elections(client, None)}
    table = Table("Scrutin", "Inscrits", "Émargements", "Bulletins")
    for line in client.attendance(voting_event):
        if line["uuid"] in names:
            found = client.describe_election(line["uuid"])
            replaced = f" dont {found['replaced']} remplacés" if found["replaced"] else ""
            ballots = f"{found['ballots']}{replaced}"
            table.add_row(names[line["uuid"]], str(line["entitled"]), str(line["signed"]), ballots)
    console().print(table)
    console().print(
        f"Codes de vote : {codes['voters']} électeurs, {codes['spares']} codes de réserve, "
        f"{codes['credentials']} clés publiques, {codes['notices']} notices."
    )
    messages = Table("Canal", "État", "Messages")
    for line in client.message_counts():
        messages.add_row(message_words.channel(line["channel"]), message_words.state(line["state"]), str(line["count"]))
    console().print(messages)
    if not codes["voters"]:
        next_step("isoloir operator import-roll FICHIER.csv, puis generate-codes.")
    else:
        next_step("isoloir operator readiness dit ce qui manque ; failures, pourquoi un message n’est pas parti.")


@command.command("failures")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.pass_obj
@said_plainly
def failures(client: OperatorClient, limit: int) -> None:
    """Messages qui n'ont pas pu être remis, avec le motif."""
    found = client.list_failures(limit)
    if not found:
        console().print("Aucun échec.")
        next_step("isoloir operator deliveries montre ce qui arrive, heure par heure.")
        return
    table = Table("Message", "Canal", "Modèle", "Essais", "Motif", "Quand")
    for line in found:
        described = line | {"channel": message_words.channel(line["channel"])}
        table.add_row(
            *(str(described[key]) for key in ("message_id", "channel", "template", "attempts", "reason", "at"))
        )
    console().print(table)
    next_step("corrigez la cause ; qui n’a rien reçu redemande son lien, ou passez par sa cellule (/agents/electeurs).")


@command.command("download-archive")
@click.argument("election")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Fichier à écrire.")
@click.pass_obj
@said_plainly
def download_archive(client: OperatorClient, election: str, target: Path | None) -> None:
    """Télécharger l'archive publique du scrutin ELECTION (uuid)."""
    target = target or Path(f"{election}.bel")
    unfinished = target.with_name(target.name + ".part")
    try:
        with unfinished.open("wb") as file:
            for piece in client.archive(election):
                file.write(piece)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    console().print(f"{target} : {target.stat().st_size} octets", markup=False)
    next_step(f"isoloir verify {target}, puis isoloir record pour le procès-verbal.")


for _command in (
    new_event.command,
    readiness.command,
    event_command.command,
    import_roll.command,
    roll_changes.remove_voter,
    earlier_turnout.earlier_turnout,
    ceremony_command.command,
    mock_election.command,
    board_commands.seal,
    integrity.integrity,
    archive_command.command,
    board_commands.close,
    board_commands.tally,
    board_commands.publish,
    campaigns.command,
    claims.command,
    assistance.command,
    jobs.command,
    parked.command,
    reissues.command,
    deliveries.command,
    notices.command,
    waiting_room.command,
):
    command.add_command(_command)
