"""The official record (E10): verified against the archive, reconciled with the poll book, as data and as accessible PDF."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from deploy.holder.record import command
from services.ballot.belenios.verify import verify_archive
from services.record import software, typesetting
from services.record.facts import Facts, Intervention, NotFacts
from services.record.official import Board, Record
from services.record.official import Result as Counts
from tests.servers import verapdf
from tests.vectors.samples import WITH_BLANK, Sample, sample

CLOSES = datetime(2026, 12, 10, 16, tzinfo=UTC)
VOTES = [0, 0, 0, 1, 1, None]
PRESENT = ("Zélie Présidente", "Ours Délégué", "Ève Déléguée")


class Vote:
    """A finished election on disk, and what a portal says of it."""

    def __init__(self, folder: Path, uuid: str = "SampLeE1ection") -> None:
        self.sample: Sample = sample(WITH_BLANK, voters=len(VOTES), uuid=uuid)
        ballots = [
            self.sample.ballot(voter, [int(choice is None), *(int(place == choice) for place in range(2))])
            for voter, choice in enumerate(VOTES)
        ]
        self.archive = folder / f"{self.sample.election.uuid}.bel"
        self.archive.write_bytes(self.sample.finished(ballots))
        report = verify_archive(self.archive)
        self.facts = Facts(
            voting_event="Élections 2026",
            election=report.uuid or "",
            name=report.name or "",
            election_hash=report.election_hash or "",
            opens_at=CLOSES - timedelta(days=7),
            closes_at=CLOSES,
            grace_minutes=30,
            sealed_at=CLOSES - timedelta(days=9),
            closed_at=CLOSES + timedelta(minutes=30),
            close_reason="closes_at",
            present_at_sealing=PRESENT,
            registered=8,
            attendance=6,
            ballots=6,
            head=report.head or "",
            software="ab" * 32,
        )


@pytest.fixture(scope="module")
def vote(tmp_path_factory: pytest.TempPathFactory) -> Vote:
    return Vote(tmp_path_factory.mktemp("vote"))


def run(folder: Path, votes: list[Vote], board: str = "", facts: Any = None, *options: str) -> Result:
    """The command, on what these portals say, or on other facts of the first."""
    arguments = [str(one.archive) for one in votes]
    for number, one in enumerate(votes):
        said = facts if facts is not None and number == 0 else one.facts.as_json()
        file = folder / f"{number}.json"
        file.write_text(json.dumps(said))
        arguments += ["--facts", str(file)]
    if board:
        (folder / "board.toml").write_text(board)
        arguments += ["--board", str(folder / "board.toml")]
    return CliRunner().invoke(command, [*arguments, "--out", str(folder / "out"), *options])


def pages(path: Path) -> str:
    """The text of a PDF, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages).split())


def test_the_record_of_a_vote_says_all_that_the_law_asks_for(vote: Vote, tmp_path: Path) -> None:
    first, second = vote.sample.election.questions[0].answers[:2]
    board = f"""
present_at_opening = ["Zélie Présidente", "Ours Délégué"]
signatures = [{{role = "Présidente", name = "Zélie Présidente"}}]

[[interventions]]
at = 2026-12-05T10:00:00+01:00
who = "Exploitation"
what = "Redémarrage d'un serveur"
reason = "Mise à jour de sécurité"

[elections.{vote.facts.election}]
observations = ["Aucune réclamation au dépouillement."]

[elections.{vote.facts.election}.seats]
seats = 3
candidates = {{ {json.dumps(first)} = 3, {json.dumps(second)} = 3 }}
"""
    result = run(tmp_path, [vote], board)
    assert result.exit_code == 0, result.output
    stem = tmp_path / "out" / f"{vote.facts.election}.record"
    data = json.loads(stem.with_name(stem.name + ".json").read_text())
    assert data["results"][0]["lists"] == [{"name": first, "votes": 3}, {"name": second, "votes": 2}]
    assert (data["results"][0]["blank"], data["results"][0]["expressed"]) == (1, 5)
    assert [one["seats"] for one in data["seats"][0]["lists"]] == [2, 1]
    assert data["reconciliation"] == {"urn": 6, "attendance": 6, "difference": 0, "explanation": ""}
    assert data["verification"]["sha256"] == hashlib.sha256(vote.archive.read_bytes()).hexdigest()
    assert data["verification"]["software"] == software.fingerprint()
    assert [one["reason"] for one in data["interventions"]] == ["Mise à jour de sécurité"]
    text = pages(stem.with_name(stem.name + ".pdf"))
    for said in (
        "jeudi 10 décembre 2026 à 17h00",
        "jeudi 10 décembre 2026 à 17h30",
        *PRESENT,
        "aucune différence",
        "Redémarrage d'un serveur",
        "Aucune réclamation au dépouillement",
        "75,00 %",
        "Quotient électoral",
        "vérifiée en entier",
    ):
        assert said in text, said


