"""What people type, made comparable: letters without case and accents, blanks without number."""

from __future__ import annotations

import unicodedata

_APOSTROPHES = "’‘ʼ′‛´`＇ʹ‵"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d"
# Letters that Unicode does not decompose, and signs that keyboards and telephones write differently.
_SAME = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"} | dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_DASHES, "-")
)


def without_accents(typed: str) -> str:
    """Return `typed` in lower case, without accents or invisible characters, with single blanks and none at the ends.

    Apostrophes are all one, hyphens and dashes too: which one is typed depends on the keyboard. Two texts that a person
    would call the same give the same string, and the string gives itself.
    """
    if typed.isascii():  # most words of a roll of a million: no letter to take apart, nothing invisible
        return " ".join(typed.translate(_SAME).lower().split())
    current = typed
    while True:
        # Signs first: the acute accent that stands for an apostrophe decomposes into a blank and an accent.
        folded = unicodedata.normalize("NFKD", current.translate(_SAME)).casefold().translate(_SAME)
        bare = "".join(char for char in unicodedata.normalize("NFKD", folded) if not _without_trace(char))
        following = " ".join(bare.split())
        if following == current:
            return current
        current = following


def visible(typed: str) -> str:
    """Return `typed` without the invisible characters that copying brings: zero-width blanks, soft hyphens, directions."""
    if typed.isascii():
        return typed
    return "".join(char for char in typed if unicodedata.category(char) != "Cf")


def _without_trace(char: str) -> bool:
    return bool(unicodedata.combining(char)) or unicodedata.category(char) == "Cf"
