"""What a caller is told of a refusal: status and words, filled in from the refusal's details.

A code that is not in the table (gateway/edge/words) is an incident: it is answered 500 with the correlation id to quote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.units import format_unit
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from gateway.edge.words import INCIDENT, WORDS
from gateway.hours import paris_time
from gateway.i18n.typography import spaced


@dataclass(frozen=True)
class RefusalWords:
    """What one caller is told."""

    code: str
    status: int
    message: str
    details: dict[str, Any]


RETRY_AFTER_SECONDS = 10

RETIRED_IN_HOUR = _(
    "Ce code de vote a été remplacé par un réassort, %(retired_in_hour)s (heure de Paris). Utilisez le dernier code que "
    "vous avez reçu."
)
"""What takes the place of « credential_retired » where the urn says when."""


class _Blanks(dict[str, Any]):
    """Details for a sentence; a missing one must not turn a refusal into an incident."""

    def __missing__(self, key: str) -> str:
        return "?"


UNITS = {"seconds": "duration-second", "minutes": "duration-minute"}


def words_for(code: str, details: Mapping[str, Any] | None = None) -> RefusalWords:
    """Status and words of a code; an unknown code becomes an incident without details."""
    words = WORDS.get(code)
    if words is None:
        return RefusalWords(INCIDENT, WORDS[INCIDENT].status, spaced(str(WORDS[INCIDENT].message)), {})
    known = dict(details or {})
    message = words.message
    if code == "credential_retired" and known.get("retired_in_hour"):
        message = RETIRED_IN_HOUR
    return RefusalWords(code, words.status, spaced(str(message) % _Blanks(_in_words(known))), known)


def _in_words(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as a sentence says them: spans of time with their unit in the right number, hours by the clock of Paris."""
    said = dict(details)
    for name, unit in UNITS.items():
        if isinstance(said.get(name), int):
            said[name] = format_unit(said[name], unit, locale=get_locale() or "fr")
    if said.get("retired_in_hour"):
        said["retired_in_hour"] = paris_time.paris_hour(paris_time.parse(str(said["retired_in_hour"])))
    return said
