"""The electoral roll as operators bring it: CSV in UTF-8 with ';', read row by row so that any size fits."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.identity.contract.limits import ROLL_COLUMNS, ROLL_OPTIONAL


class RollFileError(Exception):
    """The file cannot be read as a roll; the sentence names the line and the remedy."""


@dataclass(frozen=True)
class Chunk:
    """Rows that follow each other; `first_line` is the line of the first, the header being line 1."""

    first_line: int
    rows: list[dict[str, str]]


def chunks(path: Path, size: int) -> Iterator[Chunk]:
    """The rows of a file in chunks of `size`.

    Errors: RollFileError for the encoding, the header, a row with more or fewer columns, an empty file;
    OSError when the file cannot be opened.
    """
    rows: list[dict[str, str]] = []
    count = 0
    for row in _rows(path):
        rows.append(row)
        count += 1
        if len(rows) == size:
            yield Chunk(count - size + 2, rows)
            rows = []
    if rows:
        yield Chunk(count - len(rows) + 2, rows)
    if count == 0:
        raise RollFileError("ligne 2 : le fichier n’a que son en-tête. Ajoutez au moins un électeur.")


def count_rows(path: Path) -> int:
    """How many rows the file has, every one checked for encoding and columns. Errors: as `chunks`."""
    return sum(len(chunk.rows) for chunk in chunks(path, 5000))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open("rb") as file:
        reader = csv.reader(_decoded(file), delimiter=";", strict=True)
        line, blank = 0, 0
        header: list[str] = []
        try:
            for line, cells in enumerate(reader, start=1):
                if line == 1:
                    _check_header(cells)
                    header = cells
                elif cells:
                    if blank:
                        raise RollFileError(f"ligne {blank} : ligne vide au milieu du fichier. Retirez-la.")
                    yield _row(line, reader.line_num, header, cells)
                else:
                    blank = blank or line
        except csv.Error as error:
            raise RollFileError(
                f"ligne {line + 1} : guillemets mal fermés ou caractère interdit ({error}). Corrigez cette ligne."
            ) from None
        if line == 0:
            raise RollFileError(f"ligne 1 : le fichier est vide. Première ligne attendue : {';'.join(ROLL_COLUMNS)}")


def _decoded(file: Iterable[bytes]) -> Iterator[str]:
    # Decoded line by line, so that the line that is named is the one at fault.
    for line, content in enumerate(file, start=1):
        try:
            text = content.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise RollFileError(
                f"ligne {line} : ce n’est pas de l’UTF-8 (octet 0x{content[error.start]:02x}). "
                "Exportez de nouveau le fichier en CSV UTF-8."
            ) from None
        if "\x00" in text:
            raise RollFileError(f"ligne {line} : caractère nul. Exportez de nouveau le fichier en CSV UTF-8.")
        yield text


def _check_header(cells: list[str]) -> None:
    if cells == [*ROLL_COLUMNS, *(name for name in ROLL_OPTIONAL if name in cells)]:
        return
    if len(cells) == 1 and ("," in cells[0] or "\t" in cells[0]):
        raise RollFileError("ligne 1 : les colonnes doivent être séparées par des points-virgules.")
    missing = [name for name in ROLL_COLUMNS if name not in cells]
    unknown = [name for name in cells if name not in (*ROLL_COLUMNS, *ROLL_OPTIONAL)]
    said = [f"il manque {', '.join(missing)}"] if missing else []
    said += [f"{', '.join(repr(name) for name in unknown)} en trop"] if unknown else []
    raise RollFileError(
        f"ligne 1 : en-tête incorrect ({' ; '.join(said) or 'ordre différent'}). Attendu : {';'.join(ROLL_COLUMNS)}"
    )


def _row(line: int, file_line: int, header: list[str], cells: list[str]) -> dict[str, str]:
    if file_line != line:
        # A cell with a line break would shift every line number of the report.
        raise RollFileError(f"ligne {line} : une cellule contient un retour à la ligne. Retirez-le.")
    if len(cells) != len(header):
        raise RollFileError(
            f"ligne {line} : {len(cells)} colonne(s) au lieu de {len(header)}. Complétez la ligne, ou retirez-la."
        )
    return dict(zip(header, cells, strict=True))
