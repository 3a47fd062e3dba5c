"""What stands in the way of sealing an election, in the sentences of the command line."""

from __future__ import annotations

from typing import Any

from services.ballot.contract import sealing_gaps
from services.ballot.contract.elections import SealingChecks
from services.ballot.contract.sealing_gaps import Kind

ROLL, CODES, KEYS = "roll", "codes", "keys"
OF = {
    Kind.KEYS: KEYS,
    Kind.TRIAL: KEYS,
    Kind.ROLL: ROLL,
    Kind.CODES: CODES,
    Kind.VOTERS: CODES,
    Kind.ON_THE_WAY: CODES,
}
"""Kind of gap → the line of the list that it belongs to."""
WORDS = {
    Kind.KEYS: "les clés du bureau ne sont pas déposées. Terminez la cérémonie des clés.",
    Kind.TRIAL: "clés pas encore essayées par {names}.",
    Kind.ROLL: "la liste électorale est vide. Importez-la (import-roll).",
    Kind.CODES: "les codes de vote ne sont pas produits (generate-codes).",
    Kind.VOTERS: "{count} électeur(s) sans code. Relancez generate-codes.",
    Kind.ON_THE_WAY: "{count} clé(s) publiques sont encore en route. Attendez, ou voyez isoloir doctor.",
}


def gaps(code: str, voters: int, checks: dict[str, Any]) -> dict[str, str]:
    """What is missing before an election can be sealed.

    Args:
        code: the election's.
        voters: how many the roll entitles to vote in it.
        checks: the ballot box's SealingChecks, as JSON writes them.

    Returns:
        ROLL, CODES or KEYS → a French sentence that says what to do; nothing for what is sealed.
    """
    found = sealing_gaps.gaps(voters, SealingChecks.load(checks))
    return {
        OF[gap.kind]: f"{code} : {WORDS[gap.kind].format(count=gap.count, names=', '.join(gap.names))}" for gap in found
    }
