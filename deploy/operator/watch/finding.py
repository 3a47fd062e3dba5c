"""One thing that is wrong, as the doctor says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something wrong: `is_fault` where voters or messages wait for it now, else something to see to.

    Attributes:
        name: stays the same, for alerts and for docs/operations.md.
        what: one French sentence.
        remedy: what to do, one French sentence.
        is_fault: whether it hurts now.
    """

    name: str
    what: str
    remedy: str
    is_fault: bool = True
