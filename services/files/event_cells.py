"""Cells of the tables of an event: what is wrong with one, and how a moment, a number, a yes or no are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from services.files import csv_form
from services.files.event_columns import EVENT, MOMENTS, PARIS, YES_OR_NO

WHOLE = re.compile("[1-9][0-9]{0,8}")
Row = tuple[int, dict[str, str]]
"""The line of a row in its file, and its cells by column."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the file, its line (the header is line 1), the column, what is wrong, what to do."""

    file: str
    line: int
    column: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}, ligne {self.line}, {self.column}" if self.column else f"{self.file}, ligne {self.line}"
        return f"{place} : {self.problem} → {self.remedy}"


@dataclass
class Reading:
    """What is wrong with what was read so far; `places`: in which cells (file, line, column)."""

    found: list[Problem] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    places: set[tuple[str, int, str]] = field(default_factory=set)

    def wrong(self, file: str, line: int, column: str, problem: str, remedy: str) -> None:
        """Note one wrong cell."""
        self.found.append(Problem(file, line, column, problem, remedy))
        self.places.add((file, line, column))


def moment(line: int, row: dict[str, str], column: str, reading: Reading) -> str | None:
    """A moment as JSON has it: French or ISO, of Paris where no zone is said."""
    written = " ".join(row[column].replace(" à ", " ").split())
    try:
        found = datetime.fromisoformat(written)
        return (found if found.tzinfo else found.replace(tzinfo=PARIS)).isoformat()
    except ValueError:
        pass
    for form in MOMENTS:
        try:
            return datetime.strptime(written, form).replace(tzinfo=PARIS).isoformat()
        except ValueError:
            continue
    said = f"« {row[column]} » n’est pas une date et une heure"
    reading.wrong(EVENT, line, column, said, "Écrivez 03/12/2026 08:00 (heure de Paris).")
    return None


def whole(file: str, line: int, row: dict[str, str], column: str, reading: Reading) -> int | None:
    """A whole number; None and a note where it is none."""
    if row[column].isascii() and row[column].isdigit() and len(row[column]) < 10:
        return int(row[column])
    reading.wrong(
        file, line, column, f"« {row[column]} » n’est pas un nombre entier", "Écrivez un nombre, par exemple 1."
    )
    return None


def percent(file: str, line: int, row: dict[str, str], column: str, reading: Reading) -> float | None:
    """A percentage, with a comma or a point; None and a note where it is none."""
    written = row[column].removesuffix("%").strip().replace(",", ".")
    if written.replace(".", "", 1).isdigit() and written.isascii() and len(written) < 10:
        return float(written)
    reading.wrong(file, line, column, f"« {row[column]} » n’est pas un pourcentage", "Écrivez par exemple 61,5.")
    return None


def yes_or_no(file: str, line: int, row: dict[str, str], column: str, reading: Reading) -> bool:
    """Whether a cell says yes; a note where it says neither."""
    said = YES_OR_NO.get(csv_form.folded(row[column]))
    if said is None:
        wrong = f"« {row[column]} » n’est ni oui ni non"
        reading.wrong(file, line, column, wrong, "Écrivez « oui » ou « non ».")
    return bool(said)
