"""One voter's visit: who is refused for the moment tries again with the same ballot, and all of it is written down."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.load.preparation.credentials import InHand, LoadElection, LoadEvent, MadeBallot
from deploy.load.profiles.profile import Profile, load
from deploy.load.scenario import ledger
from deploy.load.scenario.journey import Journey
from deploy.load.scenario.ledger import Ledger
from deploy.load.scenario.measured import Measured, browser, name_of
from deploy.rehearsal.voter import Booth, Prepared, VoterRefused

ELECTION = "X" * 14
HAND = InHand("ada@academie.example", "secret-mot", "secret-réponse", "SECRET-CODE", "", {ELECTION: 1})
EVENT = LoadEvent(["http://portail.example"], "e", 1, [LoadElection(ELECTION, "CSA", 2, "{}")])
BALLOTS = {(HAND.identifier, ELECTION): MadeBallot("secret-ballot", "tracker")}
BUSY = VoterRefused(503, "service_unavailable", "")


class ScriptedVoter:
    """Stands for the portal: does as it is told, and keeps what was sent."""

    def __init__(self, **told: list[Exception | None]) -> None:
        self.told = told
        self.sent: list[Prepared] = []
        self.passwords: list[str] = []
        self.timeouts: list[float] = []
        self.timeout = 30.0
        self.base_url = "http://portail.example"

    def _as_told(self, what: str) -> None:
        answer = self.told[what].pop(0) if self.told.get(what) else None
        if answer is not None:
            raise answer

    def log_in(self, _identifier: str, password: str) -> None:
        self.passwords.append(password)
        self._as_told("log_in")

    def enter_booth(self, _election: str) -> Booth:
        self._as_told("permit")
        return Booth("secret-permit", "c", "{}", "e", 1)

    def cast(self, prepared: Prepared) -> dict[str, Any]:
        self.sent.append(prepared)
        self.timeouts.append(self.timeout)
        self._as_told("cast")
        return {"tracker": prepared.tracker}

    def log_out(self) -> None:
        self._as_told("log_out")


@pytest.fixture
def pauses() -> list[float]:
    """For how long the voter has paused, one after the other."""
    return []


@pytest.fixture
def visit(tmp_path: Path, pauses: list[float]) -> Callable[..., list[dict[str, Any]]]:
    """Have a visit made; what the ledger has of it."""

    def made(voter: ScriptedVoter, profile: Profile, browse: Any = lambda path: None) -> list[dict[str, Any]]:
        written = Ledger(tmp_path, clock=lambda: 1.0)
        Journey(voter, browse, HAND, EVENT, profile, BALLOTS, written, None, pauses.append).run()  # type: ignore[arg-type]
        written.close()
        text = next((tmp_path / ledger.FOLDER).iterdir()).read_text(encoding="utf-8")
        assert "secret" not in text.lower()
        return ledger.read(tmp_path)

    return made


def behaving(**shares: float) -> Profile:
    """The opening's voters, none with a habit but those given."""
    opening = load("opening")
    none = dict.fromkeys(opening.shares.model_dump(), 0.0)
    return opening.model_copy(update={"shares": type(opening.shares)(**(none | shares)), "tries": 4})


def kinds(lines: list[dict[str, Any]]) -> list[str]:
    return [one["kind"] for one in lines if one["kind"] != "step"]


def test_a_plain_visit(visit: Callable[..., list[dict[str, Any]]]) -> None:
    seen: list[str] = []
    lines = visit(ScriptedVoter(), behaving(), seen.append)
    assert kinds(lines) == ["arrived", "sent", "acknowledged", "left"]
    assert seen == ["/", "/accueil", f"/mes-scrutins/{ELECTION}/listes", f"/voter/{ELECTION}"]


def test_a_refused_ballot_is_sent_again_the_same(visit: Callable[..., list[dict[str, Any]]]) -> None:
    voter = ScriptedVoter(cast=[BUSY, requests.ReadTimeout(), requests.ConnectionError()])
    lines = visit(voter, behaving())
    assert len(voter.sent) == 4
    assert len(set(voter.sent)) == 1
    assert [one["code"] for one in lines if one["kind"] == "refused"] == ["service_unavailable", "timeout", "cut_off"]
    assert kinds(lines)[-2:] == ["acknowledged", "left"]


def test_who_is_refused_for_good_or_too_often_leaves(visit: Callable[..., list[dict[str, Any]]]) -> None:
    lines = visit(ScriptedVoter(cast=[VoterRefused(409, "already_voted", "")]), behaving())
    assert kinds(lines) == ["arrived", "sent", "refused", "gave_up"]
    voter = ScriptedVoter(log_in=[BUSY] * 9)
    assert kinds(visit(voter, behaving()))[-1] == "gave_up"
    assert len(voter.passwords) == 4


def test_a_wrong_password_is_meant_and_no_refusal(visit: Callable[..., list[dict[str, Any]]]) -> None:
    voter = ScriptedVoter(log_in=[VoterRefused(401, "log_in_refused", "")])
    lines = visit(voter, behaving(wrong_password=1))
    assert len(set(voter.passwords)) == 2
    assert "refused" not in kinds(lines)
    assert kinds(lines)[-1] == "left"


