"""How the booth shows each list: union and logo beside the name, from the imported voting event file.

The ballot itself knows names alone. A presentation is used only where its names are, in the same order,
those of the sealed election: a file that was changed can decorate the lists, never swap or rename them.
"""

import json
import re
from pathlib import Path
from typing import Any

from services.runtime.telemetry.logs import get_logger

log = get_logger()

LOGO = re.compile(r"data:image/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/=]+|/static/[\w./-]+")


def lists_of(file: str, uuid: str, election: str) -> list[dict[str, Any]]:
    """[{name, union, logo}] in the order of the ballot's first question; union and logo may be empty.

    `candidates`, names in order, is there where the file has it.

    In: the path of the event file ('' for none), the election's uuid, the raw sealed election.
    """
    names = [str(name) for name in json.loads(election)["questions"][0].get("answers", [])]
    described = _described(file, uuid)
    if [entry.get("name") for entry in described] != names:
        if described:
            log.warning("presentation_differs", election=uuid)
        described = [{} for _ in names]
    return [_shown(name, entry) for name, entry in zip(names, described, strict=True)]


def lists_announced(file: str, uuid: str) -> list[dict[str, Any]]:
    """The same, as the operator's file alone announces them: for an election whose ballot is not made yet."""
    return [_shown(str(entry.get("name") or ""), entry) for entry in _described(file, uuid)]


def _shown(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": name, "union": str(entry.get("union") or ""), "logo": _logo(entry)}
    candidates = entry.get("candidates")
    if isinstance(candidates, list) and candidates:
        shown["candidates"] = [str(candidate) for candidate in candidates]
    return shown


def _logo(entry: dict[str, Any]) -> str:
    logo = str(entry.get("logo") or "")
    return logo if LOGO.fullmatch(logo) and ".." not in logo else ""


def _described(file: str, uuid: str) -> list[dict[str, Any]]:
    if not file:
        return []
    try:
        event = json.loads(Path(file).read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = next(
            entry["question"]["answers"] for entry in event["elections"] if entry.get("uuid") == uuid
        )
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        log.warning("presentation_unreadable", election=uuid)
        return []
    return found
