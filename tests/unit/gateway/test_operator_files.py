"""The files that operators bring: what is read, and what is said of mistakes."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from deploy.operator.files import women_and_men
from services.files import csv_form, roll_file, voting_event_file
from services.files.roll_file import RollFileError
from services.files.voting_event_file import VotingEventFileError
from services.identity.contract.limits import ROLL_COLUMNS

LINE = "ada@x.fr;Lovelace;Ada;Service;1 rue;;99000;Ville;CSA"


def definition(**changes: Any) -> dict[str, Any]:
    """A correct file without uuids."""
    return {
        "name": "Élections",
        "opens_at": "2026-12-03T08:00:00+01:00",
        "closes_at": "2026-12-10T17:00:00+01:00",
        "elections": [
            {
                "code": "CSA",
                "name": "Comité",
                "mode": "online",
                "question": {"question": "Q ?", "answers": [{"name": "A", "union": "U"}, {"name": "B"}]},
            },
            {"code": "CCP", "name": "Commission", "mode": "paper", "notice": "À l’urne."},
        ],
        **changes,
    }


def written(folder: Path, content: Any) -> Path:
    """The content in a file."""
    path = folder / "event.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_event_gets_the_uuids_it_lacks_and_keeps_those_it_has(tmp_path: Path) -> None:
    event = voting_event_file.with_uuids(voting_event_file.read(written(tmp_path, definition())))
    again = voting_event_file.with_uuids(voting_event_file.read(written(tmp_path, event)))
    assert again == event
    assert len({election["uuid"] for election in event["elections"]}) == 2
    identity = voting_event_file.for_identity(event)
    assert {frozenset(election) for election in identity["elections"]} == {
        frozenset({"uuid", "code", "name", "short_name", "mode", "notice"})
    }
    (ballot,) = voting_event_file.for_ballot(event)
    # What the law grants, unless the file says less (R211-563).
    assert identity["grace_minutes"] == ballot["grace_minutes"] == 30
    assert ballot["questions"] == [
        {"question": "Q ?", "answers": ["A", "B"], "blank": True, "minimum": 1, "maximum": 1}
    ]


def test_further_questions_are_on_the_same_ballot(tmp_path: Path) -> None:
    content = definition()
    online = next(one for one in content["elections"] if one["mode"] == "online")
    second = {"question": "Un accord ?", "answers": [{"name": "Oui"}, {"name": "Non"}], "minimum": 1, "maximum": 1}
    online["further_questions"] = [second]
    event = voting_event_file.with_uuids(voting_event_file.read(written(tmp_path, content)))
    [ballot] = voting_event_file.for_ballot(event)
    assert [one["question"] for one in ballot["questions"]] == [online["question"]["question"], "Un accord ?"]
    assert ballot["questions"][1]["answers"] == ["Oui", "Non"]
    second["maximum"] = 3
    with pytest.raises(VotingEventFileError, match="further_questions"):
        voting_event_file.read(written(tmp_path, content))


def test_women_and_men_are_compared_with_their_share_and_stay_out_of_the_ballot(tmp_path: Path) -> None:
    """61.5 % of 8 is 4.92: four or five women; of 200 it is 123, and no other number."""
    content = definition()
    question = content["elections"][0]["question"]
    question |= {"women_percent": 61.5, "answers": [{"name": f"L{n}", "women": n, "men": 8 - n} for n in (3, 4, 5, 6)]}
    exact = [{"name": f"M{n}", "women": n, "men": 200 - n} for n in (122, 123)]
    content["elections"][0]["further_questions"] = [{**question, "question": "Encore ?", "answers": exact}]
    event = voting_event_file.with_uuids(voting_event_file.read(written(tmp_path, content)))
    assert [said.split(" : ")[0] for said in women_and_men.gaps(event)] == [
        "CSA, question 1, liste « L3 »",
        "CSA, question 1, liste « L6 »",
        "CSA, question 2, liste « M122 »",
    ]
    assert {key for asked in voting_event_file.for_ballot(event)[0]["questions"] for key in asked} == {
        "question",
        "answers",
        "blank",
        "minimum",
        "maximum",
    }
    for wrong, said in (
        ({"women": 1}, "answers[1].men : donnez le nombre"),
        ({"women": 2, "men": 2, "candidates": ["A"]}, "answers[1].women : 2 femme(s) et 2 homme(s) ne font pas 1"),
        ({"women": -1, "men": 1}, "answers[1].women : nombre de candidats attendu"),
    ):
        question["answers"] = [{"name": "A", **wrong}]
        with pytest.raises(VotingEventFileError) as caught:
            voting_event_file.read(written(tmp_path, content))
        assert any(said in problem for problem in caught.value.problems), caught.value.problems


def test_imported_name_is_stable() -> None:
    assert voting_event_file.imported_path(Path("a/event.json")) == Path("a/event.imported.json")
    assert voting_event_file.imported_path(Path("a/event.imported.json")) == Path("a/event.imported.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "ligne 1, colonne 2"),
        ("[]", "fichier : un objet est attendu"),
        (definition(nom="x"), "nom : champ inconnu"),
        (definition(name=""), "name : texte de 1 à 200 caractères"),
        (definition(opens_at="demain"), "opens_at : date attendue"),
        (definition(opens_at="2026-12-03T08:00:00"), "opens_at : décalage horaire absent"),
        (definition(closes_at="2026-12-01T08:00:00Z"), "closes_at : la clôture doit suivre"),
        (definition(grace_minutes=31), "grace_minutes : nombre de minutes de 0 à 30"),
        (definition(elections=[]), "elections : au moins un scrutin"),
        (definition(voting_event="x"), "voting_event : uuid attendu"),
        (definition(elections=[{"code": "A", "name": "n", "mode": "online"}]), "elections[1].question : un scrutin en"),
        (definition(elections=[{"code": "A", "name": "n", "mode": "paper"}]), "elections[1].notice : dites"),
        (definition(elections=[{"code": "A", "name": "n", "mode": "urne"}]), "elections[1].mode : « online »"),
        (definition(elections=definition()["elections"] * 2), "elections : deux scrutins"),
    ],
)
def test_mistakes_in_the_event_are_said_with_their_place(content: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(VotingEventFileError) as caught:
        voting_event_file.read(written(tmp_path, content))
    assert any(problem.startswith(said) for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    "changes", [{"minimum": 2}, {"maximum": 3}, {"maximum": 0, "minimum": 0}, {"answers": [{"name": "A"}] * 2}]
)
def test_impossible_questions_are_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    event = definition()
    event["elections"][0]["question"].update(changes)
    with pytest.raises(VotingEventFileError):
        voting_event_file.read(written(tmp_path, event))


def with_answers(*names: str) -> dict[str, Any]:
    """A file with those lists."""
    event = definition()
    event["elections"][0]["question"]["answers"] = [{"name": name} for name in names]
    return event


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (with_answers("Union \u00e9ducation", "Union e\u0301ducation"), "deux listes portent le même nom"),
        (with_answers("Liste A", "Liste A\u200b"), "deux listes portent le même nom"),
        (with_answers("Liste A", "Liste  \u00a0A"), "deux listes portent le même nom"),
        (with_answers("Liste \u202aA", "Liste A"), "deux listes portent le même nom"),
        (with_answers("Liste des Nuages", "Liste des Marées "), "espace au début ou à la fin"),
        (
            definition(
                elections=[
                    {**one, "name": f"Comité{end}"}
                    for one, end in zip(definition()["elections"], ("", "\u2060"), strict=True)
                ]
            ),
            "deux scrutins ont le même champ name",
        ),
        (
            definition(elections=[{**definition()["elections"][1], "name": "Scrutin d'essai "}]),
            "elections[1].name : espace au début ou à la fin : retirez-le (scrutin « CCP »)",
        ),
    ],
    ids=["composed", "invisible", "blanks", "directional", "blank after a list", "elections", "blank after a name"],
)
def test_what_nobody_can_tell_apart_is_refused_and_named(content: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(VotingEventFileError) as caught:
        voting_event_file.read(written(tmp_path, content))
    assert any(said in problem for problem in caught.value.problems), caught.value.problems


def test_two_candidates_alike_are_one_too_many(tmp_path: Path) -> None:
    event = definition()
    event["elections"][0]["question"]["answers"][0]["candidates"] = ["Ondine Cumulus", "Ondine\u00a0Cumulus"]
    with pytest.raises(VotingEventFileError, match="deux candidats portent le même nom"):
        voting_event_file.read(written(tmp_path, event))


def test_rows_of_separators_at_the_end_are_left_aside_and_counted(tmp_path: Path) -> None:
    """What a spreadsheet leaves below its last row."""
    path = roll(tmp_path, ";".join(ROLL_COLUMNS), *[LINE] * 5, *[";" * 8] * 20, start=b"\xef\xbb\xbf")
    assert roll_file.count_rows(path) == 5
    assert roll_file.count_blank_rows(path) == 20
    with pytest.raises(RollFileError, match="ligne 3 : ligne vide au milieu"):
        roll_file.count_rows(roll(tmp_path, ";".join(ROLL_COLUMNS), LINE, ";" * 8, LINE))


def roll(folder: Path, *lines: str, start: bytes = b"", ending: str = "\r\n") -> Path:
    """A roll with those lines."""
    path = folder / "roll.csv"
    path.write_bytes(start + (ending.join(lines) + ending).encode())
    return path


def test_roll_is_read_in_chunks_with_the_lines_of_the_file(tmp_path: Path) -> None:
    path = roll(tmp_path, ";".join(ROLL_COLUMNS), *[LINE] * 5, "", start=b"\xef\xbb\xbf")
    found = list(roll_file.chunks(path, 2))
    assert [(chunk.first_line, len(chunk.rows)) for chunk in found] == [(2, 2), (4, 2), (6, 1)]
    assert found[0].rows[0]["identifiant"] == "ada@x.fr"
    assert roll_file.count_rows(path) == 5


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "ligne 1"),
        ([";".join(ROLL_COLUMNS)], "ligne 2 : le fichier n’a que son en-tête"),
        ([",".join(ROLL_COLUMNS), LINE], "ligne 2 : 1 colonne(s) au lieu de 9"),
        ([";".join(ROLL_COLUMNS[:-1]), LINE], "ligne 1 : en-tête incorrect (il manque scrutins"),
        ([";".join((*ROLL_COLUMNS, "Nom")), LINE], "ligne 1 : en-tête incorrect (nom deux fois"),
        ([";".join((*ROLL_COLUMNS, "numen")), LINE], "ligne 2 : 9 colonne(s) au lieu de 10"),
        ([";".join((*ROLL_COLUMNS, "age")), LINE], "ligne 1 : en-tête incorrect ('age' en trop"),
        ([";".join(ROLL_COLUMNS), LINE, LINE + ";x"], "ligne 3 : 10 colonne(s)"),
        ([";".join(ROLL_COLUMNS), LINE, "", LINE], "ligne 3 : ligne vide"),
        ([";".join(ROLL_COLUMNS), 'a;"b\r\nc";d;e;f;g;h;i;j'], "ligne 2 : une cellule"),
        ([";".join(ROLL_COLUMNS), LINE, 'a;"b;c'], "ligne 3 : guillemets"),
        ([";".join(ROLL_COLUMNS), LINE, LINE + "\x00"], "ligne 3 : caractère nul"),
    ],
)
def test_mistakes_in_the_roll_are_said_with_their_line(lines: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(RollFileError) as caught:
        roll_file.count_rows(roll(tmp_path, *lines))
    assert str(caught.value).startswith(said), caught.value


@pytest.mark.parametrize("separator", [";", "|"])
def test_a_file_without_a_header_has_nobody_quoted(tmp_path: Path, separator: str) -> None:
    """The sentence is kept with the job that has read the file, longer than the file: its first line is a person."""
    lines = [LINE.replace(";", separator)] * 2
    with pytest.raises(RollFileError, match=r"ligne 1 : en-tête incorrect .* inconnue\(s\) en trop") as caught:
        roll_file.count_rows(roll(tmp_path, *lines))
    assert not any(cell in str(caught.value) for cell in ("ada@x.fr", "Lovelace", "1 rue"))


def test_a_header_of_very_many_columns_is_told_of_in_a_short_sentence(tmp_path: Path) -> None:
    """A sheet that was saved whole, or no table at all: quadratic work on it held a process for half a minute."""
    began = time.process_time()
    with pytest.raises(RollFileError, match="en trop") as caught:
        roll_file.count_rows(roll(tmp_path, ";".join([*ROLL_COLUMNS, "x" * 9000, *[""] * 100_000])))
    assert len(str(caught.value)) < 2000
    assert time.process_time() - began < 5
    with pytest.raises(RollFileError, match="deux fois") as caught:
        roll_file.count_rows(roll(tmp_path, ";".join([*ROLL_COLUMNS, *["nom"] * 50_000])))
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("other", ["é".encode(), b"\x81\xe9"], ids=["half UTF-8", "neither"])
def test_a_file_of_two_encodings_is_refused_with_the_line(other: bytes, tmp_path: Path) -> None:
    path = tmp_path / "roll.csv"
    path.write_bytes(";".join(ROLL_COLUMNS).encode() + b"\n" + b"a@x.fr;L\xe9o;" + b"\n" + other + b"\n")
    with pytest.raises(RollFileError, match=r"ligne 2 : ce n’est pas de l’UTF-8 \(octet 0xe9\)"):
        roll_file.count_rows(path)


def test_a_roll_as_administrations_export_it_is_read_and_what_was_mended_is_said(tmp_path: Path) -> None:
    """Windows' encoding, commas, quotes, columns spelt and ordered otherwise."""
    header = 'Nom,"Prénom",Identifiant,AFFECTATION,adresse1,adresse2,Code postal,Ville,Scrutins,Date naissance'
    line = 'Lovélace,Ada ,ADA@x.fr,"Service, b\xe2timent\xa02",1 rue,,01000,Ville,CSA,02/03/1980'
    path = tmp_path / "roll.csv"
    path.write_bytes(f"{header}\r\n{line}\r\n".encode("cp1252"))
    repairs = csv_form.Repairs()
    assert roll_file.count_rows(path, repairs) == 1
    (chunk,) = roll_file.chunks(path, 10)
    assert list(chunk.rows[0]) == [*ROLL_COLUMNS, "date_naissance"]
    assert chunk.rows[0]["nom"] == "Lovélace"
    assert chunk.rows[0]["affectation"] == "Service, bâtiment\u00a02"
    assert chunk.rows[0]["code_postal"] == "01000"
    said = "\n".join(repairs.said())
    for words in ("cp1252", "virgules", "écrits autrement", "autre ordre", "majuscules", "à la fin", "insécables"):
        assert words in said, words
    assert "la première ligne 2" in said


