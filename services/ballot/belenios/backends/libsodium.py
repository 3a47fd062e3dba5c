"""The checks through libsodium, one operation of the group at a time."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import Malformed
from ..group import Group, Point
from ..proofs import Ciphertext, Proof, check_knowledge, check_one_of, total
from .statements import Disjunction, Statement


class LibsodiumChecks:
    """Checks over the operations of a group."""

    name = "libsodium"

    def __init__(self, group: Group) -> None:
        self._group = group

    def first_outside(self, points: Sequence[Point]) -> int | None:
        """See Checks."""
        for position, point in enumerate(points):
            try:
                self._group.decode(self._group.encode(point))
            except Malformed:
                return position
        return None

    def first_failing(self, key: Point, ciphertexts: Sequence[Ciphertext], proofs: Sequence[Disjunction]) -> int | None:
        """See Checks."""
        for position, proof in enumerate(proofs):
            statements = [self._difference(ciphertexts, statement) for statement in proof.statements]
            if not check_one_of(self._group, key, proof.prefix, statements, proof.proofs):
                return position
        return None

    def knows(self, public: Point, prefix: str, proof: Proof) -> bool:
        """See Checks."""
        return check_knowledge(self._group, public, prefix, proof)

    def column_sums(self, columns: int) -> LibsodiumSums:
        """See Checks."""
        return LibsodiumSums(self._group, columns)

    def _difference(self, ciphertexts: Sequence[Ciphertext], statement: Statement) -> Ciphertext:
        summed = ciphertexts[statement.first : statement.last]
        whole = summed[0] if len(summed) == 1 else total(self._group, summed)
        return whole.minus_plain(self._group, statement.value)


class LibsodiumSums:
    """Sums of columns, an addition a point."""

    def __init__(self, group: Group, columns: int) -> None:
        self._group = group
        self._sums = [group.identity] * columns

    def add(self, row: Sequence[Point]) -> None:
        """See ColumnSums."""
        self._sums = [self._group.add(so_far, point) for so_far, point in zip(self._sums, row, strict=True)]

    def sums(self) -> list[Point]:
        """See ColumnSums."""
        return list(self._sums)
