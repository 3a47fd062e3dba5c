"""The model event as tables: the same as its JSON, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from services.files.event_columns import AVAILABLE, CANDIDATES, COLUMNS, ELECTIONS, EVENT, LISTS, QUESTIONS
from services.files.voting_event_file import questions_of

FOR_SPREADSHEETS = "\ufeff"
"""The mark that spreadsheets know UTF-8 by."""
LEFT_OUT = "uuid"
"""The column that an import gives a value to, and nobody else."""


def tables(event: dict[str, Any]) -> dict[str, str]:
    """Name → content of each table of an event, as its JSON has it."""
    written = {
        EVENT: [_event(event)],
        ELECTIONS: [_election(one) for one in event["elections"]],
        QUESTIONS: _further(event["elections"]),
        LISTS: _lists(event["elections"]),
        CANDIDATES: _candidates(event["elections"]),
    }
    return {name: _csv(name, rows) for name, rows in written.items()}


def _csv(name: str, rows: Iterable[dict[str, Any]]) -> str:
    columns = [one for one in COLUMNS[name].known if one != LEFT_OUT]
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return FOR_SPREADSHEETS + file.getvalue()


def _event(event: dict[str, Any]) -> dict[str, Any]:
    dated = {column: _said(event["availability"].get(part)) for column, part in AVAILABLE.items()}
    return {
        "nom": event["name"],
        "ouverture": _said(event["opens_at"]),
        "cloture": _said(event["closes_at"]),
        "delai_minutes": event["grace_minutes"],
        "profil": event["profile"],
        **dated,
    }


def _said(moment: str | None) -> str:
    return "" if moment is None else f"{datetime.fromisoformat(moment):%d/%m/%Y %H:%M}"


def _election(election: dict[str, Any]) -> dict[str, Any]:
    asked = _asked(election["question"]) if "question" in election else {}
    return {
        "code": election["code"],
        "nom": election["name"],
        "nom_court": election.get("short_name", ""),
        "mode": "en ligne" if election["mode"] == "online" else "papier",
        "avis": election.get("notice", ""),
        "description": election.get("description", ""),
        "vote_a_nouveau": ("oui" if election.get("revoting") else "non") if asked else "",
        **asked,
    }


def _asked(question: dict[str, Any]) -> dict[str, Any]:
    return {
        "question": question["question"],
        "vote_blanc": "oui" if question["blank"] else "non",
        "minimum": question["minimum"],
        "maximum": question["maximum"],
        "part_femmes": str(question.get("women_percent", "")).replace(".", ","),
    }


def _further(elections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for election in elections:
        for number, question in enumerate(election.get("further_questions", []), 2):
            yield {"scrutin": election["code"], "numero_question": number, **_asked(question)}


def _answers(elections: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each list, with the cells that say where it belongs."""
    for election in elections:
        for number, question in enumerate(questions_of(election), 1):
            for answer in question["answers"]:
                of = {"scrutin": election["code"], "liste": answer["name"]}
                yield answer, of if number == 1 else {**of, "numero_question": number}


def _lists(elections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for answer, of in _answers(elections):
        yield {
            **of,
            "organisation": answer.get("union", ""),
            "logo": answer.get("logo", ""),
            "femmes": answer.get("women", ""),
            "hommes": answer.get("men", ""),
        }


def _candidates(elections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for answer, of in _answers(elections):
        for name in answer.get("candidates", []):
            first, _, last = name.partition(" ")
            yield {**of, "prenom": first, "nom": last}
