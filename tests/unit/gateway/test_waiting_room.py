"""The waiting room: who waits, what is said, and what never waits (E16)."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from click.testing import CliRunner
from flask import Flask
from pydantic import ValidationError
from werkzeug.serving import make_server

from deploy.operator.command import command
from gateway.api.operators import waiting_room as operators
from gateway.edge import lines
from gateway.pages.operations import room as operations
from gateway.settings import Settings
from gateway.waiting import door
from gateway.waiting.crowd import CALM_SECONDS, LEAST_PACE, Crowd, pace_of, served_a_minute
from gateway.waiting.estimate import estimate, rounded_up
from gateway.waiting.line import ABSENT_SECONDS
from gateway.waiting.plan import Capacity, Mode, Plan, Steering, plan, share_of_pace
from gateway.waiting.tickets import COOKIE, PASS_SECONDS
from services.runtime.contracts.client import RpcTimeout
from services.runtime.refusals import Refusal
from tests.servers.redis_store import redis_store
from tests.unit.gateway.conftest import OPERATOR_TOKEN, VALUES, Browser
from tests.unit.gateway.fake_rpc import IDENTIFIER, LINK_TOKEN, ONLINE, PASSWORD, FakeRpc, agent_session

WAITING = "Vous êtes dans la file d’attente"
NOW = 1_796_000_000.0


class Clock:
    """What the door takes for the time."""

    def __init__(self) -> None:
        self.now = NOW

    def time(self) -> float:
        """As time.time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all who ask the room, in the test's hand: who has waited by one is long absent by another."""
    found = Clock()
    for asking in (door, operators, operations, lines):
        monkeypatch.setattr(asking, "time", found)
    return found


@pytest.fixture
def waiting_app(make_app: Callable[..., Flask], clock: Clock) -> Flask:
    """A portal that lets in six a minute, of whom the first has come."""
    app = make_app(waiting_pace=6)
    assert WAITING not in Browser(app.test_client()).get("/identification").text
    return app


