"""Scrutins, lists and candidates as spreadsheets write them: read as they were meant, or refused all at once."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.operator.command import command
from services.ballot.belenios.revoting import RULE
from services.files import event_tables, voting_event_file
from services.files.event_columns import CANDIDATES, ELECTIONS, EVENT, LISTS, QUESTIONS
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import FakeRpc

TABLES = {
    EVENT: "nom;ouverture;cloture;delai_minutes\nÉlections 2026;03/12/2026 08:00;10/12/2026 17h00;20",
    ELECTIONS: (
        "code;nom;mode;question;vote_blanc;avis\nCSA;Comité social;en ligne;Quelle liste ?;oui;\n"
        "CCP;Commission;papier;;;Salle des Essais\n"
    ),
    LISTS: "scrutin;liste;organisation\nCSA;Les Nuages;Syndicat inventé\nCSA;Les Marées;",
    CANDIDATES: "scrutin;liste;prenom;nom\nCSA;Les Nuages;Ondine;Exemple\nCSA;Les Nuages;Basile;Modèle",
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the tables, with some of them otherwise."""

    def written(encoding: str = "utf-8", **changed: str) -> Path:
        named = {f"{name}.csv": content for name, content in changed.items()}
        for name, content in {**TABLES, **named}.items():
            (tmp_path / name).write_bytes(content.encode(encoding))
        return tmp_path

    return written


