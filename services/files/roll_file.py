"""The electoral roll as operators bring it: a table of any size, in chunks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.files import csv_form, csv_table
from services.files.csv_form import Readable, Repairs
from services.identity.contract.limits import ROLL_COLUMNS, ROLL_OPTIONAL

COLUMNS = csv_table.Columns(ROLL_COLUMNS, ROLL_OPTIONAL, small=("identifiant",))
RollFileError = csv_table.TableError
"""The file cannot be read as a roll."""


@dataclass(frozen=True)
class Chunk:
    """Rows that follow each other; `first_line` is the line of the first, the header being line 1."""

    first_line: int
    rows: list[dict[str, str]]


def chunks(path: Readable, size: int, repairs: Repairs | None = None) -> Iterator[Chunk]:
    """The rows of a file in chunks of `size`; with `repairs`, what was read otherwise than it stands is noted there.

    Errors: RollFileError for the encoding, the header, rows with more or fewer columns, an empty file;
    OSError when the file cannot be opened.
    """
    rows: list[dict[str, str]] = []
    count = 0
    for row in csv_table.rows(path, COLUMNS, repairs):
        rows.append(row)
        count += 1
        if len(rows) == size:
            yield Chunk(count - size + 2, rows)
            rows = []
    if rows:
        yield Chunk(count - len(rows) + 2, rows)
    if count == 0:
        raise RollFileError("ligne 2 : le fichier n’a que son en-tête. Ajoutez au moins un électeur.")


def count_rows(path: Readable, repairs: Repairs | None = None) -> int:
    """How many rows the file has, every one checked for encoding and columns. Errors: as `chunks`."""
    return sum(len(chunk.rows) for chunk in chunks(path, 5000, repairs))


def count_blank_rows(path: Readable) -> int:
    """How many rows without a word the file ends with. Errors: as `chunks`."""
    blank = 0
    with path.open("rb") as file:
        for line in csv_form.raw_lines(file):
            blank = 0 if line.strip(b'\xef\xbb\xbf;," \t\r\n') else blank + 1
    return blank
