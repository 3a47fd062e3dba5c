"""Figures for agents: asked for once for all who look, summed up, drawn, the same in table and file."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.figures import charts, deliveries
from gateway.figures.kept import KeptFigures
from services.notification.contract.deliveries import Delivery
from services.runtime.clock import cut_to_hour, utc_now
from services.runtime.contracts.client import RpcTimeout
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import FakeRpc, agent_session

HOUR = datetime(2026, 12, 3, 10, tzinfo=UTC)


def line(channel: str = "sms", hour: datetime = HOUR, **changes: Any) -> dict[str, Any]:
    found = {"hour": hour.isoformat(), "channel": channel, "operator": None, "territory": None, "asked": 100}
    found |= {"arrived": 95, "failed": 5, "unknown": 0, "waiting": 0, "in_time": 90, "mean_seconds": 10}
    return found | changes


# Kept


def test_figures_are_asked_for_once_in_a_while() -> None:
    clock = [0.0]
    kept = KeptFigures(lambda: clock[0], lambda: HOUR)
    answers = iter("abc")
    ask = lambda: next(answers)  # noqa: E731
    assert [kept.get("n", ask, 60).value for _ in range(3)] == ["a", "a", "a"]
    clock[0] = 60
    assert kept.get("n", ask, 60).value == "b"
    assert kept.get("other", ask, 60).value == "c"


def test_while_one_asks_the_others_have_what_there_was() -> None:
    clock = [0.0]
    kept = KeptFigures(lambda: clock[0], lambda: HOUR)
    kept.get("n", lambda: "old", 60)
    clock[0] = 60
    asked, go = threading.Event(), threading.Event()

    def slow() -> str:
        asked.set()
        assert go.wait(30)
        return "new"

    thread = threading.Thread(target=lambda: kept.get("n", slow, 60))
    thread.start()
    assert asked.wait(30)
    assert kept.get("n", lambda: pytest.fail("a second one asks"), 60).value == "old"
    go.set()
    thread.join(30)
    assert kept.get("n", lambda: pytest.fail("it is known"), 60).value == "new"


def test_a_service_that_is_away_leaves_the_last_figures_and_says_so() -> None:
    clock = [0.0]
    kept = KeptFigures(lambda: clock[0], lambda: HOUR)

    def away() -> str:
        raise RpcTimeout("away")

    with pytest.raises(RpcTimeout):
        kept.get("n", away)
    kept.get("n", lambda: "known")
    clock[0] = 60
    found = kept.get("n", away)
    assert (found.value, found.at, found.late) == ("known", HOUR, True)
    assert kept.get("n", lambda: pytest.fail("not at once again")).late
    clock[0] = 70
    assert not kept.get("n", lambda: "back").late


# Summed up and drawn


def test_sums_weigh_times_by_arrivals_and_are_low_below_the_limit() -> None:
    lines = [
        Delivery.load(line(asked=60, arrived=30, failed=10, waiting=20, mean_seconds=10)),
        Delivery.load(line(asked=20, arrived=10, failed=10, mean_seconds=50)),
        Delivery.load(line(asked=5, arrived=0, failed=5, mean_seconds=None)),
    ]
    sums = deliveries.added(lines)
    assert (sums.asked, sums.arrived, sums.ended, sums.mean_seconds) == (85, 40, 65, 20)
    assert sums.is_low(0.9)
    assert not sums.is_low(0.6)
    assert not deliveries.added(lines[2:]).is_low(0.9)  # five say nothing
    assert deliveries.added([]).rate == 0


def test_a_chart_has_a_point_for_each_figure_within_its_frame() -> None:
    lines = [Delivery.load(line(hour=HOUR + timedelta(hours=n), arrived=n * 50)) for n in range(3)]
    drawn, rows = deliveries.series(lines, HOUR, timedelta(hours=1), str.upper)
    assert [one.name for one in drawn] == ["SMS"]
    assert [found.rate for _, _, found in rows] == [0, 0.5, 1]
    chart = charts.of_shares(drawn, HOUR, HOUR + timedelta(hours=4), lambda moment: f"{moment:%H}", 0.9)
    assert chart.lines[0].dots == [(34.0, 166.0), (108.0, 94.0), (182.0, 22.0)]
    assert chart.limit == 36.4
    assert [name for _, name in chart.times] == ["10", "12", "14"]
    by_day, rows = deliveries.series(lines, HOUR, timedelta(days=1), str)
    assert len(rows) == len(by_day[0].points) == 1


# The page


@pytest.fixture
def operator(browser: Browser, rpc: FakeRpc) -> Browser:
    rpc.table["identity", "agent_session"] = agent_session("operator")
    return browser.as_agent()


def test_deliveries_are_a_chart_tables_and_a_file_of_the_same_figures(operator: Browser, rpc: FakeRpc) -> None:
    hour = cut_to_hour(utc_now())
    low = line(hour=hour, operator="first", territory="RE", arrived=11, failed=9, unknown=80, in_time=7)
    rpc.table["notification", "list_deliveries"] = {"deliveries": [line("email", hour), low]}
    page = operator.get("/agents/remise")
    assert page.status_code == 200
    assert (
        "SMS : 11 arrivés sur 100 dont le sort est connu, soit 11,0 %, sous le seuil de 90,0 %."
        in page.text.replace("\u202f", " ").replace("\u00a0", " ")
    )
    assert page.text.count('class="chart-dot"') == 2
    assert "Refresh" not in page.headers
    assert "<script" not in page.text.split("<main")[1].split("</main>")[0]
    file = operator.get("/agents/remise.csv?duree=1j")
    heading, _first, second = file.text.removeprefix("\ufeff").splitlines()
    assert heading.startswith("heure;canal;operateur;territoire;demandes;arrives")
    assert second == f"{hour.isoformat()};sms;first;RE;100;11;9;80;0;0.1100;7;10"
    # However many look, the service counts once.
    assert len(rpc.made("notification", "list_deliveries")) == 1
    assert operator.get("/agents/remise?vif=1").headers["Refresh"] == "60"
    operator.get("/agents/remise?duree=junk")
    assert len(rpc.made("notification", "list_deliveries")) == 1
    operator.get("/agents/remise?duree=31j")
    asked = rpc.made("notification", "list_deliveries")[1].payload
    since, until = (datetime.fromisoformat(asked[name]) for name in ("since", "until"))
    assert until - since == timedelta(days=31)


def test_nothing_to_show_and_a_silent_service_are_said(operator: Browser, rpc: FakeRpc) -> None:
    assert "Aucun message dans ce temps." in operator.get("/agents/remise").text
    rpc.table["notification", "list_deliveries"] = RpcTimeout("away")
    assert operator.get("/agents/remise?duree=3j").status_code == 503
