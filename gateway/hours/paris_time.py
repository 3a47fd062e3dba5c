"""Times and numbers at the edge: services speak UTC, voters read Paris, in their language."""

import re
from datetime import datetime, timedelta

from flask_babel import format_datetime, format_decimal, get_locale
from flask_babel import gettext as _


def parse(moment: str) -> datetime:
    """An aware datetime from ISO 8601 text. Raises ValueError on text without an offset."""
    found = datetime.fromisoformat(moment)
    if found.tzinfo is None:
        raise ValueError("a time without an offset")
    return found


def paris(moment: str | datetime) -> str:
    """« jeudi 3 décembre 2026 à 08h00 » or "Thursday 3 December 2026 at 08:00", in Paris time."""
    when = moment if isinstance(moment, datetime) else parse(moment)
    text: str = _("%(day)s à %(hour)s", day=day_of(when), hour=format_datetime(when, hour_pattern()))
    return text


def day_of(when: datetime) -> str:
    """« mardi 1er janvier 2030 » or "Tuesday 1 January 2030", in Paris."""
    return with_ordinal(format_datetime(when, "EEEE d MMMM y"))


def with_ordinal(written: str) -> str:
    """A day as it is written: in French the first of a month is an ordinal."""
    return written if _english() else re.sub(r"(?<=\s)1(?=\s)", "1er", written, count=1)


def _english() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "en"


def paris_hour(moment: datetime) -> str:
    """« jeudi 3 décembre 2026 entre 08h00 et 09h00 »: what is kept to the hour is shown to the hour."""
    begins = moment.replace(minute=0, second=0, microsecond=0)
    text: str = _(
        "%(day)s entre %(begins)s et %(ends)s",
        day=day_of(begins),
        begins=format_datetime(begins, hour_pattern()),
        ends=format_datetime(begins + timedelta(hours=1), hour_pattern()),
    )
    return text


def hour_pattern() -> str:
    """How the reader's language writes an hour, as a pattern of Unicode (CLDR)."""
    return "HH:mm" if _english() else "HH'h'mm"


def number(value: float, decimals: int = 0) -> str:
    """A number with its decimal mark and its groups of thousands as the reader's language writes them."""
    text: str = format_decimal(value, format="#,##0" + ("." + "0" * decimals if decimals else ""))
    return text
