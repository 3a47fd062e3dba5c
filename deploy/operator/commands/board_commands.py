"""`isoloir operator seal|close|tally|publish`: what is done with the board present, and cannot be undone."""

from __future__ import annotations

from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.commands import jobs
from deploy.operator.readiness.sealing_gaps import gaps
from deploy.operator.terminal import (
    agreed,
    chosen_elections,
    console,
    current_event,
    event_option,
    next_step,
    said_plainly,
    stop,
)
from gateway.elections.results import readable
from services.ballot.contract.sealing_gaps import DELEGATES, Absence, Present
from services.identity.contract.event.sealings import short_form

STATES = {
    "draft": "brouillon",
    "sealed": "scellé, pas encore ouvert",
    "open": "vote ouvert",
    "suspended": "suspendu par le bureau",
    "closing": "clos, derniers bulletins de qui était identifié",
    "closed": "clos, à dépouiller",
    "tallied": "dépouillement en cours",
    "published": "résultat publié",
}
AFTER = {
    "closing": "attendez la fin du délai de grâce, puis la même commande.",
    "closed": "chaque porteur attendu, sur son appareil : isoloir trustee decrypt-all FICHIER",
    "tallied": "quand les clés nécessaires sont réunies : isoloir operator publish",
    "published": "isoloir operator download-archive UUID, puis isoloir verify",
    "draft": "isoloir operator readiness dit ce qui manque avant de sceller.",
    "": "rien avant la clôture ; isoloir operator counts suit le vote.",
}
"""The state of any election, the most pressing first → what comes next."""
ABSENCES = {
    Absence.DELEGATES: f"Le scellement demande au moins {DELEGATES} délégués présents (R211-552) : --delegate, à répéter.",
    Absence.TWICE: "Une même personne est nommée deux fois parmi les présents.",
}

only_option = click.option(
    "--election", "only", default=None, help="Code ou uuid d'un seul scrutin (par défaut : tous)."
)
yes_option = click.option("--yes", is_flag=True, help="Ne rien demander.")


