"""`isoloir operator assistance …`: the queue of requests for assistance (B2, E15)."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import console, said_plainly
from deploy.operator.written_answer import answer_options, written

STATES = {"open": "à traiter", "answered": "répondue"}
SUBJECTS = {
    "access": "accès au portail",
    "password": "mot de passe",
    "voting_code": "code de vote",
    "vote": "vote",
    "roll": "liste électorale",
    "other": "autre",
}


@click.group("assistance")
def command() -> None:
    """Lire les demandes d'assistance et y répondre."""


@command.command("list")
@click.option("--state", type=click.Choice([*STATES, "all"]), default="open", show_default=True)
@click.option("--after", type=int, default=None, help="Numéro après lequel commencer.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@click.pass_obj
@said_plainly
def list_queue(client: OperatorClient, state: str, after: int | None, limit: int) -> None:
    """Les demandes, la plus ancienne d'abord."""
    page = client.list_assistance(None if state == "all" else state, after, limit)
    if not page["requests"]:
        console().print("Aucune demande d’assistance.")
        return
    table = Table("N°", "Reçue le", "État", "De", "Connecté", "Langue", "Objet", "Texte", "Réponse")
    for request in page["requests"]:
        cells = (
            str(request["request"]),
            request["submitted_at"],
            STATES[request["state"]],
            f"{request['name']}, {request['email']}",
            "oui" if request["signed_in"] else "non",
            request["language"],
            SUBJECTS[request["subject"]],
            request["text"],
            request["answer"] or "",
        )
        table.add_row(*(escape(cell) for cell in cells))
    console().print(table)
    if page["next"] is not None:
        console().print(f"Suite : --after {page['next']}")


@command.command("answer")
@click.argument("number", type=click.IntRange(1))
@answer_options
@click.pass_obj
@said_plainly
def answer(client: OperatorClient, number: int, answer: str, file: Path | None) -> None:
    """Répondre par courriel à la demande NUMBER."""
    text = written(answer, file)
    if not text:
        raise click.UsageError("Écrivez une réponse (--answer ou --answer-file).")
    console().print(f"Demande {client.answer_assistance(number, text)['request']} : réponse envoyée.")
