"""The evidence of delivery as a file for spreadsheets (D8): one row an hour, channel, operator and territory."""

from __future__ import annotations

from services.notification.contract.deliveries import Delivery

COLUMNS = (
    "heure", "canal", "operateur", "territoire", "demandes", "arrives", "echecs", "sans_nouvelles", "en_attente",
    "taux_arrivee", "arrives_en_15_min", "delai_moyen_s",
)  # fmt: skip


def row(line: Delivery) -> tuple[object, ...]:
    """A row: points in numbers; the rate is of what arrived among what was asked for."""
    return (
        line.hour.isoformat(),
        line.channel,
        line.operator or "",
        line.territory or "",
        line.asked,
        line.arrived,
        line.failed,
        line.unknown,
        line.waiting,
        f"{line.arrived / line.asked if line.asked else 0.0:.4f}",
        line.in_time,
        "" if line.mean_seconds is None else line.mean_seconds,
    )