@click.command("seal")
@event_option
@click.option("--president", required=True, help="Nom de qui préside le bureau, présent au scellement.")
@click.option("--delegate", "delegates", multiple=True, help="Nom d'un délégué présent (à répéter ; deux au moins).")
@click.option("--secretary", default=None, help="Nom de qui tient le secrétariat, s'il est présent.")
@click.option("--dry-run", is_flag=True, help="Dire ce qui manque, et ne rien sceller.")
@yes_option
@click.pass_obj
@said_plainly
def seal(
    client: OperatorClient,
    event: str | None,
    president: str,
    delegates: tuple[str, ...],
    secretary: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Sceller la liste électorale, puis l'urne de chaque scrutin : tout, ou rien."""
    voting_event = current_event(client, event)
    attending = Present(president, delegates, secretary)
    present = attending.names
    missing = [*_legal_presence(attending), *_not_ready(client, voting_event)]
    if missing:
        stop("\n".join([*missing, "Rien n’a été scellé."]))
    if dry_run:
        console().print("Tout est prêt. Rien n’a été scellé (--dry-run).")
        next_step("la même commande sans --dry-run, devant le bureau.")
        return
    agreed(f"Sceller maintenant, en présence de : {', '.join(present)} ? C’est irréversible.", yes)
    with jobs.watched() as watch:
        counts = client.seal_roll(voting_event, watch)
    console().print(
        f"Liste électorale scellée : {counts['voters']} électeurs, {counts['entitlements']} droits de vote."
    )
    table = Table("Scrutin", "Codes", "Empreinte courte", "Empreinte de l’élection")
    for election in chosen_elections(client, None):
        with jobs.watched() as watch:
            sealed = client.seal_election(election["uuid"], present, watch)
        table.add_row(
            escape(election["code"]),
            str(sealed["credentials"]),
            short_form(sealed["election_hash"]),
            sealed["election_hash"],
        )
    console().print(table)
    console().print(
        "Empreintes courtes : à lire devant le bureau, à porter au procès-verbal de scellement et à afficher."
    )
    next_step("isoloir operator campaign start")


def _legal_presence(attending: Present) -> list[str]:
    return [] if attending.absence is None else [ABSENCES[attending.absence]]


def _not_ready(client: OperatorClient, voting_event: str) -> list[str]:
    """What stands in the way, for each election, in sentences that say what to do."""
    entitled = {line["uuid"]: line["entitled"] for line in client.attendance(voting_event)}
    found: list[str] = []
    for election in chosen_elections(client, None):
        checks = client.sealing_checks(election["uuid"])
        found += gaps(election["code"], entitled.get(election["uuid"], 0), checks).values()
    return found


@click.command("close")
@only_option
@click.option("--reason", required=True, help="Motif, inscrit au registre public du scrutin.")
@yes_option
@click.pass_obj
@said_plainly
def close(client: OperatorClient, only: str | None, reason: str, yes: bool) -> None:
    """Clore le vote avant l'heure."""
    elections = chosen_elections(client, only)
    agreed(f"Clore maintenant : {', '.join(one['code'] for one in elections)} ? C’est irréversible.", yes)
    for election in elections:
        closed = client.close_election(election["uuid"], reason)
        console().print(
            f"{election['code']} : clos, {closed['ballots']} bulletin(s), tête {closed['head']}", markup=False
        )
    next_step("isoloir operator tally status dit quels porteurs de clés sont attendus.")


@click.group("tally")
def tally() -> None:
    """Suivre le dépouillement."""


@tally.command("status")
@click.pass_obj
@said_plainly
def tally_status(client: OperatorClient) -> None:
    """État de chaque urne, et porteurs de clés attendus pour celles qui sont closes."""
    table = Table("Scrutin", "État", "Bulletins", "Close le", "Motif", "Clés")
    states: set[str] = set()
    for election in chosen_elections(client, None):
        found = client.describe_election(election["uuid"])
        keys = ""
        states.add(found["state"])
        if found["state"] in {"closed", "tallied"}:
            groups: dict[int, list[str]] = {}
            with jobs.watched() as watch:
                owners = client.encrypted_tally(election["uuid"], watch)["owners"]
            for owner in owners:
                groups.setdefault(owner["group"], []).append(str(owner["owner"]))
            keys = " ; ".join(f"groupe {group} : n° {', '.join(numbers)}" for group, numbers in sorted(groups.items()))
        table.add_row(
            escape(election["code"]),
            STATES.get(found["state"], found["state"]),
            str(found["ballots"]),
            (found["closed_at"] or "")[:16].replace("T", " "),
            escape("heure prévue" if found["close_reason"] == "closes_at" else found["close_reason"] or ""),
            keys,
        )
    console().print(table)
    next_step(next(words for state, words in AFTER.items() if state in states or state == ""))


@click.command("publish")
@only_option
@click.pass_obj
@said_plainly
def publish(client: OperatorClient, only: str | None) -> None:
    """Calculer et publier le résultat, quand les clés nécessaires sont réunies."""
    for election in chosen_elections(client, only):
        published = client.publish_result(election["uuid"])
        console().print(f"{election['code']} : publié, {published['ballots']} bulletin(s)", markup=False)
        _show_result(client.describe_election(election["uuid"]), published["result"], published["ballots"])
    next_step("isoloir operator download-archive UUID, puis isoloir verify")


def _show_result(described: dict[str, Any], result: str, ballots: int) -> None:
    for question in readable(described["election"], result, ballots):
        share = "Part des suffrages exprimés" if question.maximum == 1 else "Part des bulletins qui ne sont pas blancs"
        table = Table("Liste", "Voix", share, title=escape(question.question))
        for row in question.rows:
            table.add_row(escape(row.name), str(row.votes), f"{row.share:.2f} %".replace(".", ","))
        if question.blank is not None:
            table.add_row("Vote blanc", str(question.blank), "")
        console().print(table)
