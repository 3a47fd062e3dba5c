"""The voter's identifier: the professional e-mail address, as people really type it (A2)."""

from __future__ import annotations

import unicodedata


def normalise(typed: str) -> str:
    """Return `typed` without surrounding blanks, in lower case and NFC.

    Lower-casing can undo NFC and NFC can bring back a letter that has a lower case, hence the loop until nothing
    changes: the same identifier is always one string, so that equality in the database is equality for people.
    """
    current = typed
    while True:
        following = unicodedata.normalize("NFC", current.strip().lower())
        if following == current:
            return current
        current = following
