"""« Salle d'exploitation »: turnout, funnel, re-issues, queues, services, asked for at most once a minute (E13)."""

import time
from datetime import datetime, timedelta

from flask import Response, abort, current_app, render_template
from flask_babel import format_datetime, gettext, ngettext
from flask_babel import lazy_gettext as _

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.lines import Line, busiest
from gateway.figures import capacity, charts, room
from gateway.figures import territories as territory_tables
from gateway.figures.kept import Figure, kept
from gateway.figures.room import ServiceStanding
from gateway.pages.agents import words
from gateway.pages.agents.accounts import elections
from gateway.pages.operations import alive, csv_file, deliveries, here, percent, territories
from gateway.settings import Settings
from gateway.waiting import door
from services.identity.contract.figures import Figures, GroupTurnout
from services.identity.contract.staff.rights import Right
from services.runtime.clock import utc_now
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable, ServiceClient
from services.runtime.contracts.condition import Condition
from services.runtime.refusals import ServiceFault

blueprint = agent_session.pages("agents_room")

CONDITION_SECONDS = 15.0
STEPS = {
    "voters": _("Inscrits"),
    "activated": _("Compte activé"),
    "voted": _("A voté dans un scrutin au moins"),
}
SERVICES = {
    "identity": _("Identité"),
    "ballot": _("Urne"),
    "reassort": _("Réassort"),
    "notification": _("Messages"),
}
REISSUE_STATES = {"open": _("en cours"), "issued": _("nouveau code émis"), "late": _("après la clôture")}
REISSUE_CHANNELS = {"sms": _("SMS"), "screen": _("à l’écran")}
QUEUES = {"claims": _("Réclamations"), "assistance": _("Demandes d’assistance")}

CAPACITY = {
    "pace": _("Entrées par minute"),
    "inside": _("Personnes dans le portail"),
    Line.VOTE: _("Places des votes"),
    Line.LOG_IN: _("Places des connexions"),
    Line.SESSION: _("Places des pages des électeurs"),
    Line.PUBLIC: _("Places des pages publiques"),
    Line.OPERATOR: _("Places des agents"),
    Line.DOWNLOAD: _("Places des téléchargements"),
    Line.READINESS: _("Places de la surveillance"),
}
"""What can be full → its name."""


def figures() -> Figure[Figures]:
    """Identity's counts, at most a minute old. Refusal: no_voting_event."""
    return kept().get("figures", services().identity.figures)


def conditions() -> dict[str, ServiceStanding]:
    """Every service as it was a moment ago; a service that does not answer says so by that."""
    return {client.service: _standing(client) for client in services().all()}


def _standing(client: ServiceClient) -> ServiceStanding:
    try:
        found: Figure[Condition] = kept().get(f"condition {client.service}", client.condition, CONDITION_SECONDS)
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return room.standing(client.service, None)
    return room.standing(client.service, None if found.late else found.value)


def used() -> list[capacity.Used]:
    """How much of what was measured is in use: at the door by all portals, in the lines by this process."""
    return capacity.of_door(door.room().described(time.time())) + capacity.of_lines(busiest(current_app))


def name_of(group: GroupTurnout) -> str:
    """What a group is called: the scrutin, or how many small ones are together."""
    if group.election is not None:
        return elections().get(group.election, group.election)
    return str(
        ngettext("%(num)s scrutin à petit effectif", "%(num)s scrutins à petit effectif, ensemble", group.elections)
    )


def before(name: str) -> str:
    """What the vote before of a scrutin is called."""
    return str(gettext("%(name)s, vote précédent", name=name))


def opening() -> datetime:
    """When the vote opens."""
    event = services().identity.presented_event() or {}
    return datetime.fromisoformat(event["opens_at"]) if event else utc_now()


def _until() -> datetime:
    """Where the charts end: now, and once the vote is over at its closing."""
    event = services().identity.presented_event()
    return min(utc_now(), datetime.fromisoformat(event["closes_at"])) if event else utc_now()


@blueprint.get("/agents/salle")
@agent_required(Right.WATCH)
def show() -> Response:
    """The room."""
    found = figures()
    settings: Settings = current_app.extensions["isoloir_settings"]
    standing = conditions()
    low = _low(settings.delivery_alert)
    begins = opening()
    ends = max(begins, _until(), *(hour.until for group in found.value.turnout for hour in group.hours))
    ends = max(ends, begins + timedelta(hours=1))
    by_territory = territories.found(found.value.by_territory)
    shown = None if by_territory is None else by_territory.figure
    page = render_template(
        "operations/room.html",
        agent=agent_session.state(),
        words=words,
        figures=found,
        chart=charts.of_shares(room.series(found.value, name_of, before, begins, charts.LINES), begins, ends, _named),
        territories=by_territory,
        territory_chart=None if shown is None else territories.chart(shown.value, begins, ends, _named),
        territory_named=territories.name_of,
        tables=territory_tables,
        funnel=room.funnel(found.value),
        rows=room.rows_of_turnout(found.value, name_of, begins),
        compared=any(group.earlier for group in found.value.turnout),
        standing=standing,
        troubled=[SERVICES[one.service] for one in standing.values() if one.worth_a_look],
        low=low,
        room=room,
        steps=STEPS,
        services=SERVICES,
        states=REISSUE_STATES,
        channels=REISSUE_CHANNELS,
        queues=QUEUES,
        name_of=name_of,
        named=_named,
        door=door.room().described(time.time()),
        used=used(),
        capacity=CAPACITY,
        percent=percent,
        here=here,
    )
    return alive(page)


def _named(moment: datetime) -> str:
    return str(format_datetime(moment, "d/MM HH:mm"))


def _low(limit: float) -> list[str] | None:
    """Channels of which too few messages arrive; None where notification has never answered."""
    try:
        lines = deliveries.found(deliveries.DEFAULT).value
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return None
    return [deliveries.channel(name) for name, sums in deliveries.by_channel(lines).items() if sums.is_low(limit)]


@blueprint.get("/agents/salle/<table>.csv")
@agent_required(Right.WATCH)
def download(table: str) -> Response:
    """One of the tables as a file."""
    rows: list[tuple[object, ...]]
    if table == "participation":
        rows = [("scrutin", "inscrits", "jusqu_a", "emargements", "vote_precedent_pour_cent")]
        rows += [
            (name, entitled, until.isoformat(), signed, "" if earlier is None else round(100 * earlier, 2))
            for name, entitled, until, signed, earlier in room.rows_of_turnout(figures().value, name_of, opening())
        ]
    elif table == "territoires":
        rows = territories.rows(figures().value.by_territory)
    elif table == "activation":
        rows = [("etape", "personnes"), *((str(STEPS[step]), count) for step, count in room.funnel(figures().value))]
    elif table == "reassorts":
        rows = [("canal", "etat", "demandes")]
        rows += [(one.channel, one.state, one.count) for one in figures().value.reissues]
    elif table == "demandes":
        rows = [("file", "en_attente", "la_plus_ancienne")]
        rows += [
            (one.name, one.waiting, one.oldest.isoformat() if one.oldest else "") for one in figures().value.queues
        ]
    elif table == "capacite":
        rows = [("quoi", "en_usage", "capacite", "part_pour_cent"), *capacity.rows(used())]
    elif table == "services":
        rows = [("service", "repond", "processus", "muets", "a_envoyer", "a_traiter", "plus_ancien_s", "mis_de_cote")]
        rows += room.rows_of_services(conditions())
    else:
        abort(404)
    return csv_file(f"{table}.csv", rows)
