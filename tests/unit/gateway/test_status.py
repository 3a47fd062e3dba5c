"""The public status page: made beforehand, asks nobody, says what works since when, and stays when the services do not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from gateway.pages.status.parts import Board, Part, State, judge
from gateway.settings import Settings
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from tests.unit.gateway.conftest import VALUES, Browser
from tests.unit.gateway.fake_rpc import FakeRpc

NOW = datetime(2026, 12, 3, 13, 32, tzinfo=UTC)
ALL = {"identity": [], "ballot": [], "reassort": [], "notification": []}


@pytest.mark.parametrize(
    ("changes", "down", "slow"),
    [
        ({}, set(), set()),
        ({"identity": None}, {Part.LOG_IN, Part.VOTE, Part.MESSAGES, Part.REISSUE}, set()),
        ({"ballot": None}, {Part.VOTE, Part.CHECK, Part.REISSUE}, set()),
        ({"notification": None}, {Part.MESSAGES, Part.REISSUE}, set()),
        ({"reassort": None}, {Part.REISSUE}, set()),
        ({"notification": ["inbox_old"]}, set(), {Part.MESSAGES, Part.REISSUE}),
        ({"ballot": ["relay_silent"]}, set(), {Part.REISSUE}),
        ({"identity": ["events_parked"]}, set(), set()),
    ],
)
def test_what_a_silent_or_late_service_means_for_voters(
    changes: dict[str, list[str] | None], down: set[Part], slow: set[Part]
) -> None:
    found = judge({**ALL, **changes})
    assert {part for part, state in found.items() if state is State.DOWN} == down
    assert {part for part, state in found.items() if state is State.SLOW} == slow


def test_one_answer_that_was_late_is_no_incident_two_are_and_the_end_is_kept() -> None:
    board, minute = Board(), timedelta(minutes=1)
    board.note(judge(ALL), NOW)
    silent = judge({**ALL, "ballot": None})
    board.note(silent, NOW + minute)
    assert board.worst() is State.WORKS
    board.note(silent, NOW + 2 * minute)
    assert board.worst() is State.DOWN
    assert {one.part: one.since for one in board.standing()}[Part.VOTE] == NOW + 2 * minute
    board.note(judge(ALL), NOW + 9 * minute)
    assert board.worst() is State.WORKS
    assert (board.past()[0].begun, board.past()[0].ended) == (NOW + 2 * minute, NOW + 9 * minute)
    for number in range(50):
        board.note(judge({**ALL, "notification": ["inbox_old"] if number % 2 else []}), NOW + (10 + number) * minute)
    assert len(board.past()) == 12


def test_reading_it_asks_nobody_and_leaves_no_cookie(app: Flask, browser: Browser, rpc: FakeRpc) -> None:
    assert "Vérification en cours" in browser.get("/etat").text
    app.extensions["isoloir_status"].look(NOW)
    rpc.calls.clear()
    answer = browser.get("/etat")
    assert answer.status_code == 200
    assert "Tout fonctionne" in answer.text
    assert "14h32" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "Everything works" in browser.get("/etat?langue=en").text
    assert "Tout fonctionne" in browser.get("/etat?langue=junk").text
    assert rpc.calls == []


def test_when_everything_is_away_it_says_what_and_since_when(app: Flask, browser: Browser, rpc: FakeRpc) -> None:
    watch = app.extensions["isoloir_status"]
    watch.look(NOW)
    for service, error in (("ballot", RpcTimeout("away")), ("identity", RpcUnavailable("away"))):
        rpc.table[service, "health"] = error
    for minutes in (1, 2):
        watch.look(NOW + timedelta(minutes=minutes))
    page = browser.get("/etat").text
    assert "Incident en cours" in page
    assert "Ne répond pas" in page
    assert "depuis le jeudi 3 décembre 2026 à 14h34" in page


def test_operators_words_are_shown_and_cleaned_and_the_page_is_a_file_too(
    app: Flask, browser: Browser, tmp_path: Path
) -> None:
    app.extensions["isoloir_settings"] = Settings(**VALUES, content_dir=tmp_path, status_dir=str(tmp_path))
    (tmp_path / "service_news.fr.md").write_text(
        "**Les SMS arrivent plus lentement.** <script>x()</script>\n\nProchaine nouvelle ici avant 15 h.\n", "utf-8"
    )
    app.extensions["isoloir_status"].look(NOW)
    page = browser.get("/etat").text
    assert "<strong>Les SMS arrivent plus lentement.</strong>" in page
    assert "Prochaine nouvelle ici avant 15 h." in page
    assert "<script" not in page
    assert (tmp_path / "etat.fr.html").read_text("utf-8") == page
    assert 'lang="fr"' in (tmp_path / "etat.en.html").read_text("utf-8")


def test_every_page_leads_to_it(browser: Browser) -> None:
    assert 'href="/etat"' in browser.get("/identification").text