def test_what_is_as_it_should_be_is_not_said_to_be_mended(tmp_path: Path) -> None:
    repairs = csv_form.Repairs()
    roll_file.count_rows(roll(tmp_path, ";".join(ROLL_COLUMNS), LINE), repairs)
    assert list(repairs.said()) == []


def test_decomposed_accents_and_tabulations_are_said(tmp_path: Path) -> None:
    repairs = csv_form.Repairs()
    cells = LINE.replace("Lovelace", "Love\u0301lace").replace(";", "\t")
    roll_file.count_rows(roll(tmp_path, "\t".join(ROLL_COLUMNS), cells), repairs)
    said = "\n".join(repairs.said())
    assert "tabulations" in said
    assert "Accents décomposés" in said


def test_all_wrong_rows_are_told_of_at_once(tmp_path: Path) -> None:
    path = roll(tmp_path, ";".join(ROLL_COLUMNS), LINE + ";x", LINE, "a;b", *["a"] * 300)
    with pytest.raises(RollFileError) as caught:
        roll_file.count_rows(path)
    first, second, *_, rest = caught.value.problems
    assert first.startswith("ligne 2 : 10 colonne(s)")
    assert second.startswith("ligne 4 : 2 colonne(s)")
    assert rest == "… et 102 autre(s) ligne(s)."
