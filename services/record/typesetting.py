"""The pages of a record: tagged PDF (PDF/UA-1) set by Typst, as the notices are, in a face that Typst brings along."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst

from services.record.facts import REASON_OF_TIME, Intervention, Journal
from services.record.official import Board, Record, totals

PAGES = Path(__file__).resolve().parent / "pages"
PARIS = ZoneInfo("Europe/Paris")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ROLES = ("Présidente ou président", "Secrétaire", "Déléguée ou délégué", "Déléguée ou délégué", "Déléguée ou délégué")
UNKNOWN = "inconnu"


def election(record: Record, made_at: datetime) -> bytes:
    """Set the record of one election.

    Args:
        record: What it says.
        made_at: With time zone, written into the file.

    Returns:
        A PDF/UA-1 file; the same record at the same time gives the same bytes.
    """
    return set_page("record.typ", _prepared(record), made_at)


def event(records: Sequence[Record], board: Board, made_at: datetime) -> bytes:
    """Set the record of a whole voting event: a line for each election, and what the board says of all of them.

    Args:
        records: Of its elections, at least one.
        board: What concerns all of them.
        made_at: With time zone, written into the file.
    """
    sums = totals(records)
    data = {
        "event": records[0].facts.voting_event,
        "elections": [
            {
                "name": one.facts.name,
                "cells": [*map(_count, (one.facts.registered, one.facts.attendance, one.facts.counted)), _gap(one)],
                "explanation": one.board.explanation,
            }
            for one in records
        ],
        "totals": [_count(sums[name]) for name in ("registered", "attendance", "ballots")],
        "present": list(board.present_at_opening),
        "interventions": [_intervention(one) for one in board.interventions],
        "observations": list(board.observations),
        "signatures": _signatures(board),
        "made": paris(made_at),
    }
    return set_page("event.typ", data, made_at)


def paris(moment: datetime) -> str:
    """« jeudi 10 décembre 2026 à 17h00 », in Paris; seconds are not for reading."""
    local = moment.astimezone(PARIS)
    day = "1er" if local.day == 1 else str(local.day)
    return f"{_DAYS[local.weekday()]} {day} {_MONTHS[local.month - 1]} {local.year} à {local:%Hh%M}"


def _prepared(record: Record) -> dict[str, Any]:
    facts, checked = record.facts, record.verification
    by_itself = facts.close_reason in ("", REASON_OF_TIME)
    turnout = None
    if facts.registered:
        turnout = f"{100 * facts.counted / facts.registered:.2f} %".replace(".", ",")
    return {
        "event": facts.voting_event,
        "name": facts.name,
        "uuid": facts.election,
        "verified": checked is not None,
        "dates": [
            ["Scellement", _moment(facts.sealed_at)],
            ["Ouverture du vote", paris(facts.opens_at)],
            ["Clôture du vote", paris(facts.closes_at)],
            ["Fin du délai de grâce", paris(facts.ends_at)],
            ["Fermeture de l’urne", _moment(facts.closed_at)],
            ["Motif de la fermeture", "l’heure prévue" if by_itself else facts.close_reason],
        ],
        "sealing": list(facts.present_at_sealing),
        "opening": list(record.board.present_at_opening),
        "counts": [
            ["Inscrits", _count(facts.registered)],
            ["Émargements", _count(facts.attendance)],
            ["Bulletins dans l’urne", _count(facts.ballots)],
            *([["Dont remplacés par un vote ultérieur", _count(facts.replaced)]] if facts.replaced else []),
            *([["Participation", turnout]] if turnout else []),
        ],
        "difference": _gap(record),
        "agree": record.difference == 0,
        "compared": "comptés" if facts.replaced else "de l'urne",
        "explanation": record.board.explanation,
        "results": [
            {
                "question": one.question,
                "rows": [[name, _count(votes)] for name, votes in one.lists],
                "expressed": [
                    "Suffrages exprimés" if one.maximum == 1 else "Bulletins qui ne sont pas blancs",
                    _count(one.expressed),
                ],
                "blank": None if one.blank is None else _count(one.blank),
                "candidates": _candidates(record, place),
            }
            for place, one in enumerate(record.results, start=1)
        ],
        "seats": [
            {
                "number": one.number,
                "question": one.question,
                "rows": [[each["name"], str(each["seats"])] for each in one.data["lists"]],
                "steps": _steps(one.lines),
            }
            for one in record.seats
        ],
        "interventions": [_intervention(one) for one in record.interventions],
        "journal": _journal(facts.journal),
        "observations": list(record.board.observations),
        "fingerprints": [
            ["Empreinte du scrutin", facts.election_hash],
            ["Empreinte de l’urne", facts.head],
            ["Empreinte du logiciel", facts.software],
            *(
                []
                if checked is None
                else [
                    ["Logiciel de qui a vérifié", checked.software],
                    ["SHA-256 de l’archive", checked.sha256],
                ]
            ),
        ],
        "keys": []
        if checked is None
        else [
            f"Clefs nécessaires : {' et '.join(checked.keys)}.",
            f"Clefs employées : n° {', '.join(map(str, checked.decryptions))}.",
            f"Archive de {_count(checked.size)} octets, vérifiée en entier : bulletins, enchaînement, somme, déchiffrement.",
        ],
        "signatures": _signatures(record.board),
    }


def _candidates(record: Record, place: int) -> dict[str, Any] | None:
    """Women and men on the lists of a question, where somebody has said it."""
    for one in record.facts.candidates:
        if one.number == place and one.lists:
            return {
                "percent": None if one.women_percent is None else f"{one.women_percent:g}".replace(".", ","),
                "rows": [[each.name, _count(each.women), _count(each.men)] for each in one.lists],
            }
    return None


def _steps(lines: Sequence[str]) -> list[dict[str, Any]]:
    """The lines of a calculation, each with those that are set in below it."""
    steps: list[dict[str, Any]] = []
    for line in lines:
        if line.startswith(" ") and steps:
            steps[-1]["below"].append(line.strip())
        else:
            steps.append({"line": line.strip(), "below": []})
    return steps


def _journal(journal: Journal | None) -> dict[str, Any] | None:
    if journal is None:
        return None
    return {
        "since": paris(journal.since),
        "lines": [[str(one.number), paris(one.at), one.who, _with(one.what, one.about)] for one in journal.lines],
        "counts": [[one.what, one.who, _count(one.count)] for one in journal.counts],
        "omitted": journal.omitted,
        "chain": [["Entrées du journal", _count(journal.total)], ["Empreinte de la dernière", journal.head]],
    }


def _with(what: str, about: str) -> str:
    return f"{what} ({about})" if about else what


def _gap(record: Record) -> str:
    return UNKNOWN if record.difference is None else f"{record.difference:+d}".replace("+0", "0")


def _intervention(one: Intervention) -> list[str]:
    return [paris(one.at), one.who, one.what, one.reason]


def _signatures(board: Board) -> list[list[str]]:
    # Without names: room to write them.
    return [list(one) for one in board.signatures] or [[role, ""] for role in _ROLES]


def _moment(moment: datetime | None) -> str:
    return "inconnue" if moment is None else paris(moment)


def _count(number: int | None) -> str:
    # With the narrow space that does not break: 1 234 567.
    return UNKNOWN if number is None else f"{number:,}".replace(",", "\u202f")


def set_page(page: str, data: dict[str, Any], made_at: datetime) -> bytes:
    """Set one of the pages beside this module as PDF/UA-1.

    Args:
        page: The name of its file.
        data: What it reads.
        made_at: With time zone, written into the file.
    """
    made = typst.compile(
        str(PAGES / page),
        root=str(PAGES),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=made_at.replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # a list of files only where a file a page is asked for
    return made
