"""A roll of any length, written a line at a time: plainly invented voters of one election."""

from __future__ import annotations

import csv
from pathlib import Path

from deploy.rehearsal.electorate import FIRST_NAMES, ROLL_COLUMNS, SURNAMES


def write(path: Path, voters: int, election: str) -> None:
    """Write the roll as `isoloir operator import-roll` reads it, the same for the same number.

    Args:
        path: The file.
        voters: How many.
        election: Code of the only election.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(ROLL_COLUMNS)
        for number in range(1, voters + 1):
            lines.writerow(
                (
                    f"electeur{number}@academie.example",
                    f"{SURNAMES[number % len(SURNAMES)]} {_letters(number)}",
                    FIRST_NAMES[number % len(FIRST_NAMES)],
                    f"École des Essais {number % 5000 + 1}",
                    f"{number} rue de la Mesure",
                    "",
                    "99999",
                    "VILLE-D'ESSAI",
                    election,
                )
            )


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
