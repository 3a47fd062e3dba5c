"""`isoloir operator …`: what an operator does from a terminal to run an election."""

import sys
from pathlib import Path
from uuid import uuid4

import click
from rich.table import Table

from deploy.operator import (
    assistance,
    board_commands,
    campaigns,
    claims,
    deliveries,
    event_command,
    jobs,
    message_words,
    notices,
    parked,
    reissues,
    roll_file,
)
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.contract_check import check
from deploy.operator.terminal import (
    agreed,
    chosen_elections,
    complaints,
    console,
    current_event,
    event_option,
    portal_options,
    progress_bar,
    said_plainly,
    stop,
)

CHUNK = 500

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("operator")
@portal_options
@click.pass_context
def command(ctx: click.Context, url: str, token: str) -> None:
    """Préparer, ouvrir, clore et dépouiller une élection."""
    ctx.obj = OperatorClient(url, token, check)
    ctx.call_on_close(ctx.obj.close)


@command.command("import-roll")
@click.argument("file", type=FILE)
@event_option
@click.option(
    "--add",
    "complement",
    is_flag=True,
    help="Ajouter ces lignes à la liste en place, ou y corriger ces électeurs ; personne n'en est retiré.",
)
@click.option("--yes", is_flag=True, help="Ne rien demander.")
@click.pass_obj
@said_plainly
def import_roll(client: OperatorClient, file: Path, event: str | None, complement: bool, yes: bool) -> None:
    """Importer la liste électorale FILE (CSV UTF-8, séparateur ;) : tout, ou rien.

    Jusqu'au scellement ; une fois les codes produits, avec --add seulement.
    """
    voting_event = current_event(client, event)
    if not complement:
        known = sum(line["entitled"] for line in client.attendance(voting_event))
        if known:
            agreed(
                f"La liste en place ({known} droits de vote) devient celle du fichier : qui n’y figure pas en est retiré, "
                "compte compris. Pour n’ajouter que des lignes : --add.",
                yes,
            )
    total = roll_file.count_rows(file)
    import_id = str(uuid4())
    with progress_bar() as progress:
        task = progress.add_task("Envoi des lignes", total=total)
        for chunk in roll_file.chunks(file, CHUNK):
            client.stage_roll(voting_event, import_id, chunk.first_line, chunk.rows)
            progress.advance(task, len(chunk.rows))
    try:
        with jobs.watched() as watch:
            counts = client.commit_roll(voting_event, import_id, total, watch, complement=complement)
    except OperatorRefusal as refusal:
        if refusal.code != "roll_invalid":
            raise
        _report(refusal)
        sys.exit(1)
    console().print(f"La liste compte {counts['voters']} électeurs, {counts['entitlements']} droits de vote.")
    console().print("Ensuite : isoloir operator generate-codes (produit les codes de qui n’en a pas).")


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
            ballots = client.describe_election(line["uuid"])["ballots"]
            table.add_row(names[line["uuid"]], str(line["entitled"]), str(line["signed"]), str(ballots))
    console().print(table)
    console().print(
        f"Codes de vote : {codes['voters']} électeurs, {codes['spares']} codes de réserve, "
        f"{codes['credentials']} clés publiques, {codes['notices']} notices."
    )
    messages = Table("Canal", "État", "Messages")
    for line in client.message_counts():
        messages.add_row(message_words.channel(line["channel"]), message_words.state(line["state"]), str(line["count"]))
    console().print(messages)


@command.command("failures")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.pass_obj
@said_plainly
def failures(client: OperatorClient, limit: int) -> None:
    """Messages qui n'ont pas pu être remis, avec le motif."""
    found = client.list_failures(limit)
    if not found:
        console().print("Aucun échec.")
        return
    table = Table("Message", "Canal", "Modèle", "Essais", "Motif", "Quand")
    for line in found:
        described = line | {"channel": message_words.channel(line["channel"])}
        table.add_row(
            *(str(described[key]) for key in ("message_id", "channel", "template", "attempts", "reason", "at"))
        )
    console().print(table)


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


for _command in (
    event_command.command,
    board_commands.seal,
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
):
    command.add_command(_command)