def test_counts_that_differ_are_explained_or_there_is_no_record(vote: Vote, tmp_path: Path) -> None:
    facts = {**vote.facts.as_json(), "attendance": 5}
    refused = run(tmp_path, [vote], facts=facts)
    assert refused.exit_code == 1
    assert "6 bulletin(s) dans l'urne, 5 émargement(s)" in refused.output
    assert not (tmp_path / "out").exists()
    board = f"[elections.{vote.facts.election}]\nexplanation = 'Un émargement est arrivé après le décompte.'\n"
    assert run(tmp_path, [vote], board, facts).exit_code == 0
    text = pages(tmp_path / "out" / f"{vote.facts.election}.record.pdf")
    assert "Différence entre l’urne et les émargements : +1." in text
    assert "Un émargement est arrivé après le décompte." in text
    assert run(tmp_path, [vote], "", facts, "--draft").exit_code == 0
    assert "le bureau doit en donner la raison" in pages(tmp_path / "out" / f"{vote.facts.election}.record.pdf")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ballots": 7}, "le nombre de bulletins"),
        ({"head": "0" * 64}, "l'empreinte de l'urne"),
        ({"election_hash": "x"}, "l'empreinte du scrutin"),
        ({"name": "Un autre scrutin"}, "le nom du scrutin"),
    ],
)
def test_a_portal_that_says_otherwise_than_the_archive_is_named(
    vote: Vote, tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    refused = run(tmp_path, [vote], facts=vote.facts.as_json() | change)
    assert (refused.exit_code, named in refused.output) == (1, True), refused.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"format": "x"},
        {"ballots": -1},
        {"ballots": True},
        {"registered": "8"},
        {"closes_at": "2026-12-10T16:00:00"},
        {"closes_at": None},
        {"present_at_sealing": "Zélie"},
        {"interventions": [1]},
        {"interventions": [{"at": "demain", "who": "", "what": "", "reason": ""}]},
        {"name": None},
    ],
)
def test_facts_of_another_shape_are_refused(vote: Vote, tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(NotFacts):
        Facts.parse(vote.facts.as_json() | change)


@pytest.mark.parametrize(
    "board",
    [
        "mood = 1",
        "elections = 3",
        "[elections]\na = 1",
        "present_at_opening = 1",
        "signatures = [1]",
        "interventions = ['x']",
        "x",
    ],
)
def test_a_board_file_of_another_shape_is_refused(vote: Vote, tmp_path: Path, board: str) -> None:
    refused = run(tmp_path, [vote], board)
    assert (refused.exit_code, refused.exception.__class__) == (1, SystemExit)
    assert "Le fichier du bureau" in refused.output


def test_no_record_without_a_verified_result(vote: Vote, tmp_path: Path) -> None:
    damaged = Vote.__new__(Vote)
    damaged.facts, damaged.archive = vote.facts, tmp_path / "damaged.bel"
    damaged.archive.write_bytes(vote.archive.read_bytes()[:-1])
    assert "a un défaut dans" in run(tmp_path, [damaged]).output
    damaged.archive.write_bytes(vote.sample.begin())
    assert "pas encore de résultat" in run(tmp_path, [damaged]).output


def test_an_event_is_one_record_over_its_elections(vote: Vote, tmp_path: Path) -> None:
    other = Vote(tmp_path, "SampLeE2ection")
    result = run(tmp_path, [vote, other], "observations = ['Rien de plus.']")
    assert result.exit_code == 0, result.output
    data = json.loads((tmp_path / "out" / "event.record.json").read_text())
    assert data["totals"] == {"registered": 16, "attendance": 12, "ballots": 12}
    assert [one["election"] for one in data["elections"]] == [vote.facts.election, other.facts.election]
    assert "Deux archives sont du même scrutin" in run(tmp_path, [vote, vote]).output
    assert "Rien de plus." in pages(tmp_path / "out" / "event.record.pdf")


def test_facts_are_read_as_they_were_written(vote: Vote) -> None:
    facts = replace(vote.facts, attendance=None, interventions=(Intervention(CLOSES, "Bureau", "Arrêt", "Incendie"),))
    assert Facts.parse(json.loads(json.dumps(facts.as_json()))) == facts
    # No control character of somebody else's file reaches a page.
    assert Facts.parse(facts.as_json() | {"name": "a\x1b[0mb"}).name == "a [0mb"


def test_the_pages_are_pdf_ua(vote: Vote, tmp_path: Path) -> None:
    bare = Record(replace(vote.facts, registered=None, attendance=None), (Counts("Q ?", (("Liste « É »", 1),), None),))
    full = Record(
        vote.facts,
        (Counts("Q ?", (("Λίστα", 3), ("Список", 1_234_567)), 1),),
        board=Board(
            PRESENT, ("Une", "Deux"), (Intervention(CLOSES, "a", "b", "c"),), "parce que", (("Présidente", "Z"),)
        ),
    )
    for name, content in {
        "bare.pdf": typesetting.election(bare, CLOSES),
        "full.pdf": typesetting.election(full, CLOSES),
        "event.pdf": typesetting.event([bare, full], Board(), CLOSES),
    }.items():
        (tmp_path / name).write_bytes(content)
    assert "inconnu" in pages(tmp_path / "bare.pdf")
    assert "1 234 567" in pages(tmp_path / "full.pdf")
    assert typesetting.election(full, CLOSES) == (tmp_path / "full.pdf").read_bytes()
    try:
        found = verapdf.failures(*(tmp_path / name for name in ("bare.pdf", "full.pdf", "event.pdf")))
    except verapdf.VeraPdfMissing as missing:
        pytest.skip(f"veraPDF cannot be had: {missing}")
    assert found == {"bare.pdf": [], "full.pdf": [], "event.pdf": []}


def test_the_softwares_fingerprint_is_that_of_its_sources(tmp_path: Path) -> None:
    for path, content in {"gateway/b.py": "b", "services/a.py": "a", "deploy/c.txt": "no source"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    lines = "".join(
        f"{hashlib.sha256(content.encode()).hexdigest()}  {path}\n"
        for path, content in (("gateway/b.py", "b"), ("services/a.py", "a"))
    )
    assert software.fingerprint(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()
    (tmp_path / "gateway" / "build").mkdir()
    (tmp_path / "gateway" / "build" / "made.js").write_text("made")
    software.fingerprint.cache_clear()
    assert software.fingerprint(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()