def test_the_impatient_send_the_same_ballot_again(visit: Callable[..., list[dict[str, Any]]]) -> None:
    voter = ScriptedVoter(cast=[requests.ReadTimeout()])
    lines = visit(voter, behaving(impatient=1, sends_again=1))
    assert voter.timeouts == [1.0, 30.0, 30.0]
    assert len(set(voter.sent)) == 1
    assert [one["impatient"] for one in lines if one["kind"] == "refused"] == [True]
    assert kinds(lines).count("acknowledged") == 2


def test_a_line_that_its_process_died_on_is_left_out(tmp_path: Path) -> None:
    written = Ledger(tmp_path)
    written.write("arrived", "ada")
    written.close()
    path = next((tmp_path / ledger.FOLDER).iterdir())
    path.write_text(path.read_text() + '{"at":2,"ki')
    assert [one["kind"] for one in ledger.read(tmp_path)] == ["arrived"]


class Answer(requests.Response):
    """What Locust's client answers: its own context, and it raises what Locust was told of it (locust.clients)."""

    def __init__(self, status: int, text: str = "", body: Any = None, error: Exception | None = None) -> None:
        super().__init__()
        self.status_code, self.error = status, error
        self._content = json.dumps(body).encode() if body is not None else text.encode()
        self.encoding = "utf-8"
        self.judged: str | None = None

    def __exit__(self, *_: object) -> None:
        pass

    def raise_for_status(self) -> None:
        if self.judged != "success":
            raise RuntimeError(self.judged)

    def success(self) -> None:
        self.judged = "success"

    def failure(self, code: str) -> None:
        self.judged = code


class Client:
    """Stands for locust.clients.HttpSession."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def request(self, _method: str, url: str, **_more: Any) -> Answer:
        self.asked.append(url)
        return self.answers.pop(0)


def test_requests_have_the_names_of_their_pages() -> None:
    assert name_of(f"http://p.example/api/v1/elections/{ELECTION}/ballots") == "/api/v1/elections/[scrutin]/ballots"
    assert name_of("http://p.example/api/v1/challenge?form=login") == "/api/v1/challenge"
    assert name_of("http://p.example/static/build/site.css?v=1") == "/static"


@pytest.mark.parametrize(
    ("answer", "judged"),
    [
        (Answer(200), "success"),
        (Answer(401, body={"code": "log_in_refused"}), "success"),
        (Answer(503, body={"code": "service_unavailable"}), "service_unavailable"),
        (Answer(502), "http_502"),
    ],
)
def test_refusals_are_failures_by_their_codes(answer: Answer, judged: str) -> None:
    given = Measured(Client(answer)).request("GET", "http://p.example/")
    assert answer.judged == judged
    assert given.ok == (answer.status_code == 200)
    assert given.text == answer.text


def test_where_no_answer_came_it_is_raised_as_requests_does() -> None:
    with pytest.raises(requests.ReadTimeout):
        Measured(Client(Answer(0, error=requests.ReadTimeout()))).request("GET", "http://p.example/")


def test_a_browser_keeps_what_a_page_brings() -> None:
    head = '<link rel="stylesheet" href="/static/a.css?v=1"><script type="module" src="/static/b.js"></script>'
    client = Client(Answer(200, head), Answer(200), Answer(200), Answer(200, head), Answer(500))
    browse = browser(Measured(client), "http://p.example")
    browse("/")
    browse("/accueil")
    assert [url.removeprefix("http://p.example") for url in client.asked] == [
        "/",
        "/static/a.css?v=1",
        "/static/b.js",
        "/accueil",
    ]
    with pytest.raises(VoterRefused, match="page_500"):
        browse("/voter")


def test_who_is_told_to_wait_outside_waits_and_loses_no_patience(
    visit: Callable[..., list[dict[str, Any]]], pauses: list[float]
) -> None:
    held = [VoterRefused(503, "waiting_room", "", {"seconds": 15, "ahead": left, "minutes_left": 1}) for left in (7, 3)]
    lines = visit(ScriptedVoter(log_in=[*held * 4, None]), behaving())
    told = [(one["ahead"], one["seconds"]) for one in lines if one["kind"] == "waits"]
    assert told == [(7, 15), (3, 15)] * 4
    assert pauses.count(15) == 8
    assert kinds(lines) == ["arrived", *["waits"] * 8, "let_in", "sent", "acknowledged", "left"]


@pytest.mark.parametrize("obeys", [0.0, 1.0])
def test_who_does_as_he_is_told_comes_again_when_he_is_told(
    obeys: float, visit: Callable[..., list[dict[str, Any]]], pauses: list[float]
) -> None:
    visit(ScriptedVoter(log_in=[VoterRefused(503, "busy", "", {"seconds": 42})]), behaving(obeys=obeys))
    assert (42.0 in pauses) is bool(obeys)