@pytest.fixture
def outside(waiting_app: Flask) -> Browser:
    """A browser that waits."""
    browser = Browser(waiting_app.test_client())
    assert WAITING in browser.get("/identification").text
    return browser


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis."""
    with redis_store(tmp_path) as found:
        yield found


def test_the_page_asks_no_service_and_is_served_while_all_are_down(outside: Browser, rpc: FakeRpc) -> None:
    for at in rpc.table:
        rpc.table[at] = RpcTimeout("away")
    rpc.calls.clear()
    answer = outside.get("/identification")
    assert answer.status_code == 200
    assert answer.headers["Retry-After"] == "15"
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in answer.text
    assert "Vous êtes la prochaine personne à entrer" in answer.text
    assert "nous ne savons pas encore dire combien de temps" in answer.text
    assert len(answer.data) < 8_000
    assert rpc.calls == []
    assert "isoloir=" not in "".join(answer.headers.getlist("Set-Cookie")), "no session is begun for it"


def test_everybody_comes_in_in_order_and_goes_on(waiting_app: Flask, clock: Clock) -> None:
    people = [Browser(waiting_app.test_client()) for _ in range(4)]
    ahead = [re.search(r"(\d+) personnes? devant vous|prochaine", one.get("/identification").text) for one in people]
    assert [found[1] if found else "?" for found in ahead] == [None, "1", "2", "3"]
    for turn in range(4):
        clock.now += 10
        inside = [WAITING not in one.get("/identification").text for one in reversed(people)][::-1]
        assert inside == [True] * (turn + 1) + [False] * (3 - turn)
    clock.now += PASS_SECONDS - 60
    assert WAITING not in people[0].get("/mot-de-passe").text
    clock.now += PASS_SECONDS - 60
    assert people[0].identify(IDENTIFIER).location == "/lien-envoye", "a pass lasts from its last use"


def test_reloading_and_other_tabs_are_the_same_place(outside: Browser, waiting_app: Flask) -> None:
    for path in ("/identification", "/activation", "/mot-de-passe") * 3:
        assert "Vous êtes la prochaine personne à entrer" in outside.get(path).text
    assert waiting_app.extensions["isoloir_waiting_room"].standing(NOW).waiting == 1


def test_a_minute_is_told_when_it_is_measured_and_never_while_the_door_is_held(
    waiting_app: Flask, outside: Browser, clock: Clock
) -> None:
    crowd = [Browser(waiting_app.test_client()) for _ in range(30)]
    for _ in range(8):
        for one in [outside, *crowd]:
            one.get("/identification")
        clock.now += 10
    page = crowd[-1].get("/identification").text
    assert "Environ 30 personnes devant vous" in page
    assert re.search(r"Environ [45]\sminutes, au rythme des dernières entrées", page)
    waiting_app.extensions["isoloir_waiting_room"].steer(Steering(Mode.HOLD), clock.now)
    clock.now += 5
    page = crowd[-1].get("/identification").text
    assert "L’entrée est suspendue pour le moment" in page
    assert "minutes" not in page


def test_who_is_inside_is_never_held(waiting_app: Flask, outside: Browser) -> None:
    """Every route, with a voter's session and without one: only the door's own pages wait, and only for strangers."""
    waiting_app.extensions["isoloir_waiting_room"].steer(Steering(Mode.HOLD), NOW)
    filled = {
        "election": ONLINE,
        "uuid": ONLINE,
        "token": "x" * 43,
        "number": 1,
        "name": "t",
        "filename": "logo.svg",
        "question": 1,
    }
    filled |= {"table": "services", "voter": "7f0c3f9e-0c52-4c3c-9d5b-0d6f2a0b8f01", "message_id": "x", "captcha": "c"}
    adapter = waiting_app.url_map.bind("127.0.0.1")
    held = set()
    for rule in waiting_app.url_map.iter_rules():
        methods = sorted({"GET", "POST", "PUT", "DELETE"} & set(rule.methods or ()))
        path = adapter.build(rule.endpoint, {name: filled[name] for name in rule.arguments}, method=methods[0])
        for method in methods:
            for voter in (True, False):
                client = waiting_app.test_client()
                if voter:
                    Browser(client).sign_in()
                answer = client.open(path, method=method, json={} if path.startswith("/api/") else None)
                waits = "X-Isoloir-Waiting" in answer.headers or '"code":"waiting_room"' in answer.text.replace(" ", "")
                if method == "POST" and rule.endpoint in door.PAGES and not voter:
                    waits = answer.status_code == 303
                assert not (waits and voter), rule.endpoint
                if waits:
                    held.add(rule.endpoint)
    assert held == set(door.PAGES) | door.CALLS


def test_a_voter_whose_session_runs_out_comes_in_again_without_waiting(
    make_app: Callable[..., Flask], rpc: FakeRpc, clock: Clock
) -> None:
    app = make_app(waiting_pace=6)
    voter = Browser(app.test_client()).sign_in()
    assert voter.get("/accueil").status_code == 200
    app.extensions["isoloir_waiting_room"].steer(Steering(Mode.HOLD), NOW)
    voter.post("/deconnexion")
    assert WAITING not in voter.get("/identification").text


def test_whoever_was_at_the_door_before_a_room_was_opened_is_inside(
    make_app: Callable[..., Flask], clock: Clock
) -> None:
    app = make_app()
    browser = Browser(app.test_client())
    browser.get("/identification")
    app.extensions["isoloir_waiting_room"].steer(Steering(Mode.HOLD), NOW)
    assert WAITING in Browser(app.test_client()).get("/identification").text
    assert browser.identify(IDENTIFIER).location == "/lien-envoye"


def test_what_was_typed_is_there_when_it_is_one_s_turn(outside: Browser, waiting_app: Flask, clock: Clock) -> None:
    answer = outside.client.post("/identification", data={"csrf_token": outside.csrf(), "identifier": IDENTIFIER})
    assert answer.status_code == 303
    assert WAITING in outside.get(answer.location).text
    clock.now += 11
    page = outside.get(answer.location)
    assert WAITING not in page.text
    assert f'value="{IDENTIFIER}"' in page.text
    assert "error-summary" not in page.text


def test_a_link_is_not_used_up_by_waiting(outside: Browser, rpc: FakeRpc, clock: Clock) -> None:
    rpc.calls.clear()
    assert outside.get(f"/lien/{LINK_TOKEN}").location == "/activation"
    assert WAITING in outside.get("/activation").text
    answer = outside.client.post("/activation", data={"csrf_token": outside.csrf(), "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/activation")
    assert PASSWORD not in str(outside.client.get_cookie("isoloir"))
    assert rpc.calls == []
    clock.now += 11
    assert outside.choose_password(PASSWORD).status_code == 303
    assert rpc.made("identity", "prepare_activation")[0].payload["token"] == LINK_TOKEN


def test_programs_are_told_when_to_come_again(outside: Browser, rpc: FakeRpc, clock: Clock) -> None:
    wanted = {"identifier": IDENTIFIER, "password": PASSWORD, "challenge": outside.solved("login")}
    answer = outside.send("/api/v1/session", wanted)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "15")
    assert answer.json is not None
    assert (answer.json["code"], answer.json["details"]["ahead"]) == ("waiting_room", 0)
    assert rpc.made("identity", "log_in") == []
    clock.now += 11
    assert outside.send("/api/v1/session", wanted).status_code == 201


def test_it_is_in_english_too_without_script_and_by_hand(outside: Browser, clock: Clock) -> None:
    page = outside.get("/identification?langue=en").text
    assert '<html lang="en">' in page
    assert "You are next" in page
    assert 'href="?langue=fr"' in page
    assert "You are in the queue" in outside.get("/activation").text, "the choice is kept"
    by_hand = outside.get("/identification?langue=fr&a-la-main=1").text
    assert "http-equiv" not in by_hand
    assert "<script" not in by_hand
    assert 'data-refresh=""' in by_hand
    junk = outside.get("/identification?langue=%22%3E&essai=%22%3E%3Cb%3E").text
    assert "<b>" not in junk


def test_nothing_of_a_stranger_is_in_the_cookie_and_a_forged_one_is_none(outside: Browser, waiting_app: Flask) -> None:
    cookie = outside.client.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    for ahead, forged in enumerate(("x", f"{cookie.value}x", "eyJwIjoxNzk2MDAwMDAwfQ.x", "a" * 3000), start=1):
        stranger = Browser(waiting_app.test_client())
        stranger.client.set_cookie(COOKIE, forged)
        assert re.search(rf"{ahead}\spersonnes? devant vous", stranger.get("/identification").text)


def test_one_address_takes_no_more_numbers_than_pages(make_app: Callable[..., Flask], clock: Clock) -> None:
    app = make_app(waiting_pace=1, ratelimit_enabled=True, address_limit="5 per minute")
    answers = [Browser(app.test_client()).get("/activation").status_code for _ in range(7)]
    assert answers[1:5] == [200] * 4
    assert answers[5:] == [429] * 2
    assert app.extensions["isoloir_waiting_room"].standing(NOW).waiting == 4


def test_two_gateways_have_one_line_and_it_outlives_them_both(
    make_app: Callable[..., Flask], store: tuple[str, subprocess.Popen[bytes]], clock: Clock
) -> None:
    address, process = store
    gateways = [make_app(waiting_pace=6, ratelimit_storage=address) for _ in range(2)]
    Browser(gateways[0].test_client()).get("/identification")
    clients = [Browser(gateways[place % 2].test_client()) for place in range(4)]
    for browser in clients:
        assert WAITING in browser.get("/identification").text
    gateways = [make_app(waiting_pace=6, ratelimit_storage=address) for _ in range(2)]  # both were restarted
    again = []
    for place, browser in enumerate(clients):
        other = Browser(gateways[(place + 1) % 2].test_client())
        held = browser.client.get_cookie(COOKIE)
        assert held is not None
        other.client.set_cookie(COOKIE, held.value)
        again.append(other)
    for turn in range(4):
        clock.now += 10
        inside = [WAITING not in one.get("/identification").text for one in reversed(again)][::-1]
        assert inside == [True] * (turn + 1) + [False] * (3 - turn)
    kept = redis.Redis.from_url(address)
    state = b"".join(str(kept.dump(key)).encode() for key in kept.keys("isoloir:*"))
    kept.close()
    assert IDENTIFIER.encode() not in state
    gateways[0].extensions["isoloir_waiting_room"].steer(Steering(Mode.HOLD), clock.now)
    clock.now += 3
    assert "suspendue" in Browser(gateways[1].test_client()).get("/identification").text
    process.kill()
    process.wait()
    clock.now += 3
    late = Browser(gateways[1].test_client())
    assert late.get("/identification").status_code == 200, "a store that is away closes nothing"
    assert gateways[1].extensions["isoloir_waiting_room"].standing(clock.now).waiting <= 1


def test_full_lines_slow_the_door(
    make_app: Callable[..., Flask], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(waiting_pace=60, line_session=1)
    monkeypatch.setattr("gateway.edge.lines.time", clock)
    room = app.extensions["isoloir_waiting_room"]
    assert room.plan(clock.now) == Plan(60.0)
    app.extensions["isoloir_lines"]["session"].acquire()
    assert Browser(app.test_client()).sign_in().get("/accueil").status_code == 503
    assert room.plan(clock.now) == Plan(15.0)
    assert room.plan(clock.now + 75) == Plan(37.5)
    assert room.plan(clock.now + 120) == Plan(60.0)


def test_operators_see_and_steer_it(make_app: Callable[..., Flask], rpc: FakeRpc, clock: Clock) -> None:
    app = make_app(waiting_pace=60)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def run(*arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "200", "ISOLOIR_TOKEN": OPERATOR_TOKEN}).invoke(
            command, ["--url", f"http://127.0.0.1:{server.server_port}", "waiting-room", *arguments]
        )
        assert result.exit_code == 0, result.output
        return result.output

    try:
        assert "60 par minute" in run()
        assert rpc.made("identity", "note_command") == []
        assert "personne n’entre" in run("hold", "--yes")
        assert rpc.made("identity", "note_command")[0].payload["command"] == "steer-waiting-room"
        stranger = Browser(app.test_client())
        assert "suspendue" in stranger.get("/identification").text
        held = run()
        assert re.search(r"Attendent\s+│\s+1", held)
        assert "Ce portail compte pour lui seul" in held
        agent = Browser(app.test_client()).as_agent()
        rpc.table["identity", "agent_session"] = agent_session("operator")
        assert re.search(r"Fermée\s: personne n’entre", agent.get("/agents/salle").text)
        assert "300 par minute" in run("pace", "300")
        run("open", "--yes")
        assert WAITING not in stranger.get("/identification").text
        assert "60 par minute" in run("auto")
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
    answer = stranger.client.post(
        "/api/v1/operator/steer-waiting-room",
        json={"mode": "pace"},
        headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"},
    )
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["details"]["fields"]["pace"]["code"] == "required"


def test_what_the_door_does() -> None:
    auto = Steering()
    assert plan(Capacity(), auto, 0.0) is None
    assert plan(Capacity(pace=60, inside=9), auto, None) == Plan(60.0, 9)
    assert plan(Capacity(inside=9), auto, None) == Plan(None, 9)
    assert plan(Capacity(inside=9), auto, 3.0) == Plan(0.0, 9)
    assert plan(Capacity(pace=60), Steering(Mode.OPEN), 3.0) == Plan(None)
    assert plan(Capacity(), Steering(Mode.PACE, 40), 3.0) == Plan(10.0)
    held = plan(Capacity(), Steering(Mode.HOLD), None)
    assert held is not None
    assert held.held
    assert [share_of_pace(seconds) for seconds in (None, 0, 30, 75, 120)] == [1.0, 0.25, 0.25, 0.625, 1.0]


def test_what_is_said_is_never_too_little() -> None:
    assert [rounded_up(count) for count in (0, 1, 20, 21, 99, 101, 1001, 123_456)] == [
        0,
        1,
        20,
        30,
        100,
        110,
        1100,
        130_000,
    ]
    pace = Plan(60.0)
    assert estimate(0, 0, 0.0, pace).minutes is None
    assert estimate(100, 30, 30.0, pace).minutes is None, "half a minute says nothing"
    assert estimate(100, 60, 60.0, pace).minutes == 2
    assert estimate(100, 600, 60.0, pace).minutes == 2, "faster than the door is set to is not promised"
    assert estimate(100, 30, 60.0, pace).minutes == 4
    assert estimate(1000, 60, 60.0, pace).minutes == 20
    assert estimate(4000, 60, 60.0, pace).minutes == 90
    assert estimate(10, 60, 60.0, Plan(0.0, held=True)).why == "held"
    assert estimate(10, 0, 300.0, pace).minutes is None
    assert max(estimate(9999, 6, 60.0, pace).refresh_seconds * 2 + 60, 0) <= ABSENT_SECONDS


def test_a_line_that_gateways_would_not_share_is_refused_at_start() -> None:
    for changes in ({"waiting_pace": 60}, {"waiting_inside": 60}):
        given: dict[str, Any] = {**VALUES, **changes}
        assert Settings(**given)
        assert Settings(**given, ratelimit_storage="redis://limits:6379/0").waiting_is_shared
        with pytest.raises(ValidationError, match="WAITING_PACE"):
            Settings(**given, ratelimit_storage="memcached://limits:11211")


def test_a_room_that_nobody_has_set_opens_by_itself_at_the_pace_at_which_log_ins_are_served(
    make_app: Callable[..., Flask], clock: Clock, rpc: FakeRpc
) -> None:
    app = make_app()
    room = app.extensions["isoloir_waiting_room"]
    served = Browser(app.test_client())
    served.sign_in()
    late = Browser(app.test_client())
    assert WAITING not in late.get("/identification").text
    answers = rpc.table["identity", "log_in"]
    rpc.table["identity", "log_in"] = Refusal("busy", seconds=12)
    late.identify(IDENTIFIER)
    refused = late.post("/mot-de-passe", {"password": PASSWORD})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "12")
    assert "attendez 12\N{NO-BREAK SPACE}secondes" in refused.text
    first = Browser(app.test_client())
    first.get("/identification")
    second = Browser(app.test_client())
    assert WAITING in second.get("/identification").text
    found = room.described(clock.now)
    assert (found["mode"], found["opened_itself"], found["in_force"]["pace"]) == ("auto", True, LEAST_PACE)
    # Who is in goes on, and is served; the door is calm again, and empties before it closes.
    rpc.table["identity", "log_in"] = answers
    assert late.post("/mot-de-passe", {"password": PASSWORD}).status_code == 303
    clock.now += CALM_SECONDS
    assert WAITING not in second.get("/identification").text
    clock.now += 3
    assert room.plan(clock.now) is None
    assert room.described(clock.now)["opened_itself"] is False


def test_a_room_that_may_not_open_by_itself_does_not(make_app: Callable[..., Flask], clock: Clock) -> None:
    room = make_app(waiting_automatic=False).extensions["isoloir_waiting_room"]
    room.note_busy(clock.now)
    assert room.plan(clock.now) is None


@pytest.mark.parametrize(
    ("crowd", "pace"),
    [
        (Crowd(None, 90.0, 5), None),
        (Crowd(1.0, 90.0), 45.0),
        (Crowd(15.0, 90.0), 90.0),
        (Crowd(40.0, 90.0), 135.0),
        (Crowd(59.0, 0.0, 3), LEAST_PACE),
        (Crowd(61.0, 90.0, 3), 180.0),
        (Crowd(61.0, 90.0), None),
    ],
)
def test_the_pace_follows_what_is_served(crowd: Crowd, pace: float | None) -> None:
    assert pace_of(crowd) == pace


def test_what_was_served_is_counted_since_the_first_of_it_and_half_a_minute_at_most() -> None:
    bucket = int(NOW // 5)
    assert served_a_minute({}, NOW) == 0
    assert served_a_minute({bucket: 5}, NOW + 1) == 60
    assert served_a_minute({bucket - 4: 20, bucket: 20}, NOW) == 120
    assert served_a_minute({bucket - 40: 1000}, NOW) == 0


def test_operators_and_settings_go_before_what_is_measured() -> None:
    crowd = Crowd(1.0, 90.0, 50)
    assert plan(Capacity(), Steering(Mode.OPEN), None, crowd) == Plan(None)
    assert plan(Capacity(), Steering(Mode.PACE, 7), None, crowd) == Plan(7)
    assert plan(Capacity(pace=30), Steering(), None, crowd) == Plan(30)
    assert plan(Capacity(pace=300), Steering(), None, crowd) == Plan(45.0)


def test_gateways_share_what_is_served(make_app: Callable[..., Flask], clock: Clock, store: Any) -> None:
    settings = {"ratelimit_storage": store[0]}
    rooms = [make_app(**settings).extensions["isoloir_waiting_room"] for _ in range(2)]
    for room in rooms * 10:
        room.note_served(clock.now)
    rooms[0].note_busy(clock.now)
    clock.now += 1
    found = rooms[1].plan(clock.now)
    assert found is not None
    assert found.pace == pytest.approx(120, rel=0.9)
    assert rooms[1].described(clock.now)["opened_itself"] is True
