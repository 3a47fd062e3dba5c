"""`isoloir logs`: the logs of several processes as one, chosen and summed up."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli.logs import command
from deploy.operator.watch.log_reading import moment_in

REQUEST = "4bea7734-fa75-40a5-99bc-180307fa8989"
OTHER = "e937039e-32f6-4b94-b840-08fa0370290b"
START = datetime(2026, 12, 3, 7, 15, tzinfo=UTC)  # 8:15 in Paris


def line(second: float, process: str, event: str, **more: object) -> str:
    at = (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
    known = {"at": at, "level": "info", "process": process, "event": event, "correlation_id": REQUEST}
    return json.dumps(known | more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    gateway = [
        line(0, "gateway", "http_request", status=200, milliseconds=12.5, rule="/urne"),
        line(
            2, "gateway", "http_request", status=503, milliseconds=900.0, rule="/identification", correlation_id=OTHER
        ),
        line(3, "gateway", "service_unavailable", level="warning", correlation_id=OTHER),
        "Traceback of somebody who prints",
    ]
    ballot = [
        line(0.5, "ballot", "rpc", method="describe_election", outcome="ok", milliseconds=14.0),
        line(1, "ballot", "service_fault", level="error", fault_id="f-1", exception="ValueError\n  at line 3"),
        line(50, "ballot", "in_this_hour", what="cast_ballot", outcome="ok", count=1, correlation_id=OTHER),
        line(60, "ballot-worker", "kombu says", level="warning", repeated=79, correlation_id=OTHER),
    ]
    (tmp_path / "gateway.jsonl").write_text("\n".join(gateway) + "\n", encoding="utf-8")
    (tmp_path / "ballot.jsonl").write_text("\n".join(ballot) + "\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no log", encoding="utf-8")
    return tmp_path


def read(folder: Path, *arguments: str) -> list[str]:
    result = CliRunner().invoke(command, [str(folder), *arguments])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_one_request_is_followed_through_all_processes_in_order(folder: Path) -> None:
    shown = read(folder, "--ref", REQUEST[:8])
    assert [row.split()[2:4] for row in shown if not row.startswith(" ")] == [
        ["gateway", "http_request"],
        ["ballot", "rpc"],
        ["ballot", "service_fault"],
    ]
    assert shown[0].startswith("08:15:00.000 INFO")
    assert "    ValueError" in shown
    assert "rule=/urne" in shown[0]


@pytest.mark.parametrize(
    ("arguments", "events"),
    [
        (["--level", "error"], ["service_fault"]),
        (["--process", "ballot", "--level", "warning"], ["service_fault", "kombu says"]),
        (["--event", "rpc", "--event", "service_fault"], ["rpc", "service_fault"]),
        (["--ref", "f-1"], ["service_fault"]),
        (["--since", "2026-12-03T08:15:01", "--until", "2026-12-03T08:15:03"], ["service_fault", "http_request"]),
        (["--text", "IDENTIFICATION"], ["http_request"]),
        (["--text", "somebody who"], ["unreadable_line"]),
    ],
)
def test_lines_are_chosen(folder: Path, arguments: list[str], events: list[str]) -> None:
    shown = [row for row in read(folder, *arguments) if not row.startswith("    ")]
    assert len(shown) == len(events)
    assert all(event in row for event, row in zip(events, shown, strict=True))


def test_the_screen_of_a_quarter_past_eight(folder: Path) -> None:
    screen = "\n".join(read(folder, "--summary"))
    assert "Votes acceptés : 1" in screen
    assert "Pages en échec : 1 × 503" in screen
    assert "Pages : 2, au plus 2 par minute" in screen
    # What was held back in a library's repetition counts.
    assert "80 ballot-worker : kombu says" in screen
    assert "1 ballot : service_fault" in screen


def test_moments_are_read_as_people_write_them() -> None:
    now = datetime(2026, 12, 3, 9, 30, 12, tzinfo=UTC)
    assert moment_in("8:15", now) == now.replace(hour=8, minute=15, second=0)
    assert moment_in("10m", now) == now - timedelta(minutes=10)
    assert moment_in("2026-12-03T08:00", now) == now.replace(hour=8, minute=0, second=0)
    for wrong in ("soon", "25:99", "10x", ""):
        with pytest.raises(ValueError, match=r"."):
            moment_in(wrong, now)
    assert CliRunner().invoke(command, ["--since", "soon"], input="").exit_code == 2


def test_the_standard_input_is_read_where_no_place_is_named() -> None:
    result = CliRunner().invoke(command, [], input=line(0, "relay", "relay_started") + "\n")
    assert "relay_started" in result.output
