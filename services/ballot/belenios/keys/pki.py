"""Signed and encrypted messages between the holders of a threshold key (section 6, "PKI encryption").

Signatures are published and audited; encrypted messages pass only between holders, in the flavour of 3.3 (AES-256-GCM).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..canonical import dumps, fields, loads, string
from ..errors import InvalidTrustees, Malformed
from ..group import Group, Point
from ..hashing import sha_hex
from ..proofs import Proof, check_knowledge, prove_knowledge
from .credential import BASE58, random_base58

SEED_LENGTH = 22


def new_seed() -> str:
    """A holder's master secret: 22 Base58 characters, from which both his keys derive."""
    return random_base58(SEED_LENGTH)


def signing_key(group: Group, seed: str) -> int:
    """The key with which the holder signs. Raises Malformed("bad-seed")."""
    return _derived(group, "sk", seed)


def encryption_key(group: Group, seed: str) -> int:
    """The key with which the holder reads what the others write to him. Raises Malformed("bad-seed")."""
    return _derived(group, "dk", seed)


def _derived(group: Group, prefix: str, seed: str) -> int:
    if len(seed) != SEED_LENGTH or any(symbol not in BASE58 for symbol in seed):
        raise Malformed("bad-seed", f"{SEED_LENGTH} Base58 characters")
    return int(sha_hex(f"{prefix}|{seed}"), 16) % group.q


def sign(group: Group, key: int, message: str) -> Proof:
    """Signature of ``message`` by ``key``."""
    return prove_knowledge(group, key, f"sigmsg|{message}|")


def check_signature(group: Group, public: Point, message: str, signature: Proof) -> None:
    """Raises InvalidTrustees("bad-signature")."""
    if not check_knowledge(group, public, f"sigmsg|{message}|", signature):
        raise InvalidTrustees("bad-signature")


@dataclass(frozen=True)
class SignedMessage:
    """A message, itself JSON text, with its signature."""

    message: str
    signature: Proof

    @classmethod
    def make(cls, group: Group, key: int, content: Any) -> SignedMessage:
        """Sign the canonical JSON of ``content``."""
        message = dumps(content)
        return cls(message, sign(group, key, message))

    @classmethod
    def parse(cls, group: Group, value: Any) -> SignedMessage:
        """Parse strictly, without checking the signature. Raises Malformed."""
        fields(value, ("message", "signature"))
        return cls(string(value["message"]), Proof.parse(group, value["signature"]))

    def as_json(self) -> dict[str, Any]:
        """The protocol's object."""
        return {"message": self.message, "signature": self.signature.as_json()}

    def check(self, group: Group, public: Point) -> None:
        """Raises InvalidTrustees("bad-signature")."""
        check_signature(group, public, self.message, self.signature)


def seal(group: Group, key: int, recipient: Point, content: Any) -> str:
    """``content`` signed with ``key``, named for ``recipient`` and encrypted to him."""
    named = {"recipient": group.encode(recipient), "message": dumps(content)}
    return _encrypt(group, recipient, dumps(SignedMessage.make(group, key, named).as_json()))


def unseal(group: Group, key: int, sender: Point, raw: Any) -> Any:
    """The content that ``sender`` sealed for the holder of the encryption ``key``.

    Raises InvalidTrustees (bad-encryption, bad-signature, bad-recipient), Malformed.
    """
    signed = SignedMessage.parse(group, loads(_decrypt(group, key, string(raw))))
    signed.check(group, sender)
    message = fields(loads(signed.message), ("recipient", "message"))
    if message["recipient"] != group.encode(group.base_mul(key)):
        # Otherwise a holder could forward to another what was written to himself.
        raise InvalidTrustees("bad-recipient")
    return loads(string(message["message"]))


def _symmetric(group: Group, shared: Point, alpha: Point) -> tuple[AESGCM, bytes]:
    key = hashlib.sha256(f"key|{group.encode(shared)}".encode()).digest()
    nonce = hashlib.sha256(f"iv|{group.encode(alpha)}".encode()).digest()
    return AESGCM(key), nonce


def _encrypt(group: Group, recipient: Point, plaintext: str) -> str:
    randomness = group.random_scalar()
    shared = group.base_mul(group.random_scalar())
    alpha = group.base_mul(randomness)
    beta = group.add(group.mul(recipient, randomness), shared)
    cipher, nonce = _symmetric(group, shared, alpha)
    data = cipher.encrypt(nonce, plaintext.encode("utf-8"), None).hex()
    return dumps({"algorithm": "AES-GCM", "alpha": group.encode(alpha), "beta": group.encode(beta), "data": data})


def _decrypt(group: Group, key: int, raw: str) -> bytes:
    value = fields(loads(raw), ("algorithm", "alpha", "beta", "data"))
    if value["algorithm"] != "AES-GCM":
        raise Malformed("wrong-shape", "algorithm")
    alpha, beta = group.decode(value["alpha"]), group.decode(value["beta"])
    cipher, nonce = _symmetric(group, group.sub(beta, group.mul(alpha, key)), alpha)
    try:
        return cipher.decrypt(nonce, bytes.fromhex(string(value["data"])), None)
    except (ValueError, InvalidTag) as error:
        raise InvalidTrustees("bad-encryption") from error
