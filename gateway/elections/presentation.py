"""How each question's lists are shown: union and logo beside the name, from the imported voting event file.

The ballot itself knows names alone. What the file says of a question is used only where its names are, in the same order,
those of the sealed election: a file that was changed can decorate the lists, never swap or rename them.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.runtime.telemetry.logs import get_logger

log = get_logger()

LOGO = re.compile(r"data:image/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/=]+|/static/[\w./-]+")
WHOLE = 100


@dataclass(frozen=True)
class Presented:
    """A question as it is shown.

    Attributes:
        question: Its words.
        lists: [{name, union, logo}] in the order of the ballot; union and logo may be empty. `candidates`, names in order,
            `women` and `men`, how many of the candidates, are there where the file has them.
        women_percent: The share of women among those whom the lists are to represent; None where nobody has said it.
        differs: The file describes other lists than the ballot has, and is not believed.
    """

    question: str
    lists: list[dict[str, Any]]
    women_percent: float | None = None
    differs: bool = False


def questions_of(file: str, uuid: str, election: str) -> list[Presented]:
    """The questions of a ballot, in its order.

    Args:
        file: The path of the event file, '' for none.
        uuid: Of the election.
        election: The raw sealed election.
    """
    asked = json.loads(election)["questions"]
    described = _described(file, uuid)
    return [
        _presented(uuid, number, question, described[number - 1] if number <= len(described) else {})
        for number, question in enumerate(asked, 1)
    ]


def questions_announced(file: str, uuid: str) -> list[Presented]:
    """The same, as the operator's file alone announces them: for an election whose ballot is not made yet."""
    return [
        Presented(
            str(question.get("question") or ""),
            [_shown(str(entry.get("name") or ""), entry) for entry in _answers(question)],
            _percent(question),
        )
        for question in _described(file, uuid)
    ]


def _presented(uuid: str, number: int, question: dict[str, Any], described: dict[str, Any]) -> Presented:
    names = [str(name) for name in question.get("answers", [])]
    entries = _answers(described)
    differs = bool(entries) and [entry.get("name") for entry in entries] != names
    if differs:
        log.warning("presentation_differs", election=uuid, question=number)
    if differs or not entries:
        entries = [{} for _ in names]
    lists = [_shown(name, entry) for name, entry in zip(names, entries, strict=True)]
    return Presented(str(question.get("question") or ""), lists, None if differs else _percent(described), differs)


def _answers(described: dict[str, Any]) -> list[dict[str, Any]]:
    answers = described.get("answers")
    return [entry for entry in answers if isinstance(entry, dict)] if isinstance(answers, list) else []


def _shown(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": name, "union": str(entry.get("union") or ""), "logo": _logo(entry)}
    candidates = entry.get("candidates")
    if isinstance(candidates, list) and candidates:
        shown["candidates"] = [str(candidate) for candidate in candidates]
    counts = {sex: entry[sex] for sex in ("women", "men") if isinstance(entry.get(sex), int)}
    return {**shown, **counts} if len(counts) > 1 else shown


def _percent(described: dict[str, Any]) -> float | None:
    percent = described.get("women_percent")
    return float(percent) if isinstance(percent, int | float) and 0 <= percent <= WHOLE else None


def _logo(entry: dict[str, Any]) -> str:
    logo = str(entry.get("logo") or "")
    return logo if LOGO.fullmatch(logo) and ".." not in logo else ""


def _described(file: str, uuid: str) -> list[dict[str, Any]]:
    """What the file says of each question: `question` first, then `further_questions` as they stand."""
    if not file:
        return []
    try:
        event = json.loads(Path(file).read_text(encoding="utf-8"))
        entry = next(entry for entry in event["elections"] if entry.get("uuid") == uuid)
        found = [entry["question"], *(entry.get("further_questions") or [])]
        if not all(isinstance(question, dict) for question in found):
            raise TypeError("a question of another form")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
        log.warning("presentation_unreadable", election=uuid)
        return []
    return found
