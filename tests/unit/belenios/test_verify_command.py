"""`isoloir verify`: what an auditor sees."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.holder.verify import command
from deploy.holder.verify_words import FAULTS, STAGES, SUBJECTS, fault_in_french
from services.ballot.belenios.ballot import REASONS, tracker
from services.ballot.belenios.checking.archive import EVENT_TYPES
from services.ballot.belenios.checking.report import Fault
from tests.vectors.samples import WITH_BLANK, sample


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments] + ["--processes", "1"])


@pytest.fixture(scope="module")
def urn(tmp_path_factory: pytest.TempPathFactory):
    s = sample(WITH_BLANK)
    ballots = [s.ballot(0, [0, 1, 0]), s.ballot(1, [1, 0, 0])]
    path = tmp_path_factory.mktemp("verify") / f"{s.election.uuid}.bel"
    path.write_bytes(s.finished(ballots))
    return path, ballots


def test_a_right_archive(urn) -> None:
    path, _ = urn
    result = run(path)
    assert result.exit_code == 0
    assert "Tout est juste : le résultat est celui des bulletins de l'urne." in result.stdout
    assert "Clefs nécessaires        1 sur 2 et 2 sur 3" in result.stdout
    assert "         1  Vote blanc" in result.stdout


def test_json(urn) -> None:
    path, _ = urn
    report = json.loads(run(path, "--json").stdout)
    assert (report["ok"], report["ballots"], report["not_found"]) == (True, 2, [])
    assert report["result"] == [
        {"question": WITH_BLANK.question, "answers": ["Liste A", "Liste B"], "counts": [1, 0], "blank": 1, "maximum": 1}
    ]


def test_a_cut_archive_names_the_fault(urn, tmp_path: Path) -> None:
    path, _ = urn
    cut = tmp_path / "cut.bel"
    cut.write_bytes(path.read_bytes()[:-100])
    result = run(cut)
    assert result.exit_code == 1
    assert "DÉFAUT dans le fichier d'archive" in result.stdout
    assert "le fichier est coupé [truncated]" in result.stdout
    assert json.loads(run(cut, "--json").stdout)["fault"]["code"] == "truncated"


def test_an_election_in_progress(urn, tmp_path: Path) -> None:
    path = tmp_path / "progress.bel"
    s = sample(WITH_BLANK)
    path.write_bytes(s.begin())
    result = run(path)
    assert result.exit_code == 0
    assert "n'a pas encore de résultat" in result.stdout


def test_a_tracker_that_is_missing_is_said(urn) -> None:
    path, ballots = urn
    found = tracker(ballots[0])
    result = run(path, "--tracker", found)
    assert result.exit_code == 0
    assert f"Bulletin présent dans l'urne : {found}" in result.stdout
    result = run(path, "--tracker", "x" * 43)
    assert result.exit_code == 1
    assert "INTROUVABLE" in result.stdout
    assert json.loads(run(path, "--json", "--head", "0" * 64).stdout)["not_found"] == ["0" * 64]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.bel", "il n'existe pas"), (tmp_path, "c'est un dossier")):
        result = run(path)
        assert result.exit_code == 2
        assert result.stderr.splitlines() == [f"Fichier illisible : {path} ({reason})"]


def test_what_the_archive_says_cannot_drive_the_terminal(tmp_path: Path) -> None:
    from services.ballot.belenios.election import Election, make_election

    s = sample(WITH_BLANK)
    raw = make_election(s.election.uuid, "N\x1b[2J\u202e", "D", s.election.public_key, s.election.questions)
    s.election = Election.parse(raw)
    path = tmp_path / "odd.bel"
    path.write_bytes(s.finished([]))
    assert not {"\x1b", "\u202e"} & set(run(path).stdout)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_a_name_that_the_terminals_encoding_lacks(tmp_path: Path, encoding: str) -> None:
    from services.ballot.belenios.election import Election, make_election

    s = sample(WITH_BLANK)
    raw = make_election(s.election.uuid, "Œuvre 😀", "D", s.election.public_key, s.election.questions)
    s.election = Election.parse(raw)
    path = tmp_path / "odd.bel"
    path.write_bytes(s.finished([]))
    for option in ("--processes=1", "--json"):
        result = CliRunner(charset=encoding).invoke(command, [str(path), option])
        assert result.exit_code == 0, result.exception


def test_every_stage_and_common_fault_has_french_words() -> None:
    assert {*EVENT_TYPES, None} == set(STAGES)
    assert set(EVENT_TYPES) <= set(SUBJECTS)
    assert set(FAULTS) >= REASONS
    assert "contenu n'est pas conforme" in fault_in_french(Fault("new-code", "ballot", 3, "d"))
