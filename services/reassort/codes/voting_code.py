"""The voting code: what a voter types, and the Belenios credential it stands for.

Sixteen symbols of Crockford's base 32 in groups of four. Fifteen are random (75 bits), the last is a check symbol:
codes are the zeros of sum(alpha^i * symbol_i, i = 0..15) in GF(32), where alpha generates the multiplicative group
(order 31). The sixteen weights alpha^i are distinct and not zero: every single wrong symbol and every exchange of two
different symbols, adjacent or not, is noticed.
"""

from __future__ import annotations

import hashlib
import secrets

from services.ballot.belenios.keys.credential import BASE58, CREDENTIAL_LENGTH, format_credential

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
DEFAULT_ITERATIONS = 10_000

REASONS = frozenset({"empty", "bad-symbol", "bad-length", "bad-check"})

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_SKIPPED = frozenset(" -\t\r\n\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212")
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive: x has order 31
# Whatever is typed, no more than this is looked at.
_MAX_TYPED = 200


class InvalidVotingCode(ValueError):
    """What was typed is no voting code; ``reason`` is one of REASONS. The code itself is never in the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def generate() -> str:
    """A random voting code, normalised (sixteen symbols, no hyphens)."""
    values = [secrets.randbelow(32) for _ in range(LENGTH - 1)]
    return "".join(ALPHABET[value] for value in [*values, _check_value(values)])


def normalize(text: str) -> str:
    """The sixteen symbols of what was typed: case, blanks and hyphens ignored, O read as 0, I and L as 1.

    Raises InvalidVotingCode: "empty", "bad-symbol" (U is none either), "bad-length", "bad-check".
    """
    if len(text) > _MAX_TYPED:
        raise InvalidVotingCode("bad-length")
    values: list[int] = []
    for character in text:
        if character in _SKIPPED:
            continue
        # Only ASCII letters are folded: str.upper would turn some foreign letters into ours.
        value = _VALUES.get(character.upper() if character.isascii() else character)
        if value is None:
            raise InvalidVotingCode("bad-symbol")
        values.append(value)
    if not values:
        raise InvalidVotingCode("empty")
    if len(values) != LENGTH:
        raise InvalidVotingCode("bad-length")
    if _syndrome(values) != 0:
        raise InvalidVotingCode("bad-check")
    return "".join(ALPHABET[value] for value in values)


def format_code(code: str) -> str:
    """A voting code as it is shown: four groups of four, with hyphens. Raises InvalidVotingCode."""
    code = normalize(code)
    return "-".join(code[i : i + 4] for i in range(0, LENGTH, 4))


def credential_from_code(code: str, salt: str, iterations: int = DEFAULT_ITERATIONS) -> str:
    """The Belenios credential of a voting code in the voting event whose uuid is ``salt``.

    PBKDF2-HMAC-SHA256, 16 bytes, read as a big-endian integer and written with 22 Base58 digits (58^22 > 2^128),
    dashes 5-6-5-6. Raises InvalidVotingCode; ValueError for fewer than one iteration.
    """
    derived = hashlib.pbkdf2_hmac("sha256", normalize(code).encode("ascii"), salt.encode("utf-8"), iterations, dklen=16)
    number = int.from_bytes(derived, "big")
    digits = []
    for _ in range(CREDENTIAL_LENGTH):
        number, digit = divmod(number, 58)
        digits.append(BASE58[digit])
    return format_credential("".join(reversed(digits)))


def _times(a: int, b: int) -> int:
    """Product in GF(32)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 32:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


def _powers() -> tuple[int, ...]:
    powers = [1]
    while len(powers) < 31:
        powers.append(_times(powers[-1], 2))
    return tuple(powers)


_ALPHA = _powers()


def _syndrome(values: list[int]) -> int:
    total = 0
    for position, value in enumerate(values):
        total ^= _times(_ALPHA[position], value)
    return total


def _check_value(values: list[int]) -> int:
    # In characteristic 2: alpha^15 * check = syndrome of the others, and alpha^-15 = alpha^16.
    return _times(_syndrome(values), _ALPHA[(31 - (LENGTH - 1)) % 31])
