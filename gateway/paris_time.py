"""Times at the edge: services speak UTC, voters read Paris."""

from datetime import datetime

from flask_babel import format_datetime
from flask_babel import gettext as _


def parse(moment: str) -> datetime:
    """An aware datetime from ISO 8601 text. Raises ValueError on text without an offset."""
    found = datetime.fromisoformat(moment)
    if found.tzinfo is None:
        raise ValueError("a time without an offset")
    return found


def paris(moment: str) -> str:
    """« jeudi 3 décembre 2026 à 08h00 », in Paris time (the application's default zone)."""
    when = parse(moment)
    text: str = _(
        "%(day)s à %(hour)s", day=format_datetime(when, "EEEE d MMMM y"), hour=format_datetime(when, "HH'h'mm")
    )
    return text
