"""How many women and men the lists of a question have, beside their share among those whom the lists are to represent.

Source: décret 2017-1201 of 27 July 2017. The operator's file says it, no archive does: the ballot has names of lists alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.record.reading import NotFacts, entries, number, text

WHOLE = 100


@dataclass(frozen=True)
class ListCandidates:
    """How many candidates of each a list has."""

    name: str
    women: int
    men: int


@dataclass(frozen=True)
class QuestionCandidates:
    """Of one question, `number` from 1: the share of women asked for (percent), where there is one, and its lists."""

    number: int
    women_percent: float | None
    lists: tuple[ListCandidates, ...]

    def as_json(self) -> dict[str, Any]:
        """As the portal publishes it."""
        return {
            "number": self.number,
            "women_percent": self.women_percent,
            "lists": [dict(vars(one)) for one in self.lists],
        }

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> QuestionCandidates:
        """Read what a portal published. Raises NotFacts."""
        percent = value.get("women_percent")
        if percent is not None and not (type(percent) in (int, float) and 0 <= percent <= WHOLE):
            raise NotFacts("women_percent")
        listed = tuple(
            ListCandidates(text(one, "name"), number(one, "women"), number(one, "men"))
            for one in entries(value, "lists")
        )
        return cls(number(value, "number"), percent, listed)
