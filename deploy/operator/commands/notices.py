"""`isoloir operator notices …`: paper notices that were not handed over, and what their voters have done since (D2)."""

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import console, next_step, said_plainly

REASONS = {
    "returned": "revenue par la poste",
    "absent": "absent à la remise",
    "moved": "n’est plus affecté ici",
    "refused": "refusée",
    "spoilt": "perdue ou abîmée",
}


@click.group("notices")
def command() -> None:
    """Consigner les notices de vote qui n'ont pas été remises, et suivre leurs électeurs."""


@command.command("not-handed-over")
@click.argument("identifiers", nargs=-1, required=True)
@click.option("--reason", type=click.Choice(list(REASONS)), required=True, help="Pourquoi.")
@click.pass_obj
@said_plainly
def not_handed_over(client: OperatorClient, identifiers: tuple[str, ...], reason: str) -> None:
    """Consigner que les notices de IDENTIFIERS (adresses professionnelles) n'ont pas été remises.

    Chaque électeur reçoit un courriel, une seule fois, qui lui dit comment obtenir un code.
    """
    for identifier in identifiers:
        new = client.record_notice(identifier, reason)["new"]
        said = "consignée, l’électeur est prévenu" if new else "déjà consignée"
        console().print(f"{identifier} : {said}.", markup=False)
    next_step("isoloir operator notices list montre ce que ces électeurs ont fait depuis.")


@command.command("list")
@click.option("--after", type=int, default=None, help="Numéro après lequel commencer.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@click.pass_obj
@said_plainly
def list_notices(client: OperatorClient, after: int | None, limit: int) -> None:
    """Les notices non remises, la plus ancienne d'abord, et ce que leurs électeurs ont fait depuis."""
    page = client.list_notices(after, limit)
    if not page["notices"]:
        console().print("Aucune notice non remise.")
        next_step("isoloir operator notices not-handed-over, quand les listes signées reviennent.")
        return
    table = Table("N°", "Électeur", "Affectation", "Motif", "Consignée le", "Réassorts", "A voté")
    for one in page["notices"]:
        voter = one["voter"]
        cells = (
            str(one["number"]),
            f"{voter['first_name']} {voter['surname']}, {voter['identifier']}",
            voter["assignment"],
            REASONS[one["reason"]],
            one["recorded_at"],
            str(one["reissues"]),
            "oui" if one["voted"] else "non",
        )
        table.add_row(*(escape(cell) for cell in cells))
    console().print(table)
    if page["next"] is not None:
        console().print(f"Suite : --after {page['next']}")
    next_step("qui n’a ni code ni réassort : faites-le appeler par sa cellule de soutien.")
