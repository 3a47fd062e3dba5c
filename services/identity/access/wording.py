"""What people type, made comparable: letters without case and accents, blanks without number."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not decompose, and signs that keyboards and telephones write differently.
_SAME = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'", "‘": "'", "ʼ": "'", "′": "'"})


def without_accents(typed: str) -> str:
    """Return `typed` in lower case, without accents, with single blanks and none at the ends.

    Two texts that a person would call the same give the same string, and the string gives itself.
    """
    current = typed
    while True:
        folded = unicodedata.normalize("NFKD", current).casefold().translate(_SAME)
        bare = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
        following = " ".join(bare.split())
        if following == current:
            return current
        current = following
