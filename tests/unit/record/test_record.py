"""The official record (E10): verified against the archive, reconciled with the poll book, as data and as accessible PDF."""

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from deploy.holder.record import command
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.election import Question
from services.ballot.belenios.revoting import RULE
from services.record import software, typesetting
from services.record.candidates import ListCandidates, QuestionCandidates
from services.record.facts import Done, Facts, Intervention, Journal, JournalLine
from services.record.official import Board, Record, Seats
from services.record.official import Result as Counts
from services.record.reading import NotFacts
from tests.servers import verapdf
from tests.vectors.revoting import Revoting
from tests.vectors.samples import WITH_BLANK, Sample, bits, sample

CLOSES = datetime(2026, 12, 10, 16, tzinfo=UTC)
VOTES = [0, 0, 0, 1, 1, None]
PRESENT = ("Zélie Présidente", "Ours Délégué", "Ève Déléguée")


class Vote:
    """A finished election on disk, and what a portal says of it."""

    def __init__(self, folder: Path, uuid: str = "SampLeE1ection", *further: Question, again: int = 0) -> None:
        """`again`: so many of the voters vote twice, and may."""
        self.sample: Sample = sample(
            WITH_BLANK, *further, voters=len(VOTES), uuid=uuid, description=RULE if again else "Pour les tests"
        )
        if again:
            self.sample = Revoting(self.sample.election, self.sample.trustees, self.sample.secrets, self.sample.voters)
        # To every further question each voter answers with as many of the first answers as there may be.
        rest = [bits(one, *range(one.maximum)) for one in further]
        ballots = [
            self.sample.ballot(voter, [int(choice is None), *(int(place == choice) for place in range(2))], *rest)
            for voter, choice in [*enumerate(VOTES), *list(enumerate(VOTES))[:again]]
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
            ballots=6 + again,
            replaced=again,
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


def test_each_question_has_its_result_and_its_seats(tmp_path: Path) -> None:
    """Numbered wherever it comes; ballots, not choices, are counted where a ballot has several."""
    some = Question("Quelles personnes ?", ("Ondine", "Basile", "Luce"), True, 0, 2)
    same = Question("Une liste encore ?", WITH_BLANK.answers, True, 1, 1)
    vote = Vote(tmp_path, "SampLeE1ection", some, same)
    rules = 'seats = {}\ncandidates = {{ "Liste A" = 3, "Liste B" = 3 }}\n'
    table = f"[[elections.{vote.facts.election}.seats]]\n"
    board = f"{table}question = 3\n{rules.format(2)}{table}{rules.format(3)}"
    result = run(tmp_path, [vote], board)
    assert result.exit_code == 0, result.output
    stem = tmp_path / "out" / f"{vote.facts.election}.record"
    data = json.loads(stem.with_name(stem.name + ".json").read_text())
    assert [(one["maximum"], one["blank"], one["expressed"]) for one in data["results"]] == [
        (1, 1, 5),
        (2, 0, 6),
        (1, 0, 6),
    ]
    assert [(one["number"], one["question"], one["seats"]) for one in data["seats"]] == [
        (1, WITH_BLANK.question, 3),
        (3, same.question, 2),
    ]
    text = pages(stem.with_name(stem.name + ".pdf"))
    for said in ("Résultat, question 2 sur 3", "Bulletins qui ne sont pas blancs 6", "Sièges, question 3 sur 3"):
        assert said in text, said
    other = tmp_path / "refused"
    other.mkdir()
    for wrong, words in (
        (f"{table}{rules.format(3)}" * 2, "la question 1 y est deux fois"),
        (f"{table}question = 4\n{rules.format(3)}", "un numéro de 1 à 3 est attendu"),
        (f"{table}question = true\n{rules.format(3)}", "un numéro de 1 à 3 est attendu"),
    ):
        refused = run(other, [vote], wrong)
        assert refused.exit_code == 1
        assert words in refused.output
    assert not (other / "out").exists()


def test_women_and_men_on_the_lists_stand_beside_the_result(vote: Vote, tmp_path: Path) -> None:
    lists = (ListCandidates("Liste A", 5, 3), ListCandidates("Liste B", 1200, 800))
    facts = replace(vote.facts, candidates=(QuestionCandidates(1, 61.5, lists),))
    assert run(tmp_path, [vote], facts=facts.as_json()).exit_code == 0
    stem = tmp_path / "out" / f"{vote.facts.election}.record"
    data = json.loads(stem.with_name(stem.name + ".json").read_text())
    assert data["candidates"] == [
        {
            "number": 1,
            "women_percent": 61.5,
            "lists": [
                {"name": "Liste A", "women": 5, "men": 3},
                {"name": "Liste B", "women": 1200, "men": 800},
            ],
        }
    ]
    text = pages(stem.with_name(stem.name + ".pdf"))
    for said in ("Femmes et hommes parmi les candidats", "61,5 %", "Liste A 5 3", "Liste B 1 200 800"):
        assert said in text, said
    for number, name in ((1, "Liste C"), (2, "Liste A"), (0, "Liste A")):
        wrong = replace(facts, candidates=(QuestionCandidates(number, None, (ListCandidates(name, 1, 1),)),))
        refused = run(tmp_path, [vote], facts=wrong.as_json())
        assert refused.exit_code == 1
        assert f"n'est pas sur le bulletin, question {number} : {name}" in refused.output
    for percent in ("61", -1, 101, True):
        with pytest.raises(NotFacts, match="women_percent"):
            QuestionCandidates.parse({"number": 1, "women_percent": percent, "lists": []})


def test_a_name_with_spaces_that_do_not_break_is_the_one_of_the_archive(vote: Vote) -> None:
    """French has them before its double signs; what a terminal or a page could not show is a space."""
    said = replace(vote.facts, name="Comité\u00a0: « CSA\u202f»\x1b[31m")
    assert Facts.parse(said.as_json()).name == "Comité\u00a0: « CSA\u202f» [31m"
    assert Facts.parse(vote.facts.as_json()) == vote.facts


def test_counts_that_differ_are_explained_or_there_is_no_record(vote: Vote, tmp_path: Path) -> None:
    facts = {**vote.facts.as_json(), "attendance": 5}
    refused = run(tmp_path, [vote], facts=facts)
    assert refused.exit_code == 1
    assert "6 bulletin(s) compté(s) dans l'urne, 5 émargement(s)" in refused.output
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


def test_nothing_without_a_space_runs_off_the_page(vote: Vote) -> None:
    """A fingerprint in a reason, a name that is one word: broken where its column ends, and whole."""
    word = "ÿ" * 100
    told = Intervention(CLOSES, word, word, f"Correctif ({word})")
    line = JournalLine(1, CLOSES, word, word, word, "ab" * 32)
    record = Record(
        replace(
            vote.facts,
            present_at_sealing=(word,),
            interventions=(told,),
            journal=Journal(CLOSES, (line,), (Done(word, word, 2),), 0, 1, "ab" * 32),
            close_reason=word,
            attendance=5,
            candidates=(QuestionCandidates(1, 50, (ListCandidates(word, 1, 1),)),),
        ),
        (Counts(word, ((word, 3),), 1),),
        seats=(Seats(1, word, {"lists": [{"name": word, "seats": 3}]}, (word, f"  {word}")),),
        board=Board((word,), (word,), (told,), word, ((word, word),)),
    )
    for made, words in (
        (typesetting.election(record, CLOSES), 25),
        (typesetting.event([record], record.board, CLOSES), 8),
    ):
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
        runs = list(map(len, re.findall("ÿ+", text)))
        assert max(runs) <= 72
        assert sum(runs) == words * len(word)
    # The narrowest columns are those of interventions.
    rest = typesetting.event([replace(record, board=Board())], Board(interventions=(told,)), CLOSES)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(rest)).pages)
    assert max(map(len, re.findall("ÿ+", text))) <= 18


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


