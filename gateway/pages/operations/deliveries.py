"""« Remise des messages »: what `isoloir operator deliveries` prints, as a chart, as tables and as a file (D8)."""

from datetime import datetime, timedelta

from flask import Response, current_app, render_template, request
from flask_babel import format_datetime, lazy_gettext
from flask_babel import gettext as _

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.figures import charts, deliveries
from gateway.figures.kept import Figure, kept
from gateway.pages.agents import words
from gateway.pages.operations import alive, csv_file, here, percent
from gateway.settings import Settings
from services.identity.contract.staff.rights import Right
from services.notification.contract import delivery_file
from services.notification.contract.deliveries import Delivery
from services.runtime.clock import cut_to_hour, utc_now

blueprint = agent_session.pages("agents_deliveries")

SPANS = {"1j": timedelta(days=1), "3j": timedelta(days=3), "7j": timedelta(days=7), "31j": timedelta(days=31)}
SPAN_WORDS = {
    "1j": lazy_gettext("24 heures"),
    "3j": lazy_gettext("3 jours"),
    "7j": lazy_gettext("7 jours"),
    "31j": lazy_gettext("31 jours"),
}
CHANNELS = {"email": lazy_gettext("e-mail"), "sms": lazy_gettext("SMS"), "paper": lazy_gettext("notice papier")}
DEFAULT = "1j"


def chosen() -> str:
    """The span that the address asks for, the shortest where it asks for none that there is."""
    asked = request.args.get("duree", DEFAULT)
    return asked if asked in SPANS else DEFAULT


def bounds(span: str) -> tuple[datetime, datetime]:
    """From when to when: whole hours, so that everybody who looks within an hour asks the same."""
    until = cut_to_hour(utc_now()) + timedelta(hours=1)
    return until - SPANS[span], until


def found(span: str) -> Figure[list[Delivery]]:
    """The lines of a span, at most a minute old: counting them takes as long as there are messages."""
    since, until = bounds(span)
    return kept().get(f"deliveries {span}", lambda: services().notification.list_deliveries(since, until))


def by_channel(lines: list[Delivery]) -> dict[str, deliveries.Sums]:
    """Sums, channel by channel."""
    return deliveries.grouped(lines, lambda one: one.channel)


def channel(code: str) -> str:
    """What a channel is called."""
    return str(CHANNELS.get(code, code))


@blueprint.get("/agents/remise")
@agent_required(Right.WATCH)
def show() -> Response:
    """The page."""
    span = chosen()
    figures = found(span)
    since, until = bounds(span)
    settings: Settings = current_app.extensions["isoloir_settings"]
    step = deliveries.step_of(SPANS[span])
    lines, rows = deliveries.series(figures.value, since, step, channel)
    channels = by_channel(figures.value)

    def named(moment: datetime) -> str:
        return str(format_datetime(moment, "d/MM HH:mm" if step < timedelta(days=1) else "d/MM"))

    page = render_template(
        "operations/deliveries.html",
        agent=agent_session.state(),
        words=words,
        figures=figures,
        span=span,
        spans=SPAN_WORDS,
        by_channel=channels,
        by_place=deliveries.grouped(figures.value, lambda one: (one.channel, one.operator, one.territory)),
        rows=rows,
        by_day=step >= timedelta(days=1),
        chart=charts.of_shares(lines, since, until, named, settings.delivery_alert),
        low={name: sums for name, sums in channels.items() if sums.is_low(settings.delivery_alert)},
        limit=settings.delivery_alert,
        channel=channel,
        named=named,
        percent=percent,
        here=here,
    )
    return alive(page)


@blueprint.get("/agents/remise.csv")
@agent_required(Right.WATCH)
def download() -> Response:
    """The same lines, hour by hour."""
    span = chosen()
    rows = [delivery_file.COLUMNS, *(delivery_file.row(one) for one in found(span).value)]
    return csv_file(_("remise") + f"-{span}.csv", rows)
