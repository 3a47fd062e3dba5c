"""How much of what was measured is in use: arrivals against the settings' pace, lines against their places (E13). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NEARLY_FULL = 0.8
"""From what share on somebody should look."""


@dataclass(frozen=True)
class Used:
    """Something that can be full: its name, how much of it is in use, how much there is, in the unit of its name."""

    name: str
    used: float
    most: float

    @property
    def share(self) -> float:
        """The part that is in use; more than all where arrivals are faster than what was measured."""
        return self.used / self.most if self.most else 0.0

    @property
    def is_nearly_full(self) -> bool:
        """Whether somebody should look at it."""
        return self.share >= NEARLY_FULL


def of_door(door: Mapping[str, Any]) -> list[Used]:
    """The door against what the settings say was measured; nothing for what they do not bind.

    Args:
        door: as the waiting room describes itself: its `capacity`, `let_in_a_minute` (None: too few to say) and `inside`.
    """
    measured = door["capacity"]
    found: list[Used] = []
    if measured["pace"]:
        found.append(Used("pace", door["let_in_a_minute"] or 0.0, measured["pace"]))
    if measured["inside"]:
        found.append(Used("inside", door["inside"], measured["inside"]))
    return found


def of_lines(busiest: Mapping[str, tuple[int, int]]) -> list[Used]:
    """The lines of this process of the portal.

    Args:
        busiest: line → (places taken at the busiest moment of the last minutes, places).
    """
    return [Used(name, taken, places) for name, (taken, places) in busiest.items()]


def rows(found: list[Used]) -> list[tuple[object, ...]]:
    """(what, in use, capacity, share in per cent)."""
    return [(one.name, one.used, one.most, round(100 * one.share, 1)) for one in found]
