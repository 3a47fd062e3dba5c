"""The face of the notices: which letters it has and how wide a line of them is.

DejaVu Sans Condensed has every letter of the languages that are written in Latin, Greek or Cyrillic. The files come
from npm's dejavu-fonts-ttf by `npm run build`, with their licence.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parent / "build"
FAMILY, CODE_FAMILY = "DejaVu Sans", "DejaVu Sans Mono"
REGULAR = "DejaVuSansCondensed.ttf"
MM_PER_POINT = 25.4 / 72


class FontMissing(Exception):
    """The files of the face are not there: `npm run build` puts them in place."""


def missing(text: str) -> list[str]:
    """Tell which letters of `text` cannot be printed.

    Args:
        text: In Unicode's normal form C, without line breaks.

    Returns:
        Their code points, sorted, as « U+4E2D »: they name nobody. The replacement character, with which another
        program has overwritten a letter, is always among them.
    """
    known = _metrics()[0]
    unprintable = {char for char in text if ord(char) not in known or char == "\ufffd" or not char.isprintable()}
    return [f"U+{ord(char):04X}" for char in sorted(unprintable)]


def width(text: str, points: float) -> float:
    """Return how wide a line is.

    Args:
        text: Letters that the face has.
        points: The size.

    Returns:
        Millimetres, without kerning, which the pages do not use either.
    """
    advances, units = _metrics()
    return sum(advances.get(ord(char), units) for char in text) * points * MM_PER_POINT / units


def normal(text: str) -> str:
    """Return `text` as it is printed: normal form C, each run of blanks as one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@cache
def _metrics() -> tuple[dict[int, int], int]:
    try:
        font = TTFont(FOLDER / REGULAR, lazy=True)
    except OSError:
        raise FontMissing(f"{FOLDER / REGULAR} is missing: run `npm run build`") from None
    with font:
        advances = font["hmtx"].metrics
        return {code: advances[name][0] for code, name in font.getBestCmap().items()}, font["head"].unitsPerEm
