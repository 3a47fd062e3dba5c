"""Receipts: the urn's signed word that a ballot is in the chain (L16, C5)."""

from __future__ import annotations

from functools import lru_cache

from nacl.signing import SigningKey

from services.ballot.contract.ballots import Receipt
from services.ballot.contract.receipts import signed_text


def sign(private_key_hex: str, *, election: str, tracker: str, head: str, height: int) -> Receipt:
    """The receipt of a ballot whose event is ``head`` at ``height``. The key is an Ed25519 seed, 64 hex digits."""
    text = signed_text(election, tracker, head, height)
    signature = SigningKey(bytes.fromhex(private_key_hex)).sign(text.encode()).signature.hex()
    return Receipt(election=election, tracker=tracker, head=head, height=height, signature=signature)


@lru_cache(maxsize=4)
def public_key(private_key_hex: str) -> str:
    """The hexadecimal public key with which anybody checks receipts."""
    return bytes(SigningKey(bytes.fromhex(private_key_hex)).verify_key).hex()
