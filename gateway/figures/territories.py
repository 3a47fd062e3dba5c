"""The turnout of an election by territory, as rows and lines: what the room shows, draws, and gives as a file (E13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.figures.charts import LINES, Series
from gateway.figures.room import share
from services.identity.contract.figures import GroupOfTerritories, TerritoryTurnout

Named = Callable[[GroupOfTerritories], str]


def series(found: TerritoryTurnout, named: Named) -> list[Series]:
    """The largest territories by the hour, as many as can be told apart by their strokes."""
    return [
        Series(named(group), [(hour.until, share(hour.signed, group.entitled)) for hour in group.hours])
        for group in found.groups[:LINES]
    ]


def latest(found: TerritoryTurnout, named: Named) -> list[tuple[str, int, datetime | None, int | None]]:
    """(territory, voters, until, signatures) as last told; None where nothing is yet."""
    return [
        (
            named(group),
            group.entitled,
            group.hours[-1].until if group.hours else None,
            group.hours[-1].signed if group.hours else None,
        )
        for group in found.groups
    ]


def by_hour(found: TerritoryTurnout, named: Named, most: int | None = None) -> list[tuple[str, int, datetime, int]]:
    """(territory, voters, until, signatures), a row for each hour that is told; of the `most` largest."""
    return [
        (named(group), group.entitled, hour.until, hour.signed) for group in found.groups[:most] for hour in group.hours
    ]
