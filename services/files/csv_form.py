"""The form of a CSV file as administrations export it: which encoding, which separator, which column is which.

What can be told for certain is read as it was meant, and said; what cannot is refused with its line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

SEPARATORS = {";": "points-virgules", ",": "virgules", "\t": "tabulations"}
UTF_8, WINDOWS = "utf-8", "cp1252"
SPACES = ("\u00a0", "\u202f", "\u2007")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet computes."""
LONGEST_LINE = 256 * 1024
"""Bytes of a line: a file without line ends is never held whole."""


class Readable(Protocol):
    """What can be read from its beginning, as often as need be: a path, or a file that came in pieces."""

    def open(self, mode: Literal["rb"], /) -> AbstractContextManager[Any]:
        """Open it anew, for bytes."""


class Unreadable(Exception):
    """The bytes are no text that can be told for certain: the sentence names the line and the remedy."""


@dataclass
class Repairs:
    """What was read otherwise than it stands, each kind with how often and the first line.

    Attributes:
        whole: of the file as a whole, sentences.
        cells: kind → [how many cells, line of the first].
    """

    whole: list[str] = field(default_factory=list)
    cells: dict[str, list[int]] = field(default_factory=dict)

    def note(self, kind: str, line: int) -> None:
        """One more cell of a kind."""
        self.cells.setdefault(kind, [0, line])[0] += 1

    def said(self) -> Iterator[str]:
        """A sentence for each."""
        yield from self.whole
        for kind, (count, line) in self.cells.items():
            yield f"{kind} : {count} cellule(s), la première ligne {line}."


def raw_lines(file: Any) -> Iterator[bytes]:
    """The lines of an open file, as bytes. Raises Unreadable for one that no table has."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise Unreadable(
                f"ligne {number} : plus de {LONGEST_LINE} octets sans retour à la ligne. Ce n’est pas un tableau CSV : "
                "exportez de nouveau le fichier en CSV UTF-8."
            )
        yield line


def encoding_of(path: Readable) -> str:
    """UTF-8, or the encoding of Windows where no line can be UTF-8 and none must be.

    Raises:
        Unreadable: a line that is neither, or a file that is partly one and partly the other.
    """
    utf_8_line = windows_line = 0
    bad = b""
    with path.open("rb") as file:
        for number, line in enumerate(raw_lines(file), start=1):
            if line.isascii():
                continue
            try:
                line.decode(UTF_8)
                utf_8_line = utf_8_line or number
            except UnicodeDecodeError as error:
                windows_line, bad = windows_line or number, bad or line[error.start : error.start + 1]
                try:
                    line.decode(WINDOWS)
                except UnicodeDecodeError:
                    utf_8_line = utf_8_line or number
    if not windows_line:
        return UTF_8
    if utf_8_line:
        raise Unreadable(
            f"ligne {windows_line} : ce n’est pas de l’UTF-8 (octet 0x{bad.hex()}), alors que d’autres lignes en sont. "
            "Exportez de nouveau le fichier en CSV UTF-8."
        )
    return WINDOWS


def lines(file: Any, encoding: str) -> Iterator[str]:
    """The lines as text. Raises Unreadable for a null character, with its line."""
    for number, content in enumerate(raw_lines(file), start=1):
        text = content.decode("utf-8-sig" if encoding == UTF_8 and number == 1 else encoding)
        if "\x00" in text:
            raise Unreadable(f"ligne {number} : caractère nul. Exportez de nouveau le fichier en CSV UTF-8.")
        yield text


def separator_of(header: str, columns: Sequence[str]) -> str:
    """What stands between the columns of a header: the sign that makes most known names of it."""
    known = {folded(name) for name in columns}
    return max(SEPARATORS, key=lambda sign: sum(folded(cell) in known for cell in header.strip("\r\n").split(sign)))


def folded(name: str) -> str:
    """A column's name as it is compared: « Code Postal », « code_postal » and « "Code postal " » are one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.strip(' "\t').lower().replace(" ", "_").replace("-", "_")


def blemish(cell: str) -> str:
    """What the services will mend in a cell, in words; '' where it is as it should be."""
    if not unicodedata.is_normalized("NFC", cell):
        return "Accents décomposés, recomposés"
    if any(space in cell for space in SPACES):
        return "Espaces insécables, remplacées par des espaces"
    if cell != cell.strip():
        return "Espaces au début ou à la fin, ôtées"
    return ""


def mended(cell: str) -> str:
    """A cell as the services would mend it: accents composed, spaces plain, none at the ends."""
    for space in SPACES:
        cell = cell.replace(space, " ")
    return unicodedata.normalize("NFC", cell).strip()


def harmless(value: object) -> str:
    """A cell of a table that is handed out: nothing that a spreadsheet takes for a formula. An address may begin by =."""
    text = str(value)
    return f"'{text}" if text[:1] in FORMULAS else text
