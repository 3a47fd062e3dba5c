"""A mock tally on which every holder tries his key before an urn is sealed for it.

All of it follows from the public key, randomness included: whoever decrypts it has made it himself, and a portal that
wanted somebody's ballot decrypted under the name of a trial finds no holder who would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .canonical import dumps
from .election import Election, Question, make_election
from .hashing import sha_hex
from .keys.credential import BASE58
from .keys.trustees import Trustees
from .proofs import encrypt
from .tally import compute_result, parse_result, sized_encrypted_tally

COUNTS = (3, 1, 2)
"""What the mock tally holds."""
_UUID_LENGTH = 22
_QUESTION = Question("Essai des clés", ("A", "B", "C"), blank=False, minimum=1, maximum=1)


@dataclass(frozen=True)
class Trial:
    """The mock election and the sum that is to be decrypted."""

    election: Election = field(repr=False)
    encrypted_tally: str = field(repr=False)


def trial_of(public_key: str) -> Trial:
    """The mock tally of a key; the same for whoever computes it. Raises Malformed."""
    uuid = _base58(int(sha_hex(f"trial|{public_key}"), 16))
    election = Election.parse(make_election(uuid, "Essai des clés", "", public_key, [_QUESTION]))
    group = election.group
    sums = [
        encrypt(group, election.key, count, int(sha_hex(f"trial|{public_key}|{position}"), 16) % group.q)
        for position, count in enumerate(COUNTS)
    ]
    return Trial(election, dumps([[one.as_json(group) for one in sums]]))


def succeeds(trial: Trial, trustees: Trustees, shares: Mapping[int, str]) -> bool:
    """Whether these holders' shares of the mock tally give what it holds.

    Raises InvalidTally where they are too few, InvalidPartialDecryption for a share that is none.
    """
    sized = sized_encrypted_tally(sum(COUNTS), trial.encrypted_tally)
    result = compute_result(trial.election, trustees, sized, trial.encrypted_tally, shares)
    return parse_result(trial.election, result) == [list(COUNTS)]


def _base58(number: int) -> str:
    digits = []
    for _ in range(_UUID_LENGTH):
        number, digit = divmod(number, len(BASE58))
        digits.append(BASE58[digit])
    return "".join(digits)
