"""« Participation par territoire » in the operations room: of one election, counted at most every five minutes (E13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_babel import gettext, ngettext

from gateway.clients import services
from gateway.figures import charts, departments, territories
from gateway.figures.kept import Figure, kept
from gateway.pages.agents.accounts import elections
from services.identity.contract.figures import GroupOfTerritories, TerritoryTurnout
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault

SECONDS = 300.0
"""How old the figures may be: the poll book is signed by the hour, and one election is a pass over all who signed for it."""
ASKED = "scrutin"


@dataclass(frozen=True)
class ByTerritory:
    """What the part of the page shows: the election, those to choose from, its figures; None where nobody answered."""

    election: str
    choices: dict[str, str]
    figure: Figure[TerritoryTurnout] | None


def found(by_territory: Sequence[str]) -> ByTerritory | None:
    """The figures of the election that the address names, or of the largest one; None where there is none to show.

    Args:
        by_territory: the elections that can be told of, that of most voters first.
    """
    if not by_territory:
        return None
    asked = request.args.get(ASKED, "")
    election = asked if asked in by_territory else by_territory[0]
    try:
        figure = _figure(election)
    except Refusal:
        # What there is to choose from is a minute old, and another event is in place since.
        kept().forget("figures")
        return None
    names = elections()
    return ByTerritory(election, {uuid: names.get(uuid, uuid) for uuid in by_territory}, figure)


def _figure(election: str) -> Figure[TerritoryTurnout] | None:
    try:
        return kept().get(f"territories {election}", lambda: services().identity.territory_turnout(election), SECONDS)
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return None


def name_of(group: GroupOfTerritories) -> str:
    """What a group is called: the territory, or how many small ones are together."""
    if len(group.territories) > 1:
        count = len(group.territories)
        return str(
            ngettext("%(num)s territoire à petit effectif", "%(num)s territoires à petit effectif, ensemble", count)
        )
    [territory] = group.territories
    return departments.named(territory) if territory else str(gettext("Territoire non renseigné"))


def chart(shown: TerritoryTurnout, begins: datetime, ends: datetime, named: charts.Named) -> charts.Chart:
    """The largest territories between two moments."""
    return charts.of_shares(territories.series(shown, name_of), begins, ends, named)


def rows(by_territory: Sequence[str]) -> list[tuple[object, ...]]:
    """The file: a row for each territory and hour that is told."""
    head = ("scrutin", "territoire", "inscrits", "jusqu_a", "emargements")
    chosen = found(by_territory)
    if chosen is None or chosen.figure is None:
        return [head]
    name = chosen.choices[chosen.election]
    return [
        head,
        *(
            (name, territory, entitled, until.isoformat(), signed)
            for territory, entitled, until, signed in territories.by_hour(chosen.figure.value, name_of)
        ),
    ]
