"""From one test's figures to machines: arithmetic that can be done again by hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.load.capacity import NotEnoughFigures, as_markdown, derive
from deploy.load.command import command

FIGURES: dict[str, Any] = {
    "people": {"arrived": 100, "left": 95},
    "votes": {"acknowledged": 150, "lost": 0, "doubled": 0},
    "cpu": {
        "identity": {"per_voter_ms": 300.0},
        "gateway": {"per_voter_ms": 60.0},
        "broker": {"per_voter_ms": 12.0},
        "postgresql identity": {"per_voter_ms": 6.0},
        "postgresql": {"per_voter_ms": 3.0},
        "locust": {"per_voter_ms": 999.0},
        "sink": {"per_voter_ms": 9.0},
    },
}


def but(**changes: Any) -> dict[str, Any]:
    return {**FIGURES, **changes}


def test_the_arithmetic() -> None:
    need = derive(FIGURES, 360_000, peak=2, busy=0.5)
    assert (need.mean_rate, need.peak_rate, need.votes_rate) == (100, 200, 300)
    # 100 voters/s × 0.3 s = 30 busy cores; twice that at the peak, each half busy at most.
    identity = need.processes[0]
    assert (identity.kind, identity.mean, identity.cores) == ("identity", pytest.approx(30), pytest.approx(120))
    assert need.cores == 120 + 24
    assert [one.kind for one in need.databases] == ["postgresql identity", "postgresql"]
    assert need.broker is not None
    assert need.broker.cores == pytest.approx(4.8)
    assert "locust" not in as_markdown(need)
    assert "sink" not in as_markdown(need)


@pytest.mark.parametrize(("each", "nodes"), [(1.0, 3), (60.0, 3), (70.0, 5), (100.0, 5)])
def test_brokers_are_three_at_least_and_odd(each: float, nodes: int) -> None:
    assert derive(but(cpu={"broker": {"per_voter_ms": each}}), 360_000, peak=2, busy=0.5).brokers == nodes


def test_a_database_that_no_machine_holds_is_said() -> None:
    need = derive(but(cpu={"postgresql ballot": {"per_voter_ms": 100.0}}), 360_000, peak=2, busy=0.5)
    assert [one.kind for one in need.too_large] == ["postgresql ballot"]
    assert "More than 32 cores in one database: postgresql ballot." in as_markdown(need)


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"people": 3},
        but(people={"arrived": 0, "left": 0}),
        but(people={"arrived": 100, "left": 80}),
        but(votes={"acknowledged": 1, "lost": 1, "doubled": 0}),
        but(votes={"acknowledged": 1, "lost": 0, "doubled": 1}),
        but(cpu={}),
        but(cpu={"ballot": {"per_voter_ms": None}}),
    ],
)
def test_from_nothing_comes_nothing(figures: dict[str, Any]) -> None:
    with pytest.raises(NotEnoughFigures):
        derive(figures, 1_200_000)


@pytest.mark.parametrize("wrong", [{"voters": 0}, {"busy": 0.0}, {"busy": 1.1}, {"peak": 0.5}, {"seconds": 0.0}])
def test_no_machine_is_busier_than_wholly(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        derive(FIGURES, **{"voters": 1, **wrong})  # type: ignore[arg-type]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["capacity", *arguments])
    return result.exit_code, result.output


def test_the_command_says_so(tmp_path: Path) -> None:
    path = tmp_path / "load.json"
    path.write_text(json.dumps(FIGURES))
    assert run(str(path), "--voters", "360000", "--peak", "2", "--busy", "0.5") == (
        0,
        as_markdown(derive(FIGURES, 360_000, peak=2, busy=0.5)),
    )
    path.write_text("{")
    status, said = run(str(path))
    assert (status, "JSON" in said) == (1, True)


def test_the_page_has_what_the_command_derives_from_the_figures_beside_it() -> None:
    figures = json.loads(Path("docs/capacity.json").read_text(encoding="utf-8"))
    assert as_markdown(derive(figures, 1_200_000)) in Path("docs/capacity.md").read_text(encoding="utf-8")
