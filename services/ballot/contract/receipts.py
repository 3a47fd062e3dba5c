"""Receipts as anybody checks them: what is signed, how a file of one is read, whether a signature holds.

No runtime, no database: the portal's page, auditors' command and the urn itself use these functions.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

LONGEST_FILE = 20_000
"""Characters of a file that a receipt is looked for in."""

_OBJECT = re.compile(r"\{[^{}]*\}")
_FORMS = {
    "election": re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}"),
    "tracker": re.compile(r"[A-Za-z0-9+/]{43}"),
    "head": re.compile(r"[0-9a-f]{64}"),
    "signature": re.compile(r"[0-9a-f]{128}"),
}


class NotAReceipt(ValueError):
    """There is no receipt in the text, or what is there has not the form of one."""


@dataclass(frozen=True)
class SignedReceipt:
    """A receipt in its form; whether it is signed by the urn, its key says."""

    election: str
    tracker: str
    head: str
    height: int
    signature: str


def signed_text(election: str, tracker: str, head: str, height: int) -> str:
    """Return the compact JSON that is signed: these four keys in this order."""
    fields = {"election": election, "tracker": tracker, "head": head, "height": height}
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


def read(text: str) -> SignedReceipt:
    """Return the receipt in a text: the last JSON object in it, as the booth writes it at the end of its file.

    Copied from a page, its line is broken where the page was full: no value of a receipt has a blank in it.

    Args:
        text: of the file or the page, or that line alone.

    Raises:
        NotAReceipt: where there is none.
    """
    if len(text) > LONGEST_FILE:
        raise NotAReceipt
    objects = _OBJECT.findall(text)
    if not objects:
        raise NotAReceipt
    return _parsed("".join(objects[-1].split()))


def _parsed(line: str) -> SignedReceipt:
    try:
        fields: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise NotAReceipt from None
    if not isinstance(fields, dict) or set(fields) != {*_FORMS, "height"}:
        raise NotAReceipt
    if not all(isinstance(fields[name], str) and form.fullmatch(fields[name]) for name, form in _FORMS.items()):
        raise NotAReceipt
    height = fields["height"]
    if not isinstance(height, int) or isinstance(height, bool) or not 0 < height < 2**53:
        raise NotAReceipt
    return SignedReceipt(**fields)


def is_signed(public_key: str, receipt: SignedReceipt) -> bool:
    """Tell whether a receipt was signed with the private half of a key (hexadecimal Ed25519)."""
    text = signed_text(receipt.election, receipt.tracker, receipt.head, receipt.height)
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(text.encode(), bytes.fromhex(receipt.signature))
    except (BadSignatureError, ValueError):
        return False
    return True
