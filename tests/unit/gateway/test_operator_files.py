"""The files that operators bring: what is read, and what is said of mistakes."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.operator import roll_file, voting_event_file
from deploy.operator.roll_file import RollFileError
from deploy.operator.voting_event_file import VotingEventFileError
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
        frozenset({"uuid", "code", "name", "mode", "notice"})
    }
    (ballot,) = voting_event_file.for_ballot(event)
    # What the law grants, unless the file says less (R211-563).
    assert identity["grace_minutes"] == ballot["grace_minutes"] == 30
    assert ballot["questions"] == [
        {"question": "Q ?", "answers": ["A", "B"], "blank": True, "minimum": 1, "maximum": 1}
    ]


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
        ([",".join(ROLL_COLUMNS), LINE], "ligne 1 : les colonnes doivent être séparées"),
        ([";".join(ROLL_COLUMNS[:-1]), LINE], "ligne 1 : en-tête incorrect (il manque scrutins"),
        ([";".join((*ROLL_COLUMNS, "date_naissance", "numen")), LINE], "ligne 1 : en-tête incorrect (ordre"),
        ([";".join((*ROLL_COLUMNS, "numen")), LINE], "ligne 2 : 9 colonne(s) au lieu de 10"),
        ([";".join((*ROLL_COLUMNS, "age")), LINE], "ligne 1 : en-tête incorrect ('age' en trop"),
        ([";".join(reversed(ROLL_COLUMNS)), LINE], "ligne 1 : en-tête incorrect (ordre"),
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


def test_other_encodings_are_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "roll.csv"
    path.write_bytes(";".join(ROLL_COLUMNS).encode() + b"\n" + LINE.encode() + b"\nb@x.fr;L\xe9o;" + b"\n")
    with pytest.raises(RollFileError, match=r"ligne 3 : ce n’est pas de l’UTF-8 \(octet 0xe9\)"):
        roll_file.count_rows(path)
