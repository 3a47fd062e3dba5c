"""NUMEN and date of birth as people write them: their form, for the roll and for the pages that ask for them (D3)."""

from __future__ import annotations

import re
from datetime import date, datetime

NUMEN_FORM = "13 caractères : deux chiffres, une lettre, sept chiffres, trois lettres"
_NUMEN = re.compile(r"[0-9]{2}[A-Z][0-9]{7}[A-Z]{3}")
_BIRTH_DATE = re.compile(r"\s*([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4})\s*")
_EARLIEST = 1900


def numen(typed: str) -> str:
    """A NUMEN as it is compared: capitals, without blanks and hyphens."""
    return re.sub(r"[\s\-]", "", typed).upper()


def is_numen(typed: str) -> bool:
    """Whether a text has the form of a NUMEN."""
    return _NUMEN.fullmatch(numen(typed)) is not None


def birth_date(typed: str) -> date | None:
    """The day that « jj/mm/aaaa » names, or None where it is no day of birth."""
    written = _BIRTH_DATE.fullmatch(typed)
    if written is None:
        return None
    try:
        day = datetime.strptime("/".join(written.groups()), "%d/%m/%Y").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        return None
    return day if day.year >= _EARLIEST else None
