"""`isoloir seats`: from the archive alone to the seats, worked so that a delegate can follow, and as data."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.holder.seats import command
from tests.vectors.samples import WITH_BLANK, Sample, sample

RULES = "seats = 3\n"
VOTES = [0, 0, 0, 1, 1, None]


def candidates(s: Sample) -> str:
    return "[candidates]\n" + "".join(f"{json.dumps(name)} = 3\n" for name in s.election.questions[0].answers)


@pytest.fixture(scope="module")
def s() -> Sample:
    return sample(WITH_BLANK, voters=len(VOTES))


@pytest.fixture(scope="module")
def archive(s: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    ballots = [
        s.ballot(voter, [int(choice is None), *(int(place == choice) for place in range(2))])
        for voter, choice in enumerate(VOTES)
    ]
    path = tmp_path_factory.mktemp("seats") / "urn.bel"
    path.write_bytes(s.finished(ballots))
    return path


def run(archive: Path, rules: str, tmp_path: Path, *options: str) -> Result:
    file = tmp_path / "rules.toml"
    file.write_text(rules)
    return CliRunner().invoke(command, [str(archive), str(file), *options])


def test_every_line_of_the_calculation_is_said(s: Sample, archive: Path, tmp_path: Path) -> None:
    first, second = s.election.questions[0].answers[:2]
    result = run(archive, RULES + candidates(s), tmp_path)
    assert result.exit_code == 0, result.output
    assert [line for line in result.output.splitlines() if first in line or second in line or "÷" in line] == [
        "Quotient électoral : 5 ÷ 3 = 1,6667…",
        f"  {first} : 3 ÷ 1,6667… → 1 siège(s)",
        f"  {second} : 2 ÷ 1,6667… → 1 siège(s)",
        f"  {first} : 3 ÷ (1 + 1) = 1,5",
        f"  {second} : 2 ÷ (1 + 1) = 1",
        f"  → {first} (plus forte moyenne)",
        f"  {first} : 2 siège(s)",
        f"  {second} : 1 siège(s)",
    ]
    data = json.loads(run(archive, RULES + candidates(s), tmp_path, "--json").output)
    assert [each["seats"] for each in data["lists"]] == [2, 1]
    assert (data["quotient"], data["vacant"], data["election"]) == ("5/3", 0, s.election.uuid)
    assert data["steps"][0]["averages"] == ["3/2", "1/1"]


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "seats = 3",
        "seats = 0\n{}",
        "seats = 3\nmood = 1\n{}",
        'seats = "3"\n{}',
        "seats = 3\nbeyond = 'x'\n{}",
        "seats",
        "seats = 3\nlots = ['Nobody']\n{}",
        "seats = 3\ntie_breaks = 3\n{}",
        "seats = 3\n[candidates]\nNobody = 3\n",
    ],
)
def test_rules_that_are_not_those_of_the_election_are_refused(
    rules: str, s: Sample, archive: Path, tmp_path: Path
) -> None:
    result = run(archive, rules.format(candidates(s)), tmp_path)
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert "règles" in result.output


def test_no_seat_is_given_without_a_verified_result(s: Sample, archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    unfinished = tmp_path / "unfinished.bel"
    unfinished.write_bytes(s.begin())
    assert "pas encore de résultat" in run(unfinished, RULES + candidates(s), tmp_path).output
    damaged = tmp_path / "damaged.bel"
    damaged.write_bytes(content[:-1])
    assert "défaut" in run(damaged, RULES + candidates(s), tmp_path).output


def test_a_lot_that_is_needed_is_asked_for(s: Sample, archive: Path, tmp_path: Path) -> None:
    tied = sample(WITH_BLANK, voters=2)
    path = tmp_path / "tied.bel"
    path.write_bytes(tied.finished([tied.ballot(0, [0, 1, 0]), tied.ballot(1, [0, 0, 1])]))
    rules = "seats = 1\n{}" + candidates(tied)
    needed = run(path, rules.format(""), tmp_path)
    assert needed.exit_code == 1
    assert "Tirez au sort en public" in needed.output
    second = tied.election.questions[0].answers[1]
    lots = json.dumps(list(reversed(tied.election.questions[0].answers)))
    drawn = run(path, rules.format(f"lots = {lots}\n"), tmp_path)
    assert f"→ {second} (égalité entière : liste tirée au sort)" in drawn.output
