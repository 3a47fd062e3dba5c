"""What `isoloir operator new-event` writes: dates from a day, everything else from the model files beside this module."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from deploy.operator.new_event import event_model_tables

HERE = Path(__file__).parent
EVENT, ROLL, WORDS = "event.json", "roll.csv", "LISEZ-MOI.md"
EARLIER = "participation-precedente.csv"
TABLES = "tableur"
"""The folder that has the same event as tables, for whoever prepares it in a spreadsheet."""
PARIS = ZoneInfo("Europe/Paris")
THURSDAY = 3
AHEAD = timedelta(days=70)
"""Time for roll, claims, codes, printing and the fifteen days that notices must be there before (R211-554)."""
LENGTH = timedelta(days=7)
"""From a Thursday to the next: eight days are voted on, and no more than eight days pass."""
OPENED_BEFORE = {"profile": 49, "elections": 49, "roll": 49, "claims": 49, "lists": 30}
"""Part of the voter's space → days before the vote from which it may be used, as portals of 2018 and 2022 had it."""


def files(today: date) -> dict[str, str]:
    """The files to fill in.

    Args:
        today: the day on which they are written; the vote opens on a Thursday at least ten weeks later.

    Returns:
        Name → content, each of which the readers of services/files take as it stands.
    """
    first = _opening_day(today)
    opens_at, closes_at = _moment(first, 8), _moment(first + LENGTH, 17)
    model: dict[str, Any] = json.loads((HERE / EVENT).read_text(encoding="utf-8"))
    event = {
        "name": model["name"],
        "opens_at": opens_at.isoformat(),
        "closes_at": closes_at.isoformat(),
        **{key: model[key] for key in ("grace_minutes", "profile")},
        "availability": {
            part: _moment(first - timedelta(days=days), 8).isoformat() for part, days in OPENED_BEFORE.items()
        },
        "elections": model["elections"],
    }
    tables = event_model_tables.tables(event)
    words = Template((HERE / WORDS).read_text(encoding="utf-8"))
    return {
        EVENT: json.dumps(event, ensure_ascii=False, indent=2) + "\n",
        ROLL: (HERE / ROLL).read_text(encoding="utf-8"),
        EARLIER: (HERE / EARLIER).read_text(encoding="utf-8"),
        WORDS: words.substitute(opens=_said(opens_at), closes=_said(closes_at)),
        **{f"{TABLES}/{name}": content for name, content in tables.items()},
    }


def _opening_day(today: date) -> date:
    earliest = today + AHEAD
    return earliest + timedelta(days=(THURSDAY - earliest.weekday()) % 7)


def _moment(day: date, hour: int) -> datetime:
    # Each with the offset of its own day: winter and summer time may change in between.
    return datetime.combine(day, time(hour), PARIS)


def _said(moment: datetime) -> str:
    return f"le jeudi {moment:%d/%m/%Y} à {moment.hour} h"
