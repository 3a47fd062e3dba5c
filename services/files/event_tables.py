"""A voting event as a folder of tables, as spreadsheets write them: what `voting_event_file` has as JSON (E1).

Every wrong cell of every file is told of at once, with its line, its column and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from services.files import csv_form, csv_table, event_cells, voting_event_file
from services.files.csv_form import Readable, Repairs
from services.files.event_cells import Problem, Reading, Row
from services.files.event_columns import (
    AVAILABLE,
    CANDIDATES,
    COLUMNS,
    ELECTIONS,
    EVENT,
    FIELDS,
    LISTS,
    MODES,
    QUESTIONS,
)


class EventTablesError(voting_event_file.VotingEventFileError):
    """The folder cannot be used; `found` has every problem of every file."""

    def __init__(self, found: list[Problem], unreadable: list[str]) -> None:
        self.found = found
        super().__init__([*unreadable, *map(str, found)])


def read(folder: Path, said: Callable[[str], object] = lambda _line: None) -> dict[str, Any]:
    """The event of a folder, as `voting_event_file.read` gives that of a file.

    Args:
        folder: with echeance.csv and scrutins.csv; questions.csv, listes.csv, candidats.csv where there are such.
        said: told what was read otherwise than it stands.

    Raises:
        EventTablesError: every problem.
        OSError: a file cannot be opened.
    """
    needed = (EVENT, ELECTIONS)
    return read_tables({name: folder / name for name in COLUMNS if name in needed or (folder / name).exists()}, said)


def read_tables(files: Mapping[str, Readable], said: Callable[[str], object] = lambda _line: None) -> dict[str, Any]:
    """The same from files by their names, wherever they are.

    Raises:
        EventTablesError: every problem.
        OSError: a file cannot be opened.
    """
    reading = Reading()
    reading.unreadable += [
        f"{name} : ce tableau manque. Joignez-le." for name in (EVENT, ELECTIONS) if name not in files
    ]
    tables = {name: list(_table(name, files[name], reading, said)) if name in files else [] for name in COLUMNS}
    if reading.unreadable:
        raise EventTablesError(reading.found, reading.unreadable)
    made = _Made(reading)
    content = made.event(tables)
    try:
        event = voting_event_file.checked(content)
    except voting_event_file.FieldsWrong as error:
        for path, sentence in error.places():
            _place(reading, made.places, path, sentence)
        event = {}
    if reading.found:
        raise EventTablesError(sorted(set(reading.found), key=_order), [])
    return event


def _order(one: Problem) -> tuple[int, int, int]:
    columns = COLUMNS[one.file].known
    return (list(COLUMNS).index(one.file), one.line, columns.index(one.column) if one.column in columns else -1)


def _table(name: str, file: Readable, reading: Reading, said: Callable[[str], object]) -> Iterator[Row]:
    repairs = Repairs()
    try:
        for line, row in enumerate(csv_table.rows(file, COLUMNS[name], repairs), start=2):
            yield line, {column: csv_form.mended(cell) for column, cell in row.items()}
    except csv_table.TableError as error:
        reading.unreadable += [f"{name}, {problem}" for problem in error.problems]
    for sentence in repairs.said():
        said(f"{name} : {sentence}")


class _Made:
    """The event as its JSON would have it, made table by table; `places`: where each part stands, path → (line, {file})."""

    def __init__(self, reading: Reading) -> None:
        self.places: dict[tuple[Any, ...], Row] = {}
        self._reading = reading
        self._elections: dict[str, dict[str, Any]] = {}
        self._questions: dict[tuple[str, int], tuple[tuple[Any, ...], dict[str, Any]]] = {}
        self._lists: dict[tuple[str, int, str], tuple[tuple[Any, ...], dict[str, Any]]] = {}
        self._numbers: dict[str, int] = {}
        self._candidates: set[tuple[Any, ...]] = set()

    def event(self, tables: Mapping[str, list[Row]]) -> dict[str, Any]:
        """Everything, in the order in which one table speaks of another."""
        content = _event(tables[EVENT], self._reading)
        self.places[()] = (tables[EVENT][0][0] if tables[EVENT] else 2, {"file": EVENT})
        for name, take in (
            (ELECTIONS, self._election),
            (QUESTIONS, self._further),
            (LISTS, self._list),
            (CANDIDATES, self._candidate),
        ):
            for line, row in tables[name]:
                take(line, row)
        if not tables[ELECTIONS]:
            self._reading.wrong(ELECTIONS, 2, "code", "aucun scrutin", "Ajoutez une ligne par scrutin.")
        return {**content, "elections": list(self._elections.values())}

    def _election(self, line: int, row: dict[str, str]) -> None:
        code, number = row["code"], len(self._elections)
        path = ("elections", number)
        if code in self._elections:
            said = f"« {code} » est déjà plus haut"
            self._reading.wrong(ELECTIONS, line, "code", said, "Donnez un code à chaque scrutin.")
            return
        mode = MODES.get(csv_form.folded(row["mode"]))
        if mode is None:
            said = f"« {row['mode']} » inconnu"
            self._reading.wrong(ELECTIONS, line, "mode", said, "Écrivez « en ligne » ou « papier ».")
        election: dict[str, Any] = {"code": code, "name": row["nom"], "mode": mode or "paper"}
        for column, name in (
            ("nom_court", "short_name"),
            ("avis", "notice"),
            ("description", "description"),
            ("uuid", "uuid"),
        ):
            if row.get(column):
                election[name] = row[column]
        if row.get("vote_a_nouveau"):
            election["revoting"] = event_cells.yes_or_no(ELECTIONS, line, row, "vote_a_nouveau", self._reading)
        if mode == "online":
            election["question"] = _question(ELECTIONS, line, row, self._reading)
            self._questions[code, 1] = ((*path, "question"), election["question"])
        elif mode is None:
            election["notice"] = election.get("notice") or "?"
        self._elections[code], self._numbers[code] = election, number
        self.places[path] = (line, {"file": ELECTIONS})

    def _further(self, line: int, row: dict[str, str]) -> None:
        """A question that is asked after the first of its election."""
        if not self._asks(QUESTIONS, line, row):
            return
        code = row["scrutin"]
        election = self._elections[code]
        asked = election.setdefault("further_questions", [])
        following = len(asked) + 2
        if row["numero_question"] != str(following):
            said = f"« {row['numero_question']} », mais la suivante de « {code} » a le numéro {following}"
            remedy = f"La question 1 est dans {ELECTIONS} ; numérotez les autres à la suite : 2, 3…"
            self._reading.wrong(QUESTIONS, line, "numero_question", said, remedy)
        question = _question(QUESTIONS, line, row, self._reading)
        path = ("elections", self._numbers[code], "further_questions", len(asked))
        asked.append(question)
        self._questions[code, following] = (path, question)
        self.places[path] = (line, {"file": QUESTIONS})

    def _list(self, line: int, row: dict[str, str]) -> None:
        found = self._question_of(LISTS, line, row)
        if found is None:
            return
        number, (path, question) = found
        code, name = row["scrutin"], row["liste"]
        if (code, number, name) in self._lists:
            said = f"« {name} » est déjà plus haut"
            self._reading.wrong(LISTS, line, "liste", said, "Retirez l’une des deux lignes.")
            return
        answer: dict[str, Any] = {"name": name, "union": row.get("organisation", ""), "logo": row.get("logo", "")}
        for column, sex in (("femmes", "women"), ("hommes", "men")):
            if row.get(column) and (count := event_cells.whole(LISTS, line, row, column, self._reading)) is not None:
                answer[sex] = count
        path = (*path, "answers", len(question["answers"]))
        question["answers"].append(answer)
        self._lists[code, number, name] = (path, answer)
        self.places[path] = (line, {"file": LISTS})

    def _candidate(self, line: int, row: dict[str, str]) -> None:
        found = self._question_of(CANDIDATES, line, row)
        if found is None:
            return
        code, name = row["scrutin"], row["liste"]
        known = self._lists.get((code, found[0], name))
        if known is None:
            of = f"« {code} »" if found[0] == 1 else f"la question {found[0]} de « {code} »"
            self._reading.wrong(
                CANDIDATES, line, "liste", f"« {name} » n’est pas une liste de {of}", f"Reprenez {LISTS}."
            )
            return
        path, answer = known
        candidate = f"{row['prenom']} {row['nom']}".strip()
        candidates = answer.setdefault("candidates", [])
        if (*path, candidate) in self._candidates:
            said = f"« {candidate} » est déjà plus haut"
            self._reading.wrong(CANDIDATES, line, "nom", said, "Retirez l’une des deux lignes.")
            return
        self._candidates.add((*path, candidate))
        self.places[*path, "candidates", len(candidates)] = (line, {"file": CANDIDATES})
        candidates.append(candidate)

    def _asks(self, file: str, line: int, row: dict[str, str]) -> bool:
        """Whether a row is of an election with questions; what is wrong with it is noted."""
        code = row["scrutin"]
        election = self._elections.get(code)
        if election is None:
            self._reading.wrong(file, line, "scrutin", f"« {code} » inconnu", f"Reprenez un code de {ELECTIONS}.")
        elif "question" not in election and election["mode"] == "paper":
            said = f"« {code} » se tient sur papier"
            remedy = "Retirez cette ligne, ou écrivez « en ligne » au scrutin."
            self._reading.wrong(file, line, "scrutin", said, remedy)
        return election is not None and "question" in election

    def _question_of(
        self, file: str, line: int, row: dict[str, str]
    ) -> tuple[int, tuple[tuple[Any, ...], dict[str, Any]]] | None:
        """The question that a row belongs to: the first where it says none."""
        if not self._asks(file, line, row):
            return None
        written = row.get("numero_question") or "1"
        number = int(written) if event_cells.WHOLE.fullmatch(written) else 0
        found = self._questions.get((row["scrutin"], number))
        if found is not None:
            return number, found
        said = f"« {row['scrutin']} » n’a pas de question « {written} »"
        remedy = f"Reprenez un numéro de {QUESTIONS} ; rien, ou 1, pour la question de {ELECTIONS}."
        self._reading.wrong(file, line, "numero_question", said, remedy)
        return None


def _event(rows: list[Row], reading: Reading) -> dict[str, Any]:
    if len(rows) != 1:
        reading.wrong(EVENT, 2, "nom", f"{len(rows)} échéance(s)", "Écrivez l’échéance sur une seule ligne.")
        return {}
    line, row = rows[0]
    content: dict[str, Any] = {"name": row["nom"]}
    for column, name in (("ouverture", "opens_at"), ("cloture", "closes_at")):
        content[name] = event_cells.moment(line, row, column, reading)
    if row.get("delai_minutes"):
        content["grace_minutes"] = event_cells.whole(EVENT, line, row, "delai_minutes", reading)
    for column, name in (("profil", "profile"), ("uuid", "voting_event")):
        if row.get(column):
            content[name] = row[column]
    dated = {
        name: event_cells.moment(line, row, column, reading) for column, name in AVAILABLE.items() if row.get(column)
    }
    if dated:
        content["availability"] = dated
    return {name: value for name, value in content.items() if value is not None}


def _question(file: str, line: int, row: dict[str, str], reading: Reading) -> dict[str, Any]:
    question: dict[str, Any] = {"question": row["question"], "answers": []}
    if row.get("vote_blanc"):
        question["blank"] = event_cells.yes_or_no(file, line, row, "vote_blanc", reading)
    for name in ("minimum", "maximum"):
        if row.get(name) and (value := event_cells.whole(file, line, row, name, reading)) is not None:
            question[name] = value
    if row.get("part_femmes") and (share := event_cells.percent(file, line, row, "part_femmes", reading)) is not None:
        question["women_percent"] = share
    return question


def _place(reading: Reading, places: Mapping[tuple[Any, ...], Row], path: tuple[Any, ...], sentence: str) -> None:
    """Note what a rule of the event says, at the line of the nearest part that has one."""
    for length in range(len(path), -1, -1):
        if path[:length] in places:
            line, where = places[path[:length]]
            names = [part for part in path[length:] if isinstance(part, str) and part != "_schema"]
            column = FIELDS.get(names[-1], names[-1]) if names else ""
            file = where["file"]
            if column == "name" or (file == LISTS and column == "nom"):
                column = "liste"
            if (file, line, column) in reading.places:
                return
            reading.wrong(file, line, column, sentence, "Corrigez cette cellule, puis relancez.")
            return
