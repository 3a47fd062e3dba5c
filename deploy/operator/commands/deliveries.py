"""`isoloir operator deliveries`: what became of messages, by hour, channel, operator and territory (D8)."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.files import message_words
from deploy.operator.terminal import console, next_step, said_plainly
from services.notification.contract import delivery_file
from services.notification.contract.deliveries import Delivery

HEADINGS = (
    "Heure (UTC)", "Canal", "Opérateur", "Territoire", "Demandés", "Arrivés", "Échecs", "Sans nouvelles", "En attente",
    "Taux", "En 15 min", "Délai moyen",
)  # fmt: skip
AFTER = "isoloir operator failures dit pourquoi un message n’est pas parti ; /agents/remise en fait un graphique."
MOMENT = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@click.command("deliveries")
@click.option("--since", type=MOMENT, default=None, help="Depuis (UTC) ; il y a 24 heures par défaut.")
@click.option("--until", type=MOMENT, default=None, help="Jusqu’à (UTC) ; maintenant par défaut.")
@click.option(
    "--csv", "target", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Fichier à écrire."
)
@click.pass_obj
@said_plainly
def command(client: OperatorClient, since: datetime | None, until: datetime | None, target: Path | None) -> None:
    """Remise des messages, heure par heure : ce qui est arrivé, ce qui ne l'est pas, en combien de temps."""
    end = until.replace(tzinfo=UTC) if until else datetime.now(UTC)
    begin = since.replace(tzinfo=UTC) if since else end - timedelta(hours=24)
    found = client.deliveries(begin.isoformat(), end.isoformat())
    if target is not None:
        write(target, found)
        console().print(f"{target} : {len(found)} lignes", markup=False)
        next_step(AFTER)
        return
    if not found:
        console().print("Aucun message dans ce temps.")
        next_step(AFTER)
        return
    table = Table(*HEADINGS)
    for line in found:
        table.add_row(*shown(line))
    console().print(table)
    next_step(AFTER)


def rate(line: dict[str, Any]) -> float:
    """The part of the messages asked for that has arrived."""
    return float(line["arrived"]) / line["asked"] if line["asked"] else 0.0


def write(target: Path, found: list[dict[str, Any]]) -> None:
    """Write the lines as CSV: points in numbers, semicolons between, as spreadsheets here open it."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(delivery_file.COLUMNS)
        writer.writerows(delivery_file.row(Delivery.load(line)) for line in found)


def shown(line: dict[str, Any]) -> tuple[str, ...]:
    """The cells of a line in the table."""
    return (
        line["hour"][:16].replace("T", " "),
        message_words.channel(line["channel"]),
        line["operator"] or "",
        line["territory"] or "",
        str(line["asked"]),
        str(line["arrived"]),
        str(line["failed"]),
        str(line["unknown"]),
        str(line["waiting"]),
        f"{100 * rate(line):.1f} %".replace(".", ","),
        str(line["in_time"]),
        "" if line["mean_seconds"] is None else f"{line['mean_seconds']:.0f} s",
    )
