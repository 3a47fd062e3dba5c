"""`isoloir operator assistance …`: the queue of requests for assistance (B2, E15)."""

from pathlib import Path

import click

from deploy.operator.client import OperatorClient
from deploy.operator.files.written_answer import answer_options, written
from deploy.operator.queue_list import asked_state, page_options, show
from deploy.operator.terminal import console, next_step, said_plainly

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
@page_options(STATES, "open")
@click.pass_obj
@said_plainly
def list_queue(client: OperatorClient, state: str, after: int | None, limit: int) -> None:
    """Les demandes, la plus ancienne d'abord."""
    page = client.list_assistance(asked_state(state), after, limit)
    rows = [
        (
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
        for request in page["requests"]
    ]
    show(
        ("N°", "Reçue le", "État", "De", "Connecté", "Langue", "Objet", "Texte", "Réponse"),
        rows,
        "Aucune demande d’assistance.",
        page["next"],
    )
    idle = "rien à traiter ; --state all montre aussi ce qui l’est déjà."
    next_step("isoloir operator assistance answer N° …, ou /agents/demandes" if rows else idle)


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
    next_step("isoloir operator assistance list montre celles qui restent.")
