"""Password rules as data, and hashing.

Hashing takes a quarter of a second of processor: callers run `hash_password` and `matches` off the event loop and
with no transaction open.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import string
import unicodedata
from dataclasses import dataclass

import bcrypt


@dataclass(frozen=True)
class Profile:
    """A password policy; lengths in characters. `challenge`: a question is asked too, or access without activation."""

    shortest: int
    longest: int
    special: bool
    unlike_identifier: bool
    challenge: bool


# The texts shown to voters in 2022 (seeds 000, 001) and in 2018 (seed 002).
PROFILES = {
    "2022": Profile(shortest=12, longest=256, special=True, unlike_identifier=False, challenge=True),
    "2018": Profile(shortest=8, longest=24, special=False, unlike_identifier=True, challenge=False),
}


def broken_rules(profile: str, password: str, identifier: str) -> list[str]:
    """Return the codes of the rules of `profile` that `password` breaks; an empty list when it is acceptable.

    Letters and digits count only when unaccented ASCII, as the policy's text says. Anything that is neither a letter,
    a digit nor a control character counts as special, blanks included: passphrases are welcome.
    """
    rules = PROFILES[profile]
    text = unicodedata.normalize("NFC", password)
    broken = {
        "too_short": len(text) < rules.shortest,
        "too_long": len(text) > rules.longest,
        "lowercase": not any(char in string.ascii_lowercase for char in text),
        "uppercase": not any(char in string.ascii_uppercase for char in text),
        "digit": not any(char in string.digits for char in text),
        "special": rules.special and not any(_is_special(char) for char in text),
        "same_as_identifier": rules.unlike_identifier and text.casefold().strip() == identifier.casefold(),
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


def _is_special(char: str) -> bool:
    return unicodedata.category(char)[0] in "PSZ"


def hash_password(password: str, cost: int) -> str:
    """Return the bcrypt hash; `cost` is the base-2 logarithm of the rounds."""
    return bcrypt.hashpw(_prepared(password), bcrypt.gensalt(cost)).decode("ascii")


def matches(password: str, stored: str) -> bool:
    """Tell whether `password` is the one that `stored` was made from."""
    return bcrypt.checkpw(_prepared(password), stored.encode("ascii"))


@functools.cache
def decoy_hash(cost: int) -> str:
    """Return a hash that no password matches in practice.

    It is verified for unknown and unactivated accounts, so that a refused log-in takes the same time whether or not
    the account exists.
    """
    return hash_password(base64.b64encode(hashlib.sha256(bcrypt.gensalt()).digest()).decode("ascii"), cost)


def _prepared(password: str) -> bytes:
    # bcrypt reads 72 bytes and stops at NUL: without the digest, two long passwords with the same beginning would be
    # one; base64 keeps NUL out of it. NFC because keyboards differ in how they send an accent.
    text = unicodedata.normalize("NFC", password)
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
