"""The countdown, and the hours of every territory (B7)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.hours import countdown
from gateway.hours.countdown import Phase
from gateway.hours.overseas import PARIS, TERRITORIES, hours_of, there
from services.runtime.contracts.client import RpcTimeout
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import FakeRpc, event
from tests.unit.gateway.space import AFTER, BEFORE, session

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CLOSING_17_IN_PARIS = "2026-12-10T16:00:00+00:00"
# research/facts.md: what clocks show when it is 17:00 in Paris on 10 December.
FACTS = {
    "Guadeloupe": ("12:00", 0),
    "Martinique": ("12:00", 0),
    "Saint-Martin": ("12:00", 0),
    "Saint-Barthélemy": ("12:00", 0),
    "Guyane": ("13:00", 0),
    "Saint-Pierre-et-Miquelon": ("13:00", 0),
    "Mayotte": ("19:00", 0),
    "La Réunion": ("20:00", 0),
    "Terres australes : Kerguelen, Saint-Paul et Amsterdam": ("21:00", 0),
    "Polynésie française : Tahiti et îles de la Société": ("06:00", 0),
    "Polynésie française : îles Marquises": ("06:30", 0),
    "Polynésie française : îles Gambier": ("07:00", 0),
    "Nouvelle-Calédonie": ("03:00", 1),
    "Wallis-et-Futuna": ("04:00", 1),
}


def moments(first: int, last: int) -> st.SearchStrategy[datetime]:
    """Aware moments of some years."""
    start, end = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (first, last))
    return st.datetimes(start, end, timezones=st.just(UTC))


def at(now: datetime) -> countdown.Countdown:
    """The countdown of the sample event at a moment."""
    return countdown.countdown_to({**event(), "now": now.isoformat()})


def test_closing_hours_are_those_of_the_facts(app: Flask) -> None:
    with app.test_request_context():
        found = {str(line.territory.name): line.closing for line in hours_of(event())}
    for name, (hour, day) in FACTS.items():
        assert (found[name].local.strftime("%H:%M"), found[name].day) == (hour, day), name


@UNHURRIED
@given(moments(2020, 2040))
def test_a_moment_is_the_same_moment_everywhere(moment: datetime) -> None:
    for territory in TERRITORIES:
        local = there(moment, territory.zone)
        # Compared in UTC: in an hour that a zone has twice, moments of two zones are never equal to Python.
        assert local.local.astimezone(UTC) == moment
        assert local.day in (-1, 0, 1)
        in_paris = moment.astimezone(PARIS).date()
        assert local.local.date() == in_paris + timedelta(days=local.day)


@UNHURRIED
@given(moments(2026, 2027))
def test_what_is_left_adds_up_to_the_target(now: datetime) -> None:
    left = at(now)
    total = timedelta(days=left.days, hours=left.hours, minutes=left.minutes)
    assert 0 <= left.hours < 24
    assert 0 <= left.minutes < 60
    if left.target is None:
        assert left.phase is Phase.CLOSED
        assert total == timedelta(0)
    else:
        assert timedelta(0) <= left.target - now - total < timedelta(minutes=1)


def test_phases_change_at_the_very_moment() -> None:
    opens, closes = datetime(2026, 12, 3, 7, tzinfo=UTC), datetime(2026, 12, 10, 16, tzinfo=UTC)
    instant = timedelta(microseconds=1)
    assert at(opens - instant).phase is Phase.BEFORE
    assert at(opens - instant).last_minute
    assert at(opens).phase is Phase.OPEN
    assert not at(opens).last_minute
    assert at(closes - instant).phase is Phase.OPEN
    assert at(closes).phase is Phase.CLOSED


def numbers(page: str) -> list[tuple[str, str]]:
    """Unit and number as the page shows them without JavaScript."""
    return re.findall(r'data-unit="(\w+)">(\d+)<', page)


def test_home_counts_down_without_javascript(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, now=BEFORE)
    page = voter.get("/accueil").text
    assert "Ouverture du vote dans" in page
    assert numbers(page) == [("days", "16"), ("hours", "12"), ("minutes", "20")]
    for unit in (">jours<", ">heures<", ">minutes<"):
        assert unit in page
    assert f'data-now="{BEFORE}"' in page
    assert "Ouvert du jeudi 3 décembre 2026 à 08h00 au jeudi 10 décembre 2026 à 17h00 (Heure de Paris)" in page
    session(rpc)
    page = voter.get("/accueil").text
    assert "Clôture du vote dans" in page
    assert numbers(page) == [("days", "6"), ("hours", "9"), ("minutes", "0")]


def test_home_after_the_closing(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, now=AFTER, votes_until=AFTER)
    page = voter.get("/accueil").text
    assert "Le vote est clos." in page
    assert "data-countdown" not in page
    assert "btn-big" not in page
    assert 'href="/voter"' in page


def test_last_minute_is_said_in_words(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, now="2026-12-03T06:59:30+00:00")
    page = voter.get("/accueil").text
    assert "moins d’une minute" in page
    assert re.search(r"data-units\s+hidden", page)


def test_hours_page_marks_the_next_day_and_the_day_before(browser: Browser, rpc: FakeRpc) -> None:
    page = browser.get("/horaires-hors-metropole").text
    assert "vendredi 11 décembre 2026 à 03h00" in page
    assert "jeudi 10 décembre 2026 à 06h30" in page
    assert "mercredi 2 décembre 2026 à 21h00" in page  # the opening in Tahiti
    assert page.count("(le lendemain)") == 3  # closing in Nouméa, in Wallis and in Terre Adélie
    assert "(la veille)" in page
    assert "<caption" in page
    assert page.count('scope="row"') == len(TERRITORIES)


def test_hours_page_is_localised(browser: Browser, rpc: FakeRpc) -> None:
    page = browser.get("/horaires-hors-metropole", headers={"Accept-Language": "en"}).text
    assert "Friday 11 December 2026" in page
    assert "03:00" in page


@pytest.mark.parametrize("problem", [Refusal("no_voting_event"), RpcTimeout("identity.voting_event", 2.0)])
def test_pages_stand_without_the_countdown(problem: Exception, app: Flask, rpc: FakeRpc) -> None:
    rpc.table["identity", "voting_event"] = problem
    with app.test_request_context():
        assert countdown.current_countdown() is None
        assert countdown.current_event() == ("", "")
    assert len(rpc.made("identity", "voting_event")) == 1, "asked once a request"


def test_partial_asks_for_the_event_by_itself(app: Flask, rpc: FakeRpc) -> None:
    session(rpc, now=BEFORE)
    with app.test_request_context():
        shown = app.jinja_env.from_string('{% include "layout/_countdown.html" %}').render(
            url_for=lambda *_a, **_k: "/"
        )
    assert numbers(shown) == [("days", "16"), ("hours", "12"), ("minutes", "20")]
