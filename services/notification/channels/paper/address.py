"""The address in the window, by La Poste's rule of six lines (NF Z 10-011).

At most six lines, at most 38 characters each, the last one the postcode and the place. What does not fit is broken or
set smaller, in this order, and said; nothing is ever cut, and no letter is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.notification.channels.paper import fonts

MOST_LINES = 6
MOST_CHARACTERS = 38
WIDTH = 78.0
"""Millimetres between the edges of the window, less the play of the sheet in its envelope."""
SIZES = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)
"""Points, the usual one first; below the last one, sorting machines and eyes no longer read."""

BROKEN = "line_broken"
SMALLER = "line_smaller"
OVER_38 = "line_over_38_characters"
TOO_MANY = "too_many_lines"
TOO_WIDE = "line_too_wide"
NOT_IN_FONT = "letters_not_in_font"


@dataclass(frozen=True)
class Remark:
    """Something to say of a line, without its words.

    Attributes:
        kind: One of this module's constants.
        line: Counted from 1, as they were given; 0 for all of them together.
        letters: Code points, where letters are missing.
    """

    kind: str
    line: int
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Window:
    """An address that can be printed.

    Attributes:
        lines: Each with its size in points.
        remarks: What was done to make it fit.
    """

    lines: tuple[tuple[str, float], ...]
    remarks: tuple[Remark, ...]


class CannotPrint(Exception):
    """The address does not fit, or has letters that the face lacks; nothing may be printed.

    Attributes:
        remarks: Why.
    """

    def __init__(self, remarks: Sequence[Remark]) -> None:
        super().__init__(", ".join(sorted({remark.kind for remark in remarks})))
        self.remarks = tuple(remarks)


def window(lines: Sequence[str]) -> Window:
    """Lay out an address.

    Args:
        lines: The name first, postcode and place last; empty ones are left out.

    Returns:
        Lines whose words, one after the other, are those of `lines`, letter for letter.

    Raises:
        CannotPrint: With every reason.
    """
    given = [(number, line) for number, text in enumerate(lines, start=1) if (line := fonts.normal(text))]
    faults = [Remark(NOT_IN_FONT, number, tuple(letters)) for number, line in given if (letters := fonts.missing(line))]
    if len(given) > MOST_LINES:
        faults.append(Remark(TOO_MANY, 0))
    if faults:
        raise CannotPrint(faults)
    spare = MOST_LINES - len(given)
    laid: list[tuple[str, float]] = []
    remarks: list[Remark] = []
    for position, (number, line) in enumerate(given):
        # Sorting machines read postcode and place in one line.
        pieces = [line] if position == len(given) - 1 else _broken(line, spare)
        spare -= len(pieces) - 1
        if len(pieces) > 1:
            remarks.append(Remark(BROKEN, number))
        for piece in pieces:
            size = _size(piece)
            if size is None:
                raise CannotPrint([Remark(TOO_WIDE, number)])
            if size < SIZES[0]:
                remarks.append(Remark(SMALLER, number))
            if len(piece) > MOST_CHARACTERS:
                remarks.append(Remark(OVER_38, number))
            laid.append((piece, size))
    return Window(tuple(laid), tuple(dict.fromkeys(remarks)))


def _broken(line: str, spare: int) -> list[str]:
    """Return `line` in at most 1 + `spare` pieces, broken at spaces; whole, where that is not to be had."""
    if len(line) <= MOST_CHARACTERS and _size(line) is not None:
        return [line]
    pieces = list(_pieces(line))
    return pieces if len(pieces) <= 1 + spare else [line]


def _pieces(line: str) -> Iterator[str]:
    piece = ""
    for word in line.split():
        longer = f"{piece} {word}".strip()
        if piece and (len(longer) > MOST_CHARACTERS or _size(longer) is None):
            yield piece
            piece = word
        else:
            piece = longer
    yield piece


def _size(line: str) -> float | None:
    return next((size for size in SIZES if fonts.width(line, size) <= WIDTH), None)
