"""Whether voters may vote again: said by a sentence that the election file ends its description with.

The protocol itself counts the last ballot of each credential (section 5); whether a second one is a vote or a fraud it does
not say. The election file is what every ballot signs by its hash: whoever reads the description is told the rule, and nobody
can bring it in, or take it away, once one ballot is cast.
"""

from __future__ import annotations

RULE = "Jusqu'à la clôture, chacun peut voter à nouveau : seul son dernier bulletin compte."
"""Never changed: the sentence stands in archives that are kept, and gateway/booth/belenios/revoting.js has it too."""


def allowed(description: str) -> bool:
    """Whether a description says that voters may vote again."""
    return description.endswith(RULE)


def with_rule(description: str) -> str:
    """The description of an election in which voters may vote again, from what its operator wrote."""
    return f"{description} {RULE}" if description else RULE
