"""A rehearsal whose figures disagree anywhere says so and ends with 1."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from deploy.rehearsal import command
from deploy.rehearsal.reconciliation import ElectionCounts, all_differences
from deploy.rehearsal.voter import VoterRefused
from deploy.rehearsal.whole_election import Outcome

GOOD = ElectionCounts(
    uuid="4bXQPnMfJYzK1a",
    code="CSA",
    entitled=3,
    on_roll=3,
    planned=2,
    acknowledged=2,
    poll_book=2,
    urn=2,
    reissued=1,
    register=1,
    lost=0,
    doubled=0,
    expected=[1, 1, 0],
    counted=[1, 1, 0],
    labels=["Vote blanc", "A", "B"],
    verdicts={"isoloir": "ok", "belenios-tool": "absent"},
)
WRONG = [
    {"entitled": 2},
    {"acknowledged": 1},
    {"poll_book": 1},
    {"poll_book": 3},
    {"urn": 3},
    {"lost": 1},
    {"doubled": 1},
    {"register": 0},
    {"counted": [1, 0, 1]},
    {"verdicts": {"isoloir": "signature of ballot 1", "belenios-tool": "absent"}},
    {"verdicts": {"isoloir": "ok", "belenios-tool": "failed"}},
]


def test_a_good_election_has_no_difference() -> None:
    assert all_differences(3, 3, [GOOD]) == []


@pytest.mark.parametrize("wrong", WRONG)
def test_each_figure_counts(wrong: dict[str, object]) -> None:
    (difference,) = all_differences(3, 3, [GOOD, replace(GOOD, **wrong)])  # type: ignore[arg-type]
    assert difference.startswith("CSA: ")


def test_a_voter_who_could_not_activate_is_a_difference() -> None:
    assert all_differences(3, 2, [GOOD]) == ["comptes activés 2, attendu 3"]


class IdleSystem:
    """A system that only has logs."""

    bus = "in-process"

    def __init__(self, state: Path, **_: object) -> None:
        self.logs_dir = state / "logs"

    def start(self) -> None:
        self.logs_dir.mkdir(parents=True)
        (self.logs_dir / "all.jsonl").write_text("{}\n")

    def stop(self) -> None:
        pass


def run(monkeypatch: pytest.MonkeyPatch, out: Path, act: object) -> object:
    monkeypatch.setattr(command, "System", IdleSystem)
    monkeypatch.setattr(command, "Rehearsal", lambda *_: SimpleNamespace(run=act))
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    return CliRunner().invoke(command.command, ["--out", str(out), "--voters", "3"])


@pytest.mark.parametrize(("poll_book", "status"), [(2, 0), (1, 1)])
def test_the_command_ends_with_1_on_a_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, poll_book: int, status: int
) -> None:
    ended = run(monkeypatch, tmp_path, lambda: Outcome(3, 3, [replace(GOOD, poll_book=poll_book)]))
    assert ended.exit_code == status, ended.output  # type: ignore[attr-defined]
    assert len(json.loads((tmp_path / "summary.json").read_text())["differences"]) == status


def test_a_refusal_on_the_way_is_one_sentence_and_the_logs_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused() -> Outcome:
        raise VoterRefused(503, "service_unavailable", "le service ne répond pas")

    ended = run(monkeypatch, tmp_path, refused)
    assert ended.exit_code == 1  # type: ignore[attr-defined]
    assert "503 service_unavailable" in ended.output  # type: ignore[attr-defined]
    assert isinstance(ended.exception, SystemExit)  # type: ignore[attr-defined]
    assert (tmp_path / "logs" / "all.jsonl").exists()
