"""The demonstration's voting event, dated from now, and its roll."""

import base64
import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.files.voting_event_file import with_uuids

ROLL = Path(__file__).with_name("roll.csv")
EVENT = Path(__file__).with_name("voting_event.json")
CONTENT = Path(__file__).with_name("content")
"""Texts of the invented ministry: édito, support cells, professions de foi."""

LENGTH = timedelta(days=8)
OPENED_BEFORE = {"profile": 49, "elections": 49, "roll": 49, "claims": 49, "lists": 30}
"""Part of the voter's space → days before the vote from which it may be used, as portals of 2018 and 2022 had it."""

COLOURS = ("#1f4e79", "#7a3b69", "#2e6b4f", "#8a4b08", "#5b3a8c", "#00626b", "#8c2f39", "#4a5320")


def voting_event(now: datetime) -> dict[str, Any]:
    """The definition that an operator imports, with new uuids: open from ``now`` (aware) for eight days."""
    described: dict[str, Any] = json.loads(EVENT.read_text(encoding="utf-8"))
    event = with_uuids(
        {
            **described,
            "opens_at": now.isoformat(timespec="seconds"),
            "closes_at": (now + LENGTH).isoformat(timespec="seconds"),
            "availability": {
                part: (now - timedelta(days=days)).isoformat(timespec="seconds") for part, days in OPENED_BEFORE.items()
            },
        }
    )
    unions: dict[str, str] = {}
    for election in event["elections"]:
        for answer in election.get("question", {}).get("answers", []):
            union = answer["union"]
            answer["logo"] = unions.setdefault(union, _logo(union, COLOURS[len(unions) % len(COLOURS)]))
    return event


def voters() -> list[dict[str, str]]:
    """The lines of the roll, column → text."""
    with ROLL.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _logo(union: str, colour: str) -> str:
    initial = union.split()[-1][0].upper()
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="24" '
        f'fill="{colour}"/><text x="24" y="33" font-family="sans-serif" font-size="26" text-anchor="middle" '
        f'fill="#fff">{initial}</text></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()
