"""The turnout of the vote before, as an operator brings it: a small table, all wrong cells told of at once (E13)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.files import csv_form, csv_table
from services.files.csv_form import Repairs
from services.identity.contract.figures import MOST_HOURS, WHOLE

ELECTION, HOUR, PERCENT, SIGNED, ENTITLED = "scrutin", "heure", "pourcentage", "emargements", "inscrits"
COLUMNS = csv_table.Columns((ELECTION, HOUR), (PERCENT, SIGNED, ENTITLED))
EITHER = f"Écrire {PERCENT}, ou bien {SIGNED} et {ENTITLED}."
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?) ?%?", re.ASCII)
_HOUR = re.compile("[0-9]{1,9}")
_COUNT = re.compile(r"[0-9 ]{1,12}")


@dataclass
class _Reading:
    codes: Collection[str]
    problems: list[str] = field(default_factory=list)
    shares: dict[str, dict[int, int]] = field(default_factory=dict)
    lines: dict[tuple[str, int], int] = field(default_factory=dict)

    def wrong(self, line: int, column: str, problem: str, remedy: str) -> None:
        self.problems.append(f"ligne {line}, {column} : {problem} → {remedy}")


def read(
    path: Path, codes: Collection[str], said: Callable[[str], object] = lambda _line: None
) -> list[dict[str, Any]]:
    """The elections of a file, as identity's EarlierTurnout has them.

    Args:
        path: columns scrutin (its code), heure (since the opening, 1 after the first), and pourcentage, or emargements and
            inscrits: the sum until then.
        codes: of the elections that are held online.
        said: told what was read otherwise than it stands.

    Raises:
        TableError: every problem, with line, column and remedy.
        OSError: the file cannot be opened.
    """
    reading, repairs = _Reading(codes), Repairs()
    for line, row in enumerate(csv_table.rows(path, COLUMNS, repairs), start=2):
        _row(reading, line, {name: csv_form.mended(cell) for name, cell in row.items()})
    _falling(reading)
    if not reading.lines and not reading.problems:
        reading.problems.append("ligne 2 : le fichier n’a que son en-tête. Ajoutez une ligne par scrutin et par heure.")
    if reading.problems:
        raise csv_table.TableError(*reading.problems[: csv_table.MOST_PROBLEMS])
    for sentence in repairs.said():
        said(sentence)
    return [
        {"code": code, "hours": [{"hour": hour, "share": share} for hour, share in sorted(hours.items())]}
        for code, hours in reading.shares.items()
    ]


def _row(reading: _Reading, line: int, row: dict[str, str]) -> None:
    before = len(reading.problems)
    code, hour = row[ELECTION], row[HOUR]
    if code not in reading.codes:
        known = ", ".join(sorted(reading.codes)[:20]) or "aucun"
        reading.wrong(
            line, ELECTION, f"Scrutin en ligne inconnu : « {code[:50]} ».", f"Écrire l’un des codes : {known}."
        )
    if not _HOUR.fullmatch(hour) or int(hour) > MOST_HOURS:
        remedy = f"Écrire un nombre entier de 0 à {MOST_HOURS} : les heures depuis l’ouverture, 1 après la première."
        reading.wrong(line, HOUR, f"Heure mal formée : « {hour[:20]} ».", remedy)
    share = _share(reading, line, row)
    if len(reading.problems) > before or share is None:
        return
    first = reading.lines.setdefault((code, int(hour)), line)
    if first != line:
        reading.wrong(line, HOUR, f"Heure déjà donnée à la ligne {first}.", "N’en garder qu’une par scrutin.")
        return
    reading.shares.setdefault(code, {})[int(hour)] = share


def _share(reading: _Reading, line: int, row: dict[str, str]) -> int | None:
    percent, signed, entitled = (row.get(name, "") for name in (PERCENT, SIGNED, ENTITLED))
    if bool(percent) == bool(signed or entitled):
        problem = "Participation donnée deux fois." if percent else "Participation absente."
        reading.wrong(line, PERCENT, problem, EITHER)
        return None
    if percent:
        found = _PERCENT.fullmatch(percent)
        value = Decimal(found[1].replace(",", ".")) if found else None
        if value is None or value > 100:
            reading.wrong(
                line, PERCENT, f"Pourcentage mal formé : « {percent[:20]} ».", "Écrire de 0 à 100, comme 41,7."
            )
            return None
        return round(value * (WHOLE // 100))
    counts = []
    for name, cell in ((SIGNED, signed), (ENTITLED, entitled)):
        if not _COUNT.fullmatch(cell) or not cell.strip():
            reading.wrong(line, name, f"Nombre mal formé : « {cell[:20]} ».", "Écrire un nombre entier de personnes.")
        else:
            counts.append(int(cell.replace(" ", "")))
    if len(counts) < 2:
        return None
    if counts[0] > counts[1] or counts[1] == 0:
        reading.wrong(
            line, SIGNED, "Plus d’émargements que d’inscrits, ou aucun inscrit.", "Corriger l’un des deux nombres."
        )
        return None
    return round(Decimal(WHOLE * counts[0]) / counts[1])


def _falling(reading: _Reading) -> None:
    for code, hours in reading.shares.items():
        most = 0
        for hour, share in sorted(hours.items()):
            if share < most:
                line = reading.lines[code, hour]
                remedy = "Écrire la participation cumulée depuis l’ouverture, non celle de l’heure seule."
                reading.wrong(line, PERCENT, "La participation baisse d’une heure à l’autre.", remedy)
            most = max(most, share)
