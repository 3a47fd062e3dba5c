"""The voter's identifier: the professional e-mail address, as people really type it (A2)."""

from __future__ import annotations

import unicodedata

from services.identity.contract.event.wording import visible


def normalise(typed: str) -> str:
    """Return `typed` without surrounding blanks, in lower case and NFC.

    What comes along when an address is copied goes too: invisible characters, `mailto:`, angle brackets.
    Lower-casing can undo NFC and NFC can bring back a letter that has a lower case, hence the loop until nothing
    changes: the same identifier is always one string, so that equality in the database is equality for people.
    """
    current = typed
    while True:
        following = unicodedata.normalize("NFC", _unwrapped(visible(current).strip()).lower())
        if following == current:
            return current
        current = following


def _unwrapped(address: str) -> str:
    if address.startswith("<") and address.endswith(">"):
        return address[1:-1].strip()
    return address[len("mailto:") :].strip() if address[:7].lower() == "mailto:" else address