def problems(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(event_tables.EventTablesError) as wrong:
        event_tables.read(folder)
    assert all(one.problem and one.remedy for one in wrong.value.found)
    return [(one.file, one.line, one.column) for one in wrong.value.found]


def test_tables_are_an_event(write: Write) -> None:
    event = event_tables.read(write())
    assert (event["name"], event["opens_at"], event["closes_at"], event["grace_minutes"]) == (
        "Élections 2026",
        "2026-12-03T08:00:00+01:00",
        "2026-12-10T17:00:00+01:00",
        20,
    )
    online, paper = event["elections"]
    assert [(one["name"], one["union"], one.get("candidates")) for one in online["question"]["answers"]] == [
        ("Les Nuages", "Syndicat inventé", ["Ondine Exemple", "Basile Modèle"]),
        ("Les Marées", "", None),
    ]
    assert (online["question"]["blank"], paper["mode"], paper["notice"]) == (True, "paper", "Salle des Essais")


SEVERAL = {
    "scrutins": (
        "code;nom;mode;question;part_femmes;avis\nCAP;Commission;en ligne;Quelle liste ?;61,5;\n"
        "CSA;Comité;en ligne;Laquelle ?;;\nCCP;Papier;papier;;;Salle des Essais"
    ),
    "questions": (
        "scrutin;numero_question;question;vote_blanc;maximum\nCAP;2;Quelles personnes ?;non;2\nCAP;3;Un accord ?;;"
    ),
    "listes": (
        "scrutin;numero_question;liste;organisation;femmes;hommes\nCAP;;Les Nuages;Syndicat inventé;1;1\n"
        "CSA;;Les Nuages;;;\nCAP;2;Ondine;;;\nCAP;2;Basile;Union inventée;;\nCAP;3;Oui;;;\nCAP;3;Les Nuages;;;"
    ),
    "candidats": (
        "scrutin;numero_question;liste;prenom;nom\nCAP;1;Les Nuages;Ondine;Exemple\nCAP;3;Les Nuages;Basile;Modèle\n"
        "CAP;;Les Nuages;Luce;Spécimen"
    ),
}


def test_each_question_of_an_election_has_its_own_lists(write: Write) -> None:
    """A list belongs to a question: the same name in two questions, and in two elections, is three lists."""
    cap, csa, paper = event_tables.read(write(**SEVERAL))["elections"]
    people, deal = cap["further_questions"]
    assert (cap["question"]["women_percent"], people["blank"], people["maximum"], deal["blank"]) == (
        61.5,
        False,
        2,
        True,
    )
    assert [
        [(one["name"], one["union"], one.get("women"), one.get("candidates")) for one in asked["answers"]]
        for asked in (cap["question"], people, deal, csa["question"])
    ] == [
        [("Les Nuages", "Syndicat inventé", 1, ["Ondine Exemple", "Luce Spécimen"])],
        [("Ondine", "", None, None), ("Basile", "Union inventée", None, None)],
        [("Oui", "", None, None), ("Les Nuages", "", None, ["Basile Modèle"])],
        [("Les Nuages", "", None, None)],
    ]
    assert (csa["further_questions"], "question" in paper) == ([], False)


def test_wrong_cells_of_further_questions_are_told_where_they_stand(write: Write) -> None:
    head, first = (
        SEVERAL["scrutins"].split("\n")[0],
        "CAP;Commission;en ligne;Quelle liste ?;beaucoup;\nCCP;P;papier;;;S.",
    )
    folder = write(
        scrutins=f"{head}\n{first}",
        questions=(
            "scrutin;numero_question;question;maximum\nCAP;1;Quelles personnes ?;5\nCAP;3;Quelle liste ?;\n"
            "CAP;4;Vide ?;\nCCP;2;Où ?;\nABC;2;Qui ?;"
        ),
        listes=(
            "scrutin;numero_question;liste;femmes;hommes\nCAP;1;A;1;\nCAP;2;A;2;1\nCAP;2;A;;\nCAP;3;A;deux;1\nCAP;5;A;;\n"
            "CAP;II;A;;"
        ),
        candidats="scrutin;numero_question;liste;prenom;nom\nCAP;2;A;A;B\nCAP;1;C;A;B\nCAP;9;A;A;B\nCCP;;A;A;B",
    )
    assert problems(folder) == [
        (ELECTIONS, 2, "part_femmes"),
        (QUESTIONS, 2, "numero_question"),  # 2 was to come
        (QUESTIONS, 2, "maximum"),  # 5 of one list
        (QUESTIONS, 3, "question"),  # the words of the first
        (QUESTIONS, 4, "liste"),  # has none
        (QUESTIONS, 5, "scrutin"),  # on paper
        (QUESTIONS, 6, "scrutin"),  # unknown
        (LISTS, 2, "hommes"),  # women alone
        (LISTS, 3, "femmes"),  # three of one candidate
        (LISTS, 4, "liste"),  # twice
        (LISTS, 5, "femmes"),  # no number
        (LISTS, 6, "numero_question"),
        (LISTS, 7, "numero_question"),
        (CANDIDATES, 3, "liste"),
        (CANDIDATES, 4, "numero_question"),
        (CANDIDATES, 5, "scrutin"),
    ]


def test_windows_commas_other_names_and_blanks_are_read_and_said(write: Write) -> None:
    lists = "Liste,SCRUTIN\n Les Nuages ,CSA\nLes Mare\u0301es,CSA\n,\n"
    said: list[str] = []
    folder = write(listes=lists)
    (folder / EVENT).write_bytes(TABLES[EVENT].encode("cp1252"))
    event = event_tables.read(folder, said.append)
    assert [one["name"] for one in event["elections"][0]["question"]["answers"]] == ["Les Nuages", "Les Marées"]
    assert event["name"] == "Élections 2026"
    for words in ("echeance.csv : Codage de Windows", "séparées par des virgules", "Espaces au début", "décomposés"):
        assert any(words in one for one in said), words


def test_all_wrong_cells_of_all_files_are_told_of_at_once(write: Write) -> None:
    folder = write(
        echeance="nom;ouverture;cloture\nÉlections;hier;10/12/2026 17:00",
        scrutins=(
            "code;nom;mode;question;vote_blanc;maximum\nCSA;;en ligne;Laquelle ?;peut-être;deux\nCSA;Autre;papier;;;\n"
            "CAP;CAP;par pigeon;;;\nCCP;Commission;papier;;;"
        ),
        listes="scrutin;liste\nCSA;Les Nuages\nCSA;Les Nuages\nABC;Les Marées\nCCP;Les Marées",
        candidats="scrutin;liste;prenom;nom\nCSA;Les Nuages;A;B\nCSA;Les Nuages;A;B\nCSA;Autre;A;B\nABC;x;A;B",
    )
    assert problems(folder) == [
        (EVENT, 2, "ouverture"),
        (ELECTIONS, 2, "nom"),
        (ELECTIONS, 2, "vote_blanc"),
        (ELECTIONS, 2, "maximum"),
        (ELECTIONS, 3, "code"),
        (ELECTIONS, 4, "mode"),
        (ELECTIONS, 5, "avis"),
        (LISTS, 3, "liste"),
        (LISTS, 4, "scrutin"),
        (LISTS, 5, "scrutin"),
        (CANDIDATES, 3, "nom"),
        (CANDIDATES, 4, "liste"),
        (CANDIDATES, 5, "scrutin"),
    ]


def test_an_online_election_without_a_list_is_refused_where_it_stands(write: Write) -> None:
    folder = write()
    (folder / LISTS).unlink()
    (folder / CANDIDATES).unlink()
    assert problems(folder) == [(ELECTIONS, 2, "liste")]


def test_files_that_are_no_tables_are_all_named(write: Write) -> None:
    folder = write(echeance="nom;ouverture\n", listes="scrutin;liste\nCSA\nCSA;x;y")
    with pytest.raises(event_tables.EventTablesError) as wrong:
        event_tables.read(folder)
    assert [problem.split(" : ")[0] for problem in wrong.value.problems] == [
        "echeance.csv, ligne 1",
        "listes.csv, ligne 2",
        "listes.csv, ligne 3",
    ]


def test_the_command_writes_a_report_and_sends_nothing(address: str, rpc: FakeRpc, write: Write) -> None:
    folder = write(candidats="scrutin;liste;prenom;nom\nABC;x;A;B")
    report = folder / "erreurs.csv"
    result = CliRunner(env={"COLUMNS": "300", "ISOLOIR_TOKEN": OPERATOR_TOKEN}).invoke(
        command, ["--url", address, "import-event", str(folder), "--report", str(report)]
    )
    assert result.exit_code == 1
    assert "candidats.csv, ligne 2, scrutin : « ABC » inconnu" in result.output
    assert report.read_text(encoding="utf-8-sig").splitlines()[1].startswith("candidats.csv;2;scrutin;« ABC » inconnu;")
    assert rpc.calls == []


def test_voting_again_is_a_column_that_may_be_left_out(write: Write) -> None:
    def asked(online: str, paper: str = "") -> str:
        return (
            "code;nom;mode;question;avis;vote_a_nouveau\n"
            f"CSA;Comité social;en ligne;Quelle liste ?;;{online}\nCCP;Commission;papier;;Salle des Essais;{paper}\n"
        )

    def revoting(**changed: str) -> list[bool]:
        event = voting_event_file.with_uuids(event_tables.read(write(**changed)))
        return [one["revoting"] for one in voting_event_file.for_ballot(event)]

    assert revoting() == [False]
    assert revoting(scrutins=asked("oui", "non")) == [True]
    assert revoting(scrutins=asked("non")) == [False]
    assert problems(write(scrutins=asked("peut-être"))) == [(ELECTIONS, 2, "vote_a_nouveau")]
    assert problems(write(scrutins=asked("non", "oui"))) == [(ELECTIONS, 3, "vote_a_nouveau")]
    ruled = asked(RULE).replace("vote_a_nouveau", "description")
    assert problems(write(scrutins=ruled)) == [(ELECTIONS, 2, "description")]


@pytest.mark.parametrize("surname", ["N{}", "N{} " + "x" * 210], ids=["good", "too-long"])
def test_a_long_table_costs_as_much_as_it_is_long(write: Write, surname: str) -> None:
    """The portal reads it while voters wait: each candidate compared with all before him held it for minutes."""
    head, first, *_ = TABLES[CANDIDATES].splitlines()
    before, _, _ = first.rpartition(";")

    def seconds(lines: int) -> float:
        table = "\n".join([head, *(f"{before};{surname.format(number)}" for number in range(lines))])
        folder = write(candidats=table)
        began = time.process_time()
        with contextlib.suppress(event_tables.EventTablesError):
            event_tables.read(folder)
        return time.process_time() - began

    assert seconds(16_000) < 25 * max(seconds(2_000), 0.05), "eight times as many lines"
