"""Long work, as an operator sees it: a bar with what is left while one waits, and the list of all that runs or failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.progress import Progress, TaskID
from rich.table import Table

from deploy.operator.client import OperatorClient, Watch
from deploy.operator.terminal import complaints, console, next_step, progress_bar, said_plainly

KINDS = {
    "read_roll": "Lecture d’un fichier envoyé d’une page",
    "compare_roll": "Comparaison avec la liste en place",
    "commit_roll": "Reprise de la liste électorale",
    "seal_roll": "Scellement de la liste électorale",
    "generate_codes": "Codes de vote",
    "commit_credentials": "Comptes des clés publiques après un retrait",
    "send_campaign": "Message d’ouverture",
    "seal_election": "Scellement de l’urne",
    "check_integrity": "Vérification de ce qui est scellé",
    "mock_election": "Scrutin à blanc",
    "tally": "Somme chiffrée des bulletins",
}
"""What each kind of job does, in French."""

STEPS = {
    "checking": "contrôle des lignes",
    "reading": "lecture du fichier",
    "staging": "contrôle des lignes",
    "comparing": "comparaison",
    "removing": "retrait des électeurs absents",
    "adding": "inscription des électeurs",
    "entitling": "inscription aux scrutins",
    "codes": "production des codes",
    "committing": "compte des clés publiques restantes",
    "writing": "messages préparés",
    "sealing": "contrôle des clés publiques et scellement",
    "mock": "bulletins d’essai",
    "adding_ballots": "addition des bulletins",
}
"""What each step of a job does, in French."""

STATES = {
    "waiting": "en attente",
    "running": "en cours",
    "done": "terminé",
    "refused": "refusé",
    "failed": "arrêté",
}


@contextmanager
def watched() -> Iterator[Watch]:
    """A progress bar for one job: gives what `OperatorClient` calls with the job each time it looks at it.

    Ctrl-C leaves the job at work, and says so.
    """
    with progress_bar() as progress:
        task = progress.add_task("En attente", total=None)

        def watch(job: dict[str, Any]) -> None:
            _show(progress, task, job)

        try:
            yield watch
        except KeyboardInterrupt:
            progress.stop()
            complaints().print("Le travail continue sans vous. Relancez la commande pour le retrouver.")
            raise


def _show(progress: Progress, task: TaskID, job: dict[str, Any]) -> None:
    kind = KINDS.get(job["kind"], job["kind"])
    step = STEPS.get(job["step"], job["step"] or STATES[job["state"]])
    left = "" if job["remaining_seconds"] is None else f", encore {duration(job['remaining_seconds'])}"
    progress.update(task, description=f"{kind} : {step}{left}", completed=job["done"] or 0, total=job["total"])


def duration(seconds: int) -> str:
    """A rough length of time in French: « 40 s », « 5 min », « 2 h 10 »."""
    if seconds < 90:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d}"


@click.command("jobs")
@click.pass_obj
@said_plainly
def command(client: OperatorClient) -> None:
    """Travaux longs en cours, et les derniers terminés ou arrêtés sur une erreur."""
    found = client.jobs()
    table = Table("Service", "Travail", "Objet", "État", "Avancement", "Motif", "Demandé", "Essais")
    for job in found["jobs"]:
        table.add_row(
            job["service"],
            KINDS.get(job["kind"], job["kind"]),
            job["subject"],
            STATES[job["state"]],
            _how_far(job),
            job["reason"] or "",
            job["asked_at"][:16].replace("T", " ") + " UTC",
            str(job["attempts"]),
        )
    console().print(table if found["jobs"] else "Aucun travail.")
    for service in found["away"]:
        complaints().print(f"Le service {service} ne répond pas : ses travaux ne sont pas montrés.", style="red")
    if any(job["state"] == "failed" for job in found["jobs"]):
        next_step("relancez la commande d’un travail arrêté : il reprend. Le motif est dans isoloir logs.")
    else:
        next_step("rien à faire ; relancer la commande d’un travail en cours le retrouve.")


def _how_far(job: dict[str, Any]) -> str:
    if job["state"] != "running" or job["step"] is None:
        return ""
    counted = "" if job["total"] is None else f" {job['done']}/{job['total']}"
    left = "" if job["remaining_seconds"] is None else f", encore {duration(job['remaining_seconds'])}"
    return f"{STEPS.get(job['step'], job['step'])}{counted}{left}"
