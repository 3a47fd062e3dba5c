"""The checks through the native module (native/, curve25519-dalek): a whole answer a call, the interpreter free."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import isoloir_native

from ..group import Point
from ..proofs import Ciphertext, Proof
from .statements import Disjunction

SIZE = 32  # bytes of a point and of a scalar


class CompiledChecks:
    """Checks over Ed25519."""

    name = "native"

    def first_outside(self, points: Sequence[Point]) -> int | None:
        """See Checks."""
        position: int | None = isoloir_native.first_outside(b"".join(points))
        return position

    def first_failing(self, key: Point, ciphertexts: Sequence[Ciphertext], proofs: Sequence[Disjunction]) -> int | None:
        """See Checks."""
        position: int | None = _prepared(key).first_failing(
            b"".join(point for ciphertext in ciphertexts for point in ciphertext),
            [(proof.prefix, list(proof.statements), _scalars(proof.proofs)) for proof in proofs],
        )
        return position

    def knows(self, public: Point, prefix: str, proof: Proof) -> bool:
        """See Checks."""
        held: bool = isoloir_native.knows(public, prefix, _scalars([proof]))
        return held

    def column_sums(self, columns: int) -> CompiledSums:
        """See Checks."""
        return CompiledSums(columns)


class CompiledSums:
    """Sums of columns in native memory."""

    def __init__(self, columns: int) -> None:
        self._sums = isoloir_native.ColumnSums(columns)

    def add(self, row: Sequence[Point]) -> None:
        """See ColumnSums."""
        self._sums.add(b"".join(row))

    def sums(self) -> list[Point]:
        """See ColumnSums."""
        joined = self._sums.sums()
        return [joined[start : start + SIZE] for start in range(0, len(joined), SIZE)]


@lru_cache(maxsize=64)
def _prepared(key: Point) -> isoloir_native.ElectionKey:
    # Preparing a key costs as much as a few multiplications; an event has some hundreds of elections at most.
    return isoloir_native.ElectionKey(key)


def _scalars(proofs: Sequence[Proof]) -> bytes:
    return b"".join(number.to_bytes(SIZE, "little") for proof in proofs for number in proof)
