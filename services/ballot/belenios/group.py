"""The group behind an interface (sections 1.1 and 1.3). Only Ed25519 is implemented.

A point is held as bytes that only its group understands; scalars are integers modulo the order ``q``.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from .errors import Malformed

Point = bytes

_HEX_POINT = re.compile(r"[0-9a-f]{64}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}")


class Group(ABC):
    """A group of prime order ``q``, written multiplicatively in the protocol page and additively here."""

    name: str
    q: int
    generator: Point
    identity: Point

    @abstractmethod
    def encode(self, point: Point) -> str:
        """The protocol's string for a point."""

    @abstractmethod
    def decode(self, text: Any) -> Point:
        """The point of a string, checked to be in the prime-order subgroup. Raises Malformed("bad-point")."""

    @abstractmethod
    def decode_trusted(self, text: Any) -> Point:
        """The point of a string that ``decode`` has accepted before: syntax only. Raises Malformed("bad-point")."""

    @abstractmethod
    def mul(self, point: Point, scalar: int) -> Point:
        """``point^scalar``; the point is in the subgroup, the scalar is any integer."""

    @abstractmethod
    def base_mul(self, scalar: int) -> Point:
        """``g^scalar``."""

    @abstractmethod
    def add(self, a: Point, b: Point) -> Point:
        """The group operation."""

    @abstractmethod
    def sub(self, a: Point, b: Point) -> Point:
        """The group operation with the inverse of ``b``."""

    def sum(self, points: Iterable[Point]) -> Point:
        """The group operation over all points; the identity for none."""
        total = self.identity
        for point in points:
            total = self.add(total, point)
        return total

    def random_scalar(self) -> int:
        """A uniform scalar from the system's generator."""
        return secrets.randbelow(self.q)

    def scalar(self, text: Any) -> int:
        """The integer of a decimal string, 0 <= n < q, no leading zero. Raises Malformed("bad-scalar")."""
        if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
            raise Malformed("bad-scalar", "not a decimal string")
        value = int(text)
        if value >= self.q:
            raise Malformed("bad-scalar", "out of range")
        return value

    def challenge(self, prefix: str, points: Iterable[Point]) -> int:
        """Hash to a challenge (section 1.3)."""
        text = prefix + ",".join(map(self.encode, points))
        return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big") % self.q


class Ed25519Group(Group):
    """The prime-order subgroup of edwards25519, through libsodium.

    A point is libsodium's 32 bytes (little-endian); the protocol's string is those bytes reversed, in hexadecimal.
    libsodium refuses the identity and the zero scalar, hence the special cases.
    """

    name = "Ed25519"
    q = 2**252 + 27742317777372353535851937790883648493
    identity = (1).to_bytes(32, "little")

    def __init__(self) -> None:
        self.generator = sodium.crypto_scalarmult_ed25519_base_noclamp((1).to_bytes(32, "little"))

    def encode(self, point: Point) -> str:
        """Return the point as 64 lower-case hexadecimal digits, big-endian (section 2)."""
        return point[::-1].hex()

    def decode_trusted(self, text: Any) -> Point:
        """Read a point that was checked before. Raises Malformed for what is not 64 digits."""
        if not isinstance(text, str) or not _HEX_POINT.fullmatch(text):
            raise Malformed("bad-point", "not 64 lower-case hexadecimal digits")
        return bytes.fromhex(text)[::-1]

    def decode(self, text: Any) -> Point:
        """Read a point and check that it is in the group. Raises Malformed."""
        point = self.decode_trusted(text)
        if point != self.identity and not sodium.crypto_core_ed25519_is_valid_point(point):
            raise Malformed("bad-point", "not in the prime-order subgroup")
        return point

    def mul(self, point: Point, scalar: int) -> Point:
        """Return the point times the scalar, of any size."""
        scalar %= self.q
        if scalar == 0 or point == self.identity:
            return self.identity
        try:
            return sodium.crypto_scalarmult_ed25519_noclamp(scalar.to_bytes(32, "little"), point)
        except CryptoError as error:
            # Only a point that never went through decode gets here.
            raise Malformed("bad-point", "not in the prime-order subgroup") from error

    def base_mul(self, scalar: int) -> Point:
        """Return the generator times the scalar, of any size."""
        scalar %= self.q
        if scalar == 0:
            return self.identity
        return sodium.crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))

    def add(self, a: Point, b: Point) -> Point:
        """Return the sum of two points."""
        return sodium.crypto_core_ed25519_add(a, b)

    def sub(self, a: Point, b: Point) -> Point:
        """Return the difference of two points."""
        return sodium.crypto_core_ed25519_sub(a, b)


ED25519 = Ed25519Group()

GROUPS: dict[str, Group] = {ED25519.name: ED25519}


def group_named(name: str) -> Group:
    """The implemented group of that name. Raises Malformed("unsupported-group")."""
    try:
        return GROUPS[name]
    except KeyError:
        raise Malformed("unsupported-group") from None
