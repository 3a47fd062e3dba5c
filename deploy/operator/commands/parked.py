"""`isoloir operator parked …`: events that failed too often and were put aside, and having them tried again."""

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import complaints, console, next_step, said_plainly, stop
from services.runtime.service_names import SERVICES


@click.group("parked")
def command() -> None:
    """Événements mis de côté après douze échecs : les voir, les reprendre."""


@command.command("list")
@click.pass_obj
@said_plainly
def list_parked(client: OperatorClient) -> None:
    """Les événements mis de côté par chaque service, les plus anciens d'abord."""
    found = client.condition()
    table = Table("Service", "Événement", "Sorte", "Motif", "Reçu", "Référence (journaux)")
    total = 0
    for service, condition in found["services"].items():
        total += condition["parked_count"]
        for event in condition["parked"]:
            received_at = event["received_at"][:16].replace("T", " ") + " UTC"
            cells = (
                service,
                event["event"],
                event["type"],
                event["reason"] or "",
                received_at,
                event["correlation_id"],
            )
            table.add_row(*(escape(cell) for cell in cells))
    console().print(table if total else "Aucun événement mis de côté.")
    if total > table.row_count:
        console().print(f"… et {total - table.row_count} autre(s).")
    for service in found["away"]:
        complaints().print(f"Le service {service} ne répond pas : ses événements ne sont pas montrés.", style="red")
    if total:
        next_step(
            "corrigez la cause (isoloir logs --correlation RÉFÉRENCE), puis isoloir operator parked retry --service …"
        )
    else:
        next_step("rien à reprendre ; isoloir doctor dit si autre chose ne va pas.")


@command.command("retry")
@click.option("--service", required=True, type=click.Choice(SERVICES), help="Le service qui les a mis de côté.")
@click.option("--event", default=None, help="Un seul événement (par défaut : tous ceux du service).")
@click.pass_obj
@said_plainly
def retry(client: OperatorClient, service: str, event: str | None) -> None:
    """Reprendre des événements mis de côté, une fois la cause corrigée."""
    retried = client.retry_parked(service, event)
    if event is not None and not retried:
        stop("Cet événement n’est pas (ou plus) mis de côté : isoloir operator parked list montre ceux qui le sont.")
    console().print(f"{retried} événement(s) repris.")
    next_step("isoloir doctor dit s’ils échouent de nouveau.")
