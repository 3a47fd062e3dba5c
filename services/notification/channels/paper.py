"""Voting notices on paper: a file of pages for the printer, one page a voter (D2).

The pages are not tagged yet: the accessible PDF that D2 wants comes with the printing of the whole roll.
"""

from __future__ import annotations

import os
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path

from fpdf import FPDF

from services.notification.queue.rendering import Letter

BATCH_SIZE = 500
SETTLE = timedelta(seconds=5)
ENCODING = "cp1252"

# Letters that have no decomposition, so that the accent cannot simply be dropped.
_PLAIN = str.maketrans({"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "ẞ": "SS", "ſ": "s"})


class PaperChannel:
    """Prints letters with `to` {"name", "lines"} and values {"voting_code"} into `directory`, one file a batch."""

    name = "paper"
    size = BATCH_SIZE
    settle = SETTLE

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def accepts(self, letter: Letter) -> bool:
        """Tell whether the letter has a name, address lines and a voting code."""
        lines = letter.to.get("lines")
        return (
            isinstance(letter.to.get("name"), str)
            and isinstance(lines, list)
            and all(isinstance(line, str) for line in lines)
            and isinstance(letter.values.get("voting_code"), str)
        )

    def render(self, letters: list[Letter], made_at: datetime) -> bytes:
        """Return a PDF of one page a letter; the same letters give the same bytes."""
        pdf = FPDF(format="A4", unit="mm")
        pdf.core_fonts_encoding = ENCODING
        pdf.set_creation_date(made_at)
        pdf.set_lang("fr-FR")
        pdf.set_title("Notices de vote")
        pdf.set_auto_page_break(False)
        for letter in letters:
            _page(pdf, letter)
        return bytes(pdf.output())

    def store(self, batch: str, content: bytes) -> Path:
        """Write the batch's file so that it is there whole or not at all, also after a power cut.

        The name follows from the batch: printing again after a crash replaces the file instead of adding a second set
        of notices. Raises OSError, also when no directory is configured.
        """
        if not self._directory:
            raise FileNotFoundError("no directory to print to is configured")
        directory = Path(self._directory)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        final = directory / f"notices-{batch}.pdf"
        partial = directory / f".notices-{batch}.part"
        # Codes in clear: nobody but the service's own account may read them.
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(final)
        entry = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)
        return final


def printable(text: str) -> str:
    """Return `text` in the letters that the PDF's built-in fonts have (Windows-1252).

    Accents that they lack are dropped (Ś becomes S), and what remains unknown becomes a question mark, which people
    see and can report.
    """
    return "".join(_printable_letter(char) for char in unicodedata.normalize("NFC", text))


def _printable_letter(char: str) -> str:
    if char in "\n\t":
        return " "
    if _encodes(char):
        return char
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", char.translate(_PLAIN)) if not unicodedata.combining(part)
    )
    return bare if bare and all(map(_encodes, bare)) else "?"


def _encodes(char: str) -> bool:
    try:
        return ord(char) >= 32 and bool(char.encode(ENCODING))
    except UnicodeEncodeError:
        return False


def _page(pdf: FPDF, letter: Letter) -> None:
    pdf.add_page()
    _address_window(pdf, [letter.to["name"], *letter.to["lines"]])
    pdf.set_xy(20, 105)
    pdf.set_font("helvetica", "B", 18)
    pdf.cell(170, 10, printable(letter.subject))
    pdf.set_xy(20, 122)
    pdf.set_font("helvetica", "", 11)
    pdf.multi_cell(170, 5.5, "\n".join(map(printable, letter.text.strip().splitlines())))
    _code_box(pdf, letter.values["voting_code"])


def _address_window(pdf: FPDF, lines: list[str]) -> None:
    # Right-hand window of a French DL envelope: 110 mm from the left, 50 mm from the top, 80 mm wide.
    pdf.set_font("helvetica", "", 11)
    for position, line in enumerate(line for line in lines if line):
        pdf.set_xy(112, 52 + 5.5 * position)
        pdf.cell(76, 5.5, _fitting(pdf, printable(line), 76))


def _fitting(pdf: FPDF, line: str, width: float) -> str:
    """Return `line` cut so that it stays within the window."""
    while line and pdf.get_string_width(line) > width:
        line = line[:-1]
    return line


def _code_box(pdf: FPDF, code: str) -> None:
    # Where voters were told to look in 2022: a grey box at the bottom left (seed 004).
    pdf.set_fill_color(217, 217, 217)
    pdf.rect(20, 245, 85, 28, style="F")
    pdf.set_xy(24, 248)
    pdf.set_font("helvetica", "", 10)
    pdf.cell(77, 6, printable("Votre code de vote :"))
    pdf.set_xy(24, 257)
    pdf.set_font("courier", "B", 16)
    pdf.cell(77, 10, printable(code))
