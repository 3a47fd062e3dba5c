"""The territory of a voter, which turnout is counted by: the roll's own column, or the department of the postal code.

Postal codes are what every roll has at hand, for the notice on paper; whoever counts by other territories (académies,
regions, sites) writes them in the column « territoire ».
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_POSTAL_CODE = re.compile("[0-9]{5}")
_LONGER = ("97", "98")
"""How postal codes overseas begin: three digits say which territory."""


def territory_of(columns: Mapping[str, str]) -> str:
    """The territory that a line of a roll file tells: « territoire » where the file has it, else a department's number.

    Args:
        columns: a line's values by column, as they are kept.

    Returns:
        "" where it tells none: an empty cell, an address abroad.
    """
    if "territoire" in columns:
        return columns["territoire"]
    return department(columns["code_postal"])


def department(postal_code: str) -> str:
    """The number of the department (80, 2A, 974) of a postal code; "" of anything else."""
    code = postal_code.replace(" ", "")
    if not _POSTAL_CODE.fullmatch(code):
        return ""
    if code.startswith("20"):
        # Corsica has kept one beginning for two departments: 200 and 201 are the South.
        return "2A" if code < "20200" else "2B"
    return code[:3] if code.startswith(_LONGER) else code[:2]
