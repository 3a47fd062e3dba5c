"""Texts that nobody can tell apart: two lists, elections or codes that look the same must not stand on one ballot."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def as_seen(text: str) -> str:
    """Return what a reader sees of a text: composed, without what is invisible (Unicode's Cf), with single blanks."""
    shown = "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")
    # Taking an invisible character away can bring together what composes.
    return " ".join(unicodedata.normalize("NFC", shown).split())


def alike(texts: Sequence[str]) -> bool:
    """Whether two of these texts look the same."""
    return repeated(texts) is not None


def repeated(texts: Sequence[str]) -> int | None:
    """The place of the first text that looks like one before it; None where all can be told apart."""
    seen: set[str] = set()
    for place, text in enumerate(texts):
        if as_seen(text) in seen:
            return place
        seen.add(as_seen(text))
    return None
