"""Receipts: the urn's signed word that a ballot is in the chain (L16, C5)."""

from __future__ import annotations

from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from services.ballot.belenios import canonical


@dataclass(frozen=True)
class Receipt:
    """What a voter keeps. It names the ballot's tracker and its event; not the voter, not the choice, not the time.

    ``signature`` is hexadecimal Ed25519 over ``signed_text``. Ed25519 is deterministic: the same ballot always has
    the same receipt, so receipts need not be stored.
    """

    election: str
    tracker: str
    head: str
    height: int
    signature: str

    def as_dict(self) -> dict[str, str | int]:
        """For the response."""
        return {
            "election": self.election,
            "tracker": self.tracker,
            "head": self.head,
            "height": self.height,
            "signature": self.signature,
        }


def signed_text(election: str, tracker: str, head: str, height: int) -> str:
    """The compact JSON that is signed: these four keys in this order."""
    return canonical.dumps({"election": election, "tracker": tracker, "head": head, "height": height})


def sign(private_key_hex: str, *, election: str, tracker: str, head: str, height: int) -> Receipt:
    """The receipt of a ballot whose event is ``head`` at ``height``. The key is an Ed25519 seed, 64 hex digits."""
    text = signed_text(election, tracker, head, height)
    signature = SigningKey(bytes.fromhex(private_key_hex)).sign(text.encode()).signature.hex()
    return Receipt(election=election, tracker=tracker, head=head, height=height, signature=signature)


def is_valid(public_key_hex: str, receipt: Receipt) -> bool:
    """Whether the receipt was signed with the private half of this key."""
    text = signed_text(receipt.election, receipt.tracker, receipt.head, receipt.height)
    try:
        VerifyKey(bytes.fromhex(public_key_hex)).verify(text.encode(), bytes.fromhex(receipt.signature))
    except (BadSignatureError, ValueError):
        return False
    return True


def public_key(private_key_hex: str) -> str:
    """The hexadecimal public key with which anybody checks receipts."""
    return bytes(SigningKey(bytes.fromhex(private_key_hex)).verify_key).hex()
