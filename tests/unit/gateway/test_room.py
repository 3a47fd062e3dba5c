"""The operations room: figures as charts, tables and files, asked for once a minute, whole when services are away (E13)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.edge.lines import Places
from gateway.figures import charts
from gateway.pages.operations import room
from services.runtime.contracts.client import RpcTimeout
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc, agent_session

TURNOUT = [
    {
        "election": ONLINE,
        "elections": 1,
        "entitled": 800,
        "hours": [
            {"until": "2026-12-03T08:00:00+00:00", "signed": 40},
            {"until": "2026-12-03T09:00:00+00:00", "signed": 200},
        ],
        "earlier": [],
    },
    {"election": None, "elections": 3, "entitled": 45, "hours": [], "earlier": []},
]


def process(kind: str, silent: int) -> dict[str, Any]:
    started = "2026-12-03T07:00:00+00:00"
    return {"process": f"{kind}-1", "kind": kind, "started_at": started, "silent_seconds": silent}


@pytest.fixture
def operator(browser: Browser, rpc: FakeRpc) -> Browser:
    rpc.table["identity", "agent_session"] = agent_session("operator")
    rpc.table["identity", "figures"] |= {
        "turnout": TURNOUT,
        "reissues": [{"channel": "sms", "state": "issued", "count": 31}],
        "queues": [{"name": "claims", "waiting": 4, "oldest": "2026-12-03T08:12:00+00:00"}],
    }
    return browser.as_agent()


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_turnout_funnel_reissues_queues_and_services_are_on_one_page(operator: Browser, rpc: FakeRpc) -> None:
    page = plain(operator.get("/agents/salle").text)
    assert "Rien à signaler" in page
    assert "25,0 %" in page  # 200 of 800
    assert "3 scrutins à petit effectif, ensemble" in page
    assert "moins de 20 inscrits" in page
    for figure in ("1 000", "650", "400", "31"):
        assert f"<b>{figure}</b>" in page, figure
    assert "jeudi 3 décembre 2026 à 09h12" in page
    assert page.count('class="chart-dot"') == 2
    assert "<script" not in page.split("<main")[1].split("</main>")[0]
    for _ in range(3):
        operator.get("/agents/salle?vif=1")
    assert len(rpc.made("identity", "figures")) == 1
    assert len(rpc.made("ballot", "condition")) == 1


def test_the_vote_before_is_a_second_line_and_a_column(
    operator: Browser, rpc: FakeRpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Sans comparaison" in plain(operator.get("/agents/salle").text)
    opens = datetime.fromisoformat(rpc.table["identity", "voting_event"]["opens_at"])
    hours = [{"until": (opens + timedelta(hours=hour)).isoformat(), "signed": 40 * hour} for hour in (1, 2, 3)]
    monkeypatch.setattr(room, "utc_now", lambda: opens + timedelta(hours=3))
    earlier = [{"hour": 2, "share": 1234}, {"hour": 5, "share": 4000}]
    rpc.table["identity", "figures"]["turnout"] = [{**TURNOUT[0], "hours": hours, "earlier": earlier}]
    operator.client.application.extensions["isoloir_figures"].forget("figures")
    page = plain(operator.get("/agents/salle").text)
    assert "Tirets : Comité social, vote précédent." in page
    assert page.count('class="chart-dot"') == 3 + 1, "the later one is beyond the picture"
    assert page.count("12,3 %") == 2, "two hours after the opening, and still at the third"
    rows = operator.get("/agents/salle/participation.csv").text.splitlines()
    assert [row.rsplit(";", 1)[1] for row in rows] == ["vote_precedent_pour_cent", "", "12.34", "12.34"]


def test_the_charts_end_with_the_vote(operator: Browser, rpc: FakeRpc, monkeypatch: pytest.MonkeyPatch) -> None:
    closes = datetime.fromisoformat(rpc.table["identity", "voting_event"]["closes_at"])
    monkeypatch.setattr(room, "utc_now", lambda: closes)
    at_the_closing = operator.get("/agents/salle").text.split("<svg")[1].split("</svg>")[0]
    monkeypatch.setattr(room, "utc_now", lambda: closes + timedelta(days=90))
    assert operator.get("/agents/salle").text.split("<svg")[1].split("</svg>")[0] == at_the_closing


def test_a_line_that_goes_on_after_the_picture_ends_at_its_edge() -> None:
    begin = datetime(2026, 12, 3, 8, tzinfo=UTC)
    until = begin + timedelta(hours=4)
    points = [(begin + timedelta(hours=hour), share) for hour, share in ((2, 0.2), (6, 0.6), (170, 0.7))]
    [drawn] = charts.of_shares([charts.Series("avant", points)], begin, until, str).lines
    assert [x for x, _y in drawn.dots] == [182.0], "one is within"
    assert drawn.path == f"M182.0 {charts.height(0.2)} L{charts.RIGHT} {charts.height(0.4)}"


TERRITORIES = {
    "election": ONLINE,
    "minimum": 20,
    "smallest": 100,
    "groups": [
        {
            "territories": ["80"],
            "entitled": 500,
            "hours": [
                {"until": "2026-12-03T08:00:00+00:00", "signed": 30},
                {"until": "2026-12-03T09:00:00+00:00", "signed": 125},
            ],
        },
        {
            "territories": ["Amiens"],
            "entitled": 180,
            "hours": [{"until": "2026-12-03T09:00:00+00:00", "signed": 36}],
        },
        {"territories": ["2A", "75", ""], "entitled": 120, "hours": []},
    ],
}


@pytest.fixture
def by_territory(operator: Browser, rpc: FakeRpc) -> Browser:
    rpc.table["identity", "figures"] |= {"by_territory": [ONLINE]}
    rpc.table["identity", "territory_turnout"] = TERRITORIES
    return operator


def test_turnout_by_territory_is_a_chart_a_table_and_a_file(by_territory: Browser, rpc: FakeRpc) -> None:
    page = plain(by_territory.get("/agents/salle").text)
    for words in (
        "Somme (80)",
        "25,0 %",
        "Amiens",
        "20,0 %",
        "3 territoires à petit effectif, ensemble",
        "moins de 100",
    ):
        assert words in page, words
    assert page.count('class="chart-dot"') == 2 + 3
    rows = by_territory.get(f"/agents/salle/territoires.csv?scrutin={ONLINE}").text.removeprefix("\ufeff").splitlines()
    assert rows == [
        "scrutin;territoire;inscrits;jusqu_a;emargements",
        "Comité social;Somme (80);500;2026-12-03T08:00:00+00:00;30",
        "Comité social;Somme (80);500;2026-12-03T09:00:00+00:00;125",
        "Comité social;Amiens;180;2026-12-03T09:00:00+00:00;36",
    ]
    for other in ("", "?scrutin=inconnu", "?vif=1"):
        by_territory.get(f"/agents/salle{other}")
    assert len(rpc.made("identity", "territory_turnout")) == 1, "asked once for all who look, whatever the address says"


def test_without_territories_or_without_the_service_the_room_stands_and_says_so(
    by_territory: Browser, rpc: FakeRpc
) -> None:
    rpc.table["identity", "territory_turnout"] = RpcTimeout("away")
    assert "la participation par territoire reviendra avec lui" in plain(by_territory.get("/agents/salle").text)
    assert len(by_territory.get("/agents/salle/territoires.csv").text.splitlines()) == 1


def test_another_event_in_place_meanwhile_takes_no_page_away(by_territory: Browser, rpc: FakeRpc) -> None:
    """The elections to choose from are a minute old: identity knows one of them no more."""
    rpc.table["identity", "territory_turnout"] = Refusal("election_unknown")
    assert by_territory.get("/agents/salle").status_code == 200
    assert len(by_territory.get("/agents/salle/territoires.csv").text.splitlines()) == 1
    assert len(rpc.made("identity", "figures")) == 2, "they are asked for again"


def test_an_event_without_large_territories_says_where_they_come_from(operator: Browser) -> None:
    page = plain(operator.get("/agents/salle").text)
    assert "Aucun scrutin n’a deux territoires assez grands" in page
    assert "colonne « territoire »" in page


def test_a_service_that_is_away_or_has_a_silent_process_is_seen_at_once(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "condition"] = RpcTimeout("away")
    rpc.table["identity", "condition"] |= {"processes": [process("relay", 300), process("service", 2)]}
    # Of two of a kind, one that lives is enough.
    rpc.table["reassort", "condition"] |= {"processes": [process("relay", 300), process("relay", 3)]}
    rpc.table["notification", "condition"] |= {"inbox": 12, "inbox_oldest_seconds": 250}
    page = plain(operator.get("/agents/salle").text)
    assert "Services : Identité, Urne, Messages." in page
    assert "Ne répond pas" in page
    assert "Sans signe de vie : relay" in page
    assert "250 s" in page


def test_the_same_figures_are_files(operator: Browser, rpc: FakeRpc) -> None:
    def rows(table: str) -> list[str]:
        answer = operator.get(f"/agents/salle/{table}.csv")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        return answer.text.removeprefix("\ufeff").splitlines()

    assert rows("participation")[1:] == [
        "Comité social;800;2026-12-03T08:00:00+00:00;40;",
        "Comité social;800;2026-12-03T09:00:00+00:00;200;",
    ]
    assert rows("activation")[1:] == ["Inscrits;1000", "Compte activé;650", "A voté dans un scrutin au moins;400"]
    assert rows("reassorts")[1:] == ["sms;issued;31"]
    assert rows("demandes")[1:] == ["claims;4;2026-12-03T08:12:00+00:00"]
    assert len(rows("services")) == 5
    assert operator.get("/agents/salle/autre.csv").status_code == 404


def test_names_are_no_formulas_in_a_file(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "voting_event"]["elections"][0]["name"] = '=CMD("x");y'
    assert '"\'=CMD(""x"");y";800' in operator.get("/agents/salle/participation.csv").text


def test_how_much_of_the_capacity_is_in_use_is_said_and_a_file(make_app: Any, rpc: FakeRpc) -> None:
    rpc.table["identity", "agent_session"] = agent_session("operator")
    app = make_app(waiting_pace=60, waiting_inside=40)
    places = app.extensions["isoloir_lines"]["vote"]
    assert [places.acquire() for _place in range(places.most)].count(True) == places.most
    browser = Browser(app.test_client()).as_agent()
    page = browser.get("/agents/salle").text
    assert "Places des votes" in page
    assert f"{places.most} sur {places.most}" in page
    rows = browser.get("/agents/salle/capacite.csv").text.removeprefix("\ufeff").split("\r\n")
    assert rows[0] == "quoi;en_usage;capacite;part_pour_cent"
    assert "inside;0;40;0.0" in rows
    assert any(row.startswith(f"vote;{places.most};{places.most};100.0") for row in rows)


def test_the_busiest_moment_of_two_minutes_is_kept_and_then_forgotten() -> None:
    now = [600.0]
    places = Places(2, lambda: now[0])
    assert [places.acquire(), places.acquire(), places.acquire()] == [True, True, False]
    places.release()
    places.release()
    now[0] += 60
    assert places.busiest == 2
    now[0] += 60
    assert places.busiest == 0
    with pytest.raises(ValueError, match="no place"):
        places.release()