def test_ballots_that_later_ones_replace_are_none_of_those_that_are_not_blank(tmp_path: Path) -> None:
    some = Question("Quelles personnes ?", ("Ondine", "Basile", "Luce"), True, 0, 2)
    vote = Vote(tmp_path, "SampLeE1ection", some, again=2)
    assert run(tmp_path, [vote]).exit_code == 0
    data = json.loads((tmp_path / "out" / f"{vote.facts.election}.record.json").read_text())
    assert (data["ballots"], data["replaced"]) == (8, 2)
    assert [one["expressed"] for one in data["results"]] == [5, 6]
    text = pages(tmp_path / "out" / f"{vote.facts.election}.record.pdf")
    # Eight ballots in the urn are not the six signatures.
    assert "Le nombre de bulletins comptés est celui des émargements : aucune différence." in text
    assert "Le nombre de bulletins de l'urne est celui" not in text


def test_ballots_that_later_ones_replace_are_no_difference(vote: Vote) -> None:
    facts = replace(vote.facts, ballots=8, replaced=2)
    record = Record(facts, ())
    assert (record.difference, record.unexplained) == (0, False)
    assert record.as_json()["reconciliation"]["urn"] == 6
    assert Facts.parse(facts.as_json()) == facts
    older = {name: value for name, value in vote.facts.as_json().items() if name != "replaced"}
    assert Facts.parse(older) == vote.facts
    counts = typesetting._prepared(record)["counts"]
    assert ["Dont remplacés par un vote ultérieur", "2"] in counts
    assert ["Participation", "75,00 %"] in counts
