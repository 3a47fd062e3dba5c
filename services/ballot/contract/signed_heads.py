"""Chain heads as anybody checks them: what is signed, how a file of them is read, whether they are in order (C9).

No runtime, no database: the auditors' command and the urn itself use these functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

LONGEST_LINE = 1000
MOST_LINES = 1_000_000

_FORMS = {
    "election": re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}"),
    "head": re.compile(r"[0-9a-f]{64}"),
    "signature": re.compile(r"[0-9a-f]{128}"),
}
_NUMBERS = ("number", "height", "at")


class InvalidHeads(ValueError):
    """A file of heads is not what the urn published: `code` says why, `line` (from 1) where."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code)
        self.code, self.line = code, line


@dataclass(frozen=True)
class SignedHead:
    """The urn's word: at that moment the chain stood at that height, and its last event had that hash.

    `number` counts the heads of an election from 0 without a gap; `at` is in whole seconds since 1970.
    """

    election: str
    number: int
    height: int
    head: str
    at: int
    signature: str

    @property
    def moment(self) -> datetime:
        """When it was signed."""
        return datetime.fromtimestamp(self.at, UTC)


def signed_text(election: str, number: int, height: int, head: str, at: int) -> str:
    """Return the compact JSON that is signed: these keys in this order. « published » sets it apart from a receipt."""
    fields = {"published": "head", "election": election, "number": number, "height": height, "head": head, "at": at}
    return json.dumps(fields, separators=(",", ":"))


def is_signed(public_key: str, one: SignedHead) -> bool:
    """Tell whether a head was signed with the private half of a key (hexadecimal Ed25519), that of the receipts."""
    text = signed_text(one.election, one.number, one.height, one.head, one.at)
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(text.encode(), bytes.fromhex(one.signature))
    except (BadSignatureError, ValueError):
        return False
    return True


def read(lines: Iterable[str], election: str, public_key: str) -> list[SignedHead]:
    """Read the heads of an election, a JSON object a line, as the portal hands them out.

    Args:
        lines: Of the file.
        election: Whose they must be.
        public_key: That identity recorded at sealing for receipts, in hexadecimal.

    Returns:
        All of them, from the first on.

    Raises:
        InvalidHeads: With one of these codes: malformed, other-election, gap (one is missing, or not in order),
            bad-signature, goes-back (a later one is lower or earlier), forks (two for one height).
    """
    heads: list[SignedHead] = []
    for place, line in enumerate(lines, 1):
        one = parsed(line, place)
        if one.election != election:
            raise InvalidHeads("other-election", place)
        if one.number != len(heads):
            raise InvalidHeads("gap", place)
        if not is_signed(public_key, one):
            raise InvalidHeads("bad-signature", place)
        if heads:
            before = heads[-1]
            if one.height < before.height or one.at < before.at:
                raise InvalidHeads("goes-back", place)
            if one.height == before.height and one.head != before.head:
                raise InvalidHeads("forks", place)
        heads.append(one)
    return heads


def parsed(line: str, place: int) -> SignedHead:
    """One head, of a line; its signature is not looked at. Raises InvalidHeads malformed."""
    if len(line) > LONGEST_LINE or place > MOST_LINES:
        raise InvalidHeads("malformed", place)
    try:
        fields: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidHeads("malformed", place) from None
    if not isinstance(fields, dict) or set(fields) != {*_FORMS, *_NUMBERS}:
        raise InvalidHeads("malformed", place)
    if not all(isinstance(fields[name], str) and form.fullmatch(fields[name]) for name, form in _FORMS.items()):
        raise InvalidHeads("malformed", place)
    numbers = [fields[name] for name in _NUMBERS]
    if not all(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 for value in numbers):
        raise InvalidHeads("malformed", place)
    return SignedHead(**fields)


def out_of_time(heads: Iterable[SignedHead], ballots: int, opens_at: datetime, ends_at: datetime) -> str | None:
    """Tell whether ballots entered the urn before the opening or after the end, by the heads.

    Args:
        heads: Whose signatures and places in the archive were checked.
        ballots: How many the archive holds: the first is at height 1.
        opens_at: The opening.
        ends_at: The end of the grace period.

    Returns:
        « early », « late », or None where the heads tell of neither.
    """
    for one in heads:
        if one.moment < opens_at and one.height > 0:
            return "early"
        if one.moment >= ends_at and one.height < ballots:
            return "late"
    return None
