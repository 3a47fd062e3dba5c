"""`isoloir operator claims …`: the queue of claims about the roll (B5, E15)."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import console, said_plainly
from deploy.operator.written_answer import answer_options, written

STATES = {"submitted": "déposée", "examined": "en cours d’examen", "accepted": "acceptée", "rejected": "rejetée"}
SUBJECTS = {
    "missing": "absent d’une liste",
    "wrong_name": "nom ou prénom erroné",
    "wrong_assignment": "affectation erronée",
    "wrong_election": "mauvais scrutin",
    "other": "autre",
}


@click.group("claims")
def command() -> None:
    """Lire les réclamations et y répondre."""


@command.command("list")
@click.option("--state", type=click.Choice([*STATES, "all"]), default="submitted", show_default=True)
@click.option("--after", type=int, default=None, help="Numéro après lequel commencer.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@click.pass_obj
@said_plainly
def list_queue(client: OperatorClient, state: str, after: int | None, limit: int) -> None:
    """Les réclamations, la plus ancienne d'abord."""
    page = client.list_claims(None if state == "all" else state, after, limit)
    if not page["claims"]:
        console().print("Aucune réclamation.")
        return
    table = Table("N°", "Déposée le", "État", "Électeur", "Scrutin", "Objet", "Texte", "Réponse")
    for claim in page["claims"]:
        voter = claim["voter"]
        name = f"{voter['first_name']} {voter['surname']}, {voter['identifier']}" if voter else "(plus sur la liste)"
        cells = (
            str(claim["claim"]),
            claim["submitted_at"],
            STATES[claim["state"]],
            name,
            claim["election"] or "",
            SUBJECTS[claim["subject"]],
            claim["text"],
            claim["answer"] or "",
        )
        table.add_row(*(escape(cell) for cell in cells))
    console().print(table)
    if page["next"] is not None:
        console().print(f"Suite : --after {page['next']}")


@command.command("answer")
@click.argument("number", type=click.IntRange(1))
@click.option("--state", type=click.Choice(["examined", "accepted", "rejected"]), required=True)
@answer_options
@click.pass_obj
@said_plainly
def answer(client: OperatorClient, number: int, state: str, answer: str, file: Path | None) -> None:
    """Changer l'état de la réclamation NUMBER ; acceptée ou rejetée, l'électeur en reçoit la réponse par courriel."""
    text = written(answer, file)
    if state != "examined" and not text:
        raise click.UsageError(
            "Une réclamation acceptée ou rejetée a besoin d’une réponse (--answer ou --answer-file)."
        )
    answered = client.answer_claim(number, state, text)
    console().print(f"Réclamation {answered['claim']} : {STATES[answered['state']]}.")
