"""A table as operators bring it: CSV, read row by row so that any size fits.

Encoding, separator, order and spelling of the columns are read as they were meant, and said; the rest is refused at once.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.files import csv_form
from services.files.csv_form import Readable, Repairs

MOST_PROBLEMS = 200
"""How many wrong rows are told of at once; the rest is counted."""
NAMED = 20
"""How many wrong columns are named, each by its first characters; the rest is counted."""
LONGEST_NAME = 50


class TableError(Exception):
    """The file cannot be read as its table; each sentence names the line and the remedy.

    Attributes:
        problems: the sentences.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Columns:
    """The columns of a table: those that must be there, those that may; `small`: whose capitals are made small letters."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    small: Collection[str] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """All of them, in their order."""
        return (*self.required, *self.optional)


def rows(path: Readable, columns: Columns, repairs: Repairs | None = None) -> Iterator[dict[str, str]]:
    """The rows of a file; the first stands on line 2, and none is missing in between.

    Args:
        path: the file, opened three times.
        columns: of the table.
        repairs: where what was read otherwise than it stands is noted.

    Raises:
        TableError: for the encoding, the header, rows with more or fewer columns.
        OSError: the file cannot be opened.
    """
    try:
        yield from _rows(path, columns, repairs)
    except csv_form.Unreadable as error:
        raise TableError(str(error)) from None


def _rows(path: Readable, columns: Columns, repairs: Repairs | None) -> Iterator[dict[str, str]]:
    encoding = csv_form.encoding_of(path)
    if repairs is not None and encoding != csv_form.UTF_8:
        repairs.whole.append("Codage de Windows (cp1252), lu comme tel : vérifiez un nom accentué.")
    with path.open("rb") as file:
        first = next(csv_form.lines(file, encoding), "")
    with path.open("rb") as file:
        separator = csv_form.separator_of(first, columns.known)
        if repairs is not None and first and separator != ";":
            repairs.whole.append(f"Colonnes séparées par des {csv_form.SEPARATORS[separator]}, lues comme telles.")
        reader = csv.reader(csv_form.lines(file, encoding), delimiter=separator, strict=True)
        yield from _read(reader, columns, repairs)


def _read(reader: Any, columns: Columns, repairs: Repairs | None) -> Iterator[dict[str, str]]:
    line, blank = 0, 0
    header: list[str] = []
    problems: list[str] = []
    wrong = 0
    try:
        for line, cells in enumerate(reader, start=1):
            if line == 1:
                header = _header(cells, columns, repairs)
                continue
            if not any(
                cell.strip() for cell in cells
            ):  # empty, or only separators: what a spreadsheet leaves at its end
                blank = blank or line
                continue
            said = _wrong(line, reader.line_num, len(header), len(cells), blank)
            if reader.line_num != line:
                # A cell with a line break would shift every line number that follows.
                raise TableError(*problems, said)
            if said:
                wrong, blank = wrong + 1, 0
                if wrong <= MOST_PROBLEMS:
                    problems.append(said)
            elif not wrong:
                yield _row(line, header, cells, columns, repairs)
    except csv.Error as error:
        said = f"ligne {line + 1} : guillemets mal fermés ou caractère interdit ({error}). Corrigez cette ligne."
        raise TableError(*problems, said) from None
    if line == 0:
        raise TableError(f"ligne 1 : le fichier est vide. Première ligne attendue : {';'.join(columns.required)}")
    if wrong:
        rest = wrong - len(problems)
        raise TableError(*problems, *([f"… et {rest} autre(s) ligne(s)."] if rest else []))


def _wrong(line: int, file_line: int, wanted: int, found: int, blank: int) -> str:
    """What is wrong with the form of a row; '' where nothing is."""
    if blank:
        return f"ligne {blank} : ligne vide au milieu du fichier. Retirez-la."
    if file_line != line:
        return f"ligne {line} : une cellule contient un retour à la ligne. Retirez-le."
    if found != wanted:
        return f"ligne {line} : {found} colonne(s) au lieu de {wanted}. Complétez la ligne, ou retirez-la."
    return ""


def _header(cells: list[str], columns: Columns, repairs: Repairs | None) -> list[str]:
    """The names of the columns as they are called here, in the order of the file."""
    known = {csv_form.folded(name): name for name in columns.known}
    names = [known.get(csv_form.folded(cell), cell) for cell in cells]
    missing = [name for name in columns.required if name not in names]
    unknown = [name for name in names if name not in known.values()]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    said = [f"il manque {', '.join(missing)}"] if missing else []
    # Where most names are missing there is no header, perhaps: the first line is a row then, of a person, and what is said
    # of a file may be kept longer than its rows.
    named = f"{len(unknown)} colonne(s) inconnue(s)" if 2 * len(missing) > len(columns.required) else _named(unknown)
    said += [f"{named} en trop"] if unknown else []
    said += [f"{', '.join(twice)} deux fois"] if twice and not unknown else []
    if said:
        raise TableError(f"ligne 1 : en-tête incorrect ({' ; '.join(said)}). Attendu : {';'.join(columns.required)}")
    if repairs is not None and names != cells:
        repairs.whole.append("Noms de colonnes écrits autrement, reconnus.")
    if repairs is not None and names != [name for name in columns.known if name in names]:
        repairs.whole.append("Colonnes dans un autre ordre, remises dans le leur.")
    return names


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:LONGEST_NAME]) for name in names[:NAMED])
    return f"{shown} et {len(names) - NAMED} autre(s)" if len(names) > NAMED else shown


def _row(line: int, header: list[str], cells: list[str], columns: Columns, repairs: Repairs | None) -> dict[str, str]:
    found = dict(zip(header, cells, strict=True))
    if repairs is not None:
        for name, cell in found.items():
            if kind := csv_form.blemish(cell):
                repairs.note(kind, line)
            if name in columns.small and cell != cell.lower():
                repairs.note("Adresses en majuscules, mises en minuscules", line)
    return {name: found[name] for name in columns.known if name in found}
