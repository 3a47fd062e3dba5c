"""What stands in the way of sealing an election: one rule for the sealing, for whoever asks days before, and for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.ballot.contract.elections import SealingChecks
from services.runtime.contracts.likeness import as_seen


class Kind(StrEnum):
    """What is missing."""

    KEYS = "keys"
    """The board's public keys were not handed over."""
    TRIAL = "trial"
    """Holders, by `names`, have not yet decrypted with their keys."""
    ROLL = "roll"
    """Nobody may vote in it."""
    CODES = "codes"
    """No voting code was made."""
    VOTERS = "voters"
    """So many voters, by `count`, have no code."""
    ON_THE_WAY = "on_the_way"
    """So many public keys of codes, by `count`, have not come to the ballot box."""


DELEGATES = 2
"""R211-552: sealing takes the president and at least so many delegates."""


class Absence(StrEnum):
    """Why those who are present are not enough."""

    DELEGATES = "delegates"
    """Fewer than DELEGATES."""
    TWICE = "twice"
    """One person is named twice."""


@dataclass(frozen=True)
class Present:
    """Who attends a sealing."""

    president: str
    delegates: Sequence[str]
    secretary: str | None = None

    @property
    def names(self) -> list[str]:
        """All of them, the president first."""
        return [self.president, *([self.secretary] if self.secretary else []), *self.delegates]

    @property
    def absence(self) -> Absence | None:
        """Why they are not enough (R211-552); None where they are."""
        if len(self.delegates) < DELEGATES:
            return Absence.DELEGATES
        seen = [as_seen(name).casefold() for name in self.names]
        return Absence.TWICE if len(set(seen)) < len(seen) else None


@dataclass(frozen=True)
class Gap:
    """One thing that is missing."""

    kind: Kind
    count: int = 0
    names: Sequence[str] = ()


def gaps(voters: int, checks: SealingChecks) -> list[Gap]:
    """What is missing before an election can be sealed.

    Args:
        voters: how many the roll entitles to vote in it.
        checks: the ballot box's.

    Returns:
        At most one gap of the keys and one of roll and codes; nothing for what is sealed.
    """
    if checks.sealed:
        return []
    found: list[Gap] = []
    if not checks.keys:
        found.append(Gap(Kind.KEYS))
    elif checks.untried:
        found.append(Gap(Kind.TRIAL, names=tuple(checks.untried)))
    if not voters:
        found.append(Gap(Kind.ROLL))
    elif checks.holders is None:
        found.append(Gap(Kind.CODES))
    elif checks.holders < voters:
        found.append(Gap(Kind.VOTERS, voters - checks.holders))
    elif checks.received < (checks.expected or 0):
        found.append(Gap(Kind.ON_THE_WAY, (checks.expected or 0) - checks.received))
    return found
