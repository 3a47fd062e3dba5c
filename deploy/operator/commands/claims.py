"""`isoloir operator claims …`: the queue of claims about the roll (B5, E15)."""

from pathlib import Path

import click

from deploy.operator.client import OperatorClient
from deploy.operator.files.written_answer import answer_options, written
from deploy.operator.queue_list import asked_state, page_options, show
from deploy.operator.terminal import console, next_step, said_plainly

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
@page_options(STATES, "submitted")
@click.pass_obj
@said_plainly
def list_queue(client: OperatorClient, state: str, after: int | None, limit: int) -> None:
    """Les réclamations, la plus ancienne d'abord."""
    page = client.list_claims(asked_state(state), after, limit)
    rows = [
        (
            str(claim["claim"]),
            claim["submitted_at"],
            STATES[claim["state"]],
            _voter(claim["voter"]),
            claim["election"] or "",
            SUBJECTS[claim["subject"]],
            claim["text"],
            claim["answer"] or "",
        )
        for claim in page["claims"]
    ]
    show(
        ("N°", "Déposée le", "État", "Électeur", "Scrutin", "Objet", "Texte", "Réponse"),
        rows,
        "Aucune réclamation.",
        page["next"],
    )
    idle = "rien à traiter ; --state all montre aussi ce qui l’est déjà."
    next_step("isoloir operator claims answer N° …, ou /agents/reclamations" if rows else idle)


def _voter(voter: dict[str, str] | None) -> str:
    return f"{voter['first_name']} {voter['surname']}, {voter['identifier']}" if voter else "(plus sur la liste)"


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
    next_step("isoloir operator claims list montre celles qui restent.")
