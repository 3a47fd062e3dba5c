"""`isoloir operator reissues …`: what operators see of re-issued voting codes (D3, D10)."""

import click
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import console, next_step, said_plainly


@click.group("reissues")
def command() -> None:
    """Suivre les réassorts de codes de vote."""


@command.command("shared-phones")
@click.pass_obj
@said_plainly
def shared_phones(client: OperatorClient) -> None:
    """Numéros refusés parce que trop d'électeurs les ont indiqués, masqués, le plus récent d'abord."""
    found = client.list_shared_phones()
    if not found:
        console().print("Aucun numéro refusé pour avoir servi à trop d'électeurs.")
        next_step("rien à faire.")
        return
    table = Table("Numéro", "Refus", "Dernier refus")
    for one in found:
        table.add_row(one["masked"], str(one["refused"]), one["last_at"])
    console().print(table)
    next_step("prévenez la cellule de soutien : ces électeurs passent par elle, identité vérifiée (/agents/electeurs).")
