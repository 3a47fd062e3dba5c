"""What a backend is asked about: statements on sums of ciphertexts, and the proof that one of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ..group import Point
from ..proofs import Ciphertext, Proof


class Statement(NamedTuple):
    """It says: « The sum of the ciphertexts from ``first`` up to ``last``, excluded, encrypts ``value``. »"""

    first: int
    last: int
    value: int


class Disjunction(NamedTuple):
    """A proof that one of the statements holds (section 3): a proof for each of them, under one prefix."""

    prefix: str
    statements: Sequence[Statement]
    proofs: Sequence[Proof]


class ColumnSums(Protocol):
    """Sums of columns of points."""

    def add(self, row: Sequence[Point]) -> None:
        """Add a row of points that have been checked before, one a column."""

    def sums(self) -> list[Point]:
        """The sums so far; the identity where nothing was added."""


class Checks(Protocol):
    """Checks of public data. Points are 32 bytes; those called checked come from ``Group.decode`` or ``first_outside``."""

    name: str

    def first_outside(self, points: Sequence[Point]) -> int | None:
        """Position of the first point that is not in the prime-order subgroup.

        Returns:
            The position, or None where all points are in it (the identity is).
        """

    def first_failing(self, key: Point, ciphertexts: Sequence[Ciphertext], proofs: Sequence[Disjunction]) -> int | None:
        """Position of the first proof that does not hold under the election's public key.

        Args:
            key: the election's public key, checked.
            ciphertexts: checked points, which the statements of the proofs refer to by position.
            proofs: what is claimed of them.

        Returns:
            The position, or None where all proofs hold.
        """

    def knows(self, public: Point, prefix: str, proof: Proof) -> bool:
        """Whether the proof shows knowledge of the discrete logarithm of ``public``, a checked point (section 3.1)."""

    def column_sums(self, columns: int) -> ColumnSums:
        """Sums of that many columns, nothing added yet."""
