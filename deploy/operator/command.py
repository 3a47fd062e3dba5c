"""`isoloir operator …`: what an operator does from a terminal to run an election."""

import json
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from rich.table import Table

from deploy.operator import (
    assistance,
    campaigns,
    claims,
    jobs,
    message_words,
    parked,
    reissues,
    roll_file,
    voting_event_file,
)
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.contract_check import check
from deploy.operator.terminal import (
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


def online_elections(client: OperatorClient) -> list[dict[str, Any]]:
    """The online elections of the current voting event."""
    return [election for election in client.voting_event()["elections"] if election["mode"] == "online"]


@command.command("import-event")
@click.argument("file", type=FILE)
@click.pass_obj
@said_plainly
def import_event(client: OperatorClient, file: Path) -> None:
    """Créer l'échéance et ses scrutins d'après FILE (JSON)."""
    target = voting_event_file.imported_path(file)
    event = voting_event_file.read(file)
    if target.exists() and target != file:
        # A second run must speak of the same uuids, or it would open a second voting event.
        event = _with_known_uuids(event, voting_event_file.read(target))
    event = voting_event_file.with_uuids(event)
    # Written first: if a command below fails, running this one again goes on with the same uuids.
    target.write_text(json.dumps(event, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    client.open_voting_event(voting_event_file.for_identity(event))
    for election in voting_event_file.for_ballot(event):
        client.create_election(election)
    table = Table("Code", "Scrutin", "Mode", "Uuid", title=event["name"])
    for election in event["elections"]:
        table.add_row(election["code"], election["name"], election["mode"], election["uuid"])
    console().print(table)
    console().print(f"Échéance {event['voting_event']}, écrite dans {target}", markup=False)


def _with_known_uuids(event: dict[str, Any], imported: dict[str, Any]) -> dict[str, Any]:
    known = {election["code"]: election.get("uuid") for election in imported["elections"]}
    elections = [
        {**election, "uuid": election.get("uuid") or known.get(election["code"])} for election in event["elections"]
    ]
    return {**event, "voting_event": event.get("voting_event") or imported.get("voting_event"), "elections": elections}


@command.command("import-roll")
@click.argument("file", type=FILE)
@event_option
@click.pass_obj
@said_plainly
def import_roll(client: OperatorClient, file: Path, event: str | None) -> None:
    """Importer la liste électorale FILE (CSV UTF-8, séparateur ;) : tout, ou rien."""
    voting_event = current_event(client, event)
    total = roll_file.count_rows(file)
    import_id = str(uuid4())
    with progress_bar() as progress:
        task = progress.add_task("Envoi des lignes", total=total)
        for chunk in roll_file.chunks(file, CHUNK):
            client.stage_roll(voting_event, import_id, chunk.first_line, chunk.rows)
            progress.advance(task, len(chunk.rows))
    try:
        with jobs.watched() as watch:
            counts = client.commit_roll(voting_event, import_id, total, watch)
    except OperatorRefusal as refusal:
        if refusal.code != "roll_invalid":
            raise
        _report(refusal)
        sys.exit(1)
    console().print(f"{counts['voters']} électeurs, {counts['entitlements']} droits de vote.")


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


@command.command("seal")
@event_option
@click.option("--present", multiple=True, help="Nom d'un membre du bureau présent (à répéter).")
@click.pass_obj
@said_plainly
def seal(client: OperatorClient, event: str | None, present: tuple[str, ...]) -> None:
    """Sceller la liste électorale, puis l'urne de chaque scrutin."""
    with jobs.watched() as watch:
        counts = client.seal_roll(current_event(client, event), watch)
    console().print(
        f"Liste électorale scellée : {counts['voters']} électeurs, {counts['entitlements']} droits de vote."
    )
    table = Table("Scrutin", "Codes", "Empreinte de l’élection")
    for election in online_elections(client):
        with jobs.watched() as watch:
            sealed = client.seal_election(election["uuid"], list(present), watch)
        table.add_row(election["code"], str(sealed["credentials"]), sealed["election_hash"])
    console().print(table)


@command.command("close")
@click.option("--election", "only", default=None, help="Uuid d'un seul scrutin (par défaut : tous).")
@click.option("--reason", required=True, help="Motif, inscrit au journal public.")
@click.confirmation_option(prompt="Clore le vote maintenant ? C'est irréversible.")
@click.pass_obj
@said_plainly
def close(client: OperatorClient, only: str | None, reason: str) -> None:
    """Clore le vote avant l'heure."""
    for election in _chosen(client, only):
        closed = client.close_election(election["uuid"], reason)
        console().print(f"{election['code']} : clos, {closed['ballots']} bulletin(s), tête {closed['head']}")


@command.group("tally")
def tally() -> None:
    """Suivre le dépouillement."""


@tally.command("status")
@click.pass_obj
@said_plainly
def tally_status(client: OperatorClient) -> None:
    """État de chaque urne, et porteurs de clés attendus pour celles qui sont closes."""
    table = Table("Scrutin", "État", "Bulletins", "Clés")
    for election in online_elections(client):
        found = client.describe_election(election["uuid"])
        keys = ""
        if found["state"] in {"closed", "tallied"}:
            groups: dict[int, list[str]] = {}
            with jobs.watched() as watch:
                owners = client.encrypted_tally(election["uuid"], watch)["owners"]
            for owner in owners:
                groups.setdefault(owner["group"], []).append(str(owner["owner"]))
            keys = " ; ".join(f"groupe {group} : n° {', '.join(numbers)}" for group, numbers in sorted(groups.items()))
        table.add_row(election["code"], found["state"], str(found["ballots"]), keys)
    console().print(table)


@command.command("publish")
@click.option("--election", "only", default=None, help="Uuid d'un seul scrutin (par défaut : tous).")
@click.pass_obj
@said_plainly
def publish(client: OperatorClient, only: str | None) -> None:
    """Calculer et publier le résultat, quand les clés nécessaires sont réunies."""
    for election in _chosen(client, only):
        published = client.publish_result(election["uuid"])
        console().print(f"{election['code']} : publié, {published['ballots']} bulletin(s)")
        console().print(published["result"], markup=False)


@command.command("counts")
@event_option
@click.pass_obj
@said_plainly
def counts(client: OperatorClient, event: str | None) -> None:
    """Électeurs, codes, émargements, bulletins, messages."""
    voting_event = current_event(client, event)
    codes = client.code_counts(voting_event)
    names = {election["uuid"]: election["code"] for election in online_elections(client)}
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


def _chosen(client: OperatorClient, only: str | None) -> list[dict[str, Any]]:
    return [election for election in online_elections(client) if only in (None, election["uuid"])]


for _group in (campaigns.command, claims.command, assistance.command, jobs.command, parked.command, reissues.command):
    command.add_command(_group)
