"""A ballot that a booth has opened instead of casting it: what it contains, and whether it is the one announced.

Nothing here is of the code that makes ballots: the proofs are verified as the urn verifies them, and each ciphertext is
computed anew from the seed and the choice that were revealed (docs/adr/0037).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from ..ballot import check_ballot
from ..canonical import fields, integer, loads, string
from ..election import Election, Question
from ..errors import InvalidBallot, Malformed, ProtocolError
from ..group import Group
from ..keys.credential import is_uuid

LONGEST_FILE = 16 * 1024 * 1024
"""Characters of the longest file that is read."""

_KEYS = ("opened_ballot", "election", "tracker", "seed", "choices", "ballot")
_TRACKER = re.compile(r"[A-Za-z0-9+/]{43}")
_SEED = re.compile(r"[0-9a-f]{64}")
_CHOICES = re.compile(r"[01]{1,100000}")
_PREFIX = "isoloir ballot 1|"


class Differs(ProtocolError):
    """What was opened is not what had been announced.

    Reasons: other-election, no-choice (not a choice that the election allows), other-tracker (``detail`` is that of the
    ballot in the file), invalid-ballot (the urn would refuse it), other-content (it encrypts something else, or with
    another seed).
    """


@dataclass(frozen=True)
class OpenedBallot:
    """What a booth reveals, in its form; nothing of it is believed.

    Attributes:
        election: uuid.
        tracker: That the booth says to have shown before.
        seed: All that is random in the ballot comes from it, but for its signature.
        choices: A bit for each ciphertext, of all questions in a row.
        ballot: The ballot itself.
    """

    election: str
    tracker: str
    seed: bytes = field(repr=False)
    choices: tuple[int, ...] = field(repr=False)
    ballot: str = field(repr=False)


def read(text: str) -> OpenedBallot:
    """The opened ballot of a file. Raises Malformed for what is none, or an incomplete one."""
    value = fields(loads(text.strip(), max_bytes=LONGEST_FILE, require_canonical=False), _KEYS)
    integer(value["opened_ballot"], 1, 1)
    election, tracker, seed, choices, ballot = (string(value[name]) for name in _KEYS[1:])
    formed = _TRACKER.fullmatch(tracker) and _SEED.fullmatch(seed) and _CHOICES.fullmatch(choices)
    if not (formed and is_uuid(election)):
        raise Malformed("wrong-shape", "not an opened ballot")
    return OpenedBallot(election, tracker, bytes.fromhex(seed), tuple(map(int, choices)), ballot)


def scalar(group: Group, seed: bytes, label: str) -> int:
    """The number of that label: 512 bits of HMAC-SHA512 under the seed, modulo the order."""
    digest = hmac.digest(seed, (_PREFIX + label).encode("ascii"), hashlib.sha512)
    return int.from_bytes(digest, "big") % group.q


def contents(election: Election, opened: OpenedBallot) -> list[tuple[int, ...]]:
    """What the ballot contains.

    Args:
        election: From elsewhere than the device that opened the ballot.
        opened: What that device has revealed.

    Returns:
        The bits of each question, the blank one first where there is one.

    Raises:
        Differs: It is not the ballot that was announced, or does not contain what is said.
    """
    if opened.election != election.uuid:
        raise Differs("other-election")
    parts = _by_question(election.questions, opened.choices)
    try:
        checked = check_ballot(election, opened.ballot)
    except InvalidBallot as error:
        raise Differs("other-election" if error.reason == "wrong-election" else "invalid-ballot", str(error)) from error
    if checked.tracker != opened.tracker:
        raise Differs("other-tracker", checked.tracker)
    group = election.group
    for number, (bits, ciphertexts) in enumerate(zip(parts, checked.choices, strict=True)):
        for place, (bit, ciphertext) in enumerate(zip(bits, ciphertexts, strict=True)):
            randomness = scalar(group, opened.seed, f"choice|{number}|{place}")
            alpha, hidden = group.base_mul(randomness), group.mul(election.key, randomness)
            if ciphertext != (alpha, group.add(hidden, group.generator) if bit else hidden):
                raise Differs("other-content", f"question {number}, ciphertext {place}")
    return parts


def _by_question(questions: tuple[Question, ...], choices: tuple[int, ...]) -> list[tuple[int, ...]]:
    if len(choices) != sum(question.length for question in questions):
        raise Differs("no-choice")
    parts, start = [], 0
    for question in questions:
        bits = choices[start : start + question.length]
        start += question.length
        chosen = sum(bits[1:] if question.blank else bits)
        if chosen if question.blank and bits[0] else not question.minimum <= chosen <= question.maximum:
            raise Differs("no-choice")
        parts.append(bits)
    return parts
