"""Zero-knowledge proofs (section 3). All have response = w - secret*challenge mod q.

Every disjunctive proof of the protocol (interval, blank, overall) is one statement: for one index j, the pair
(alpha_j, beta_j) encrypts 1, that is alpha_j = g^r and beta_j = y^r. ``one_of`` makes it, ``check_one_of`` checks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .canonical import fields
from .group import Group, Point


class Proof(NamedTuple):
    """A challenge and its response, both in [0, q)."""

    challenge: int
    response: int

    def as_json(self) -> dict[str, str]:
        """The protocol's object."""
        return {"challenge": str(self.challenge), "response": str(self.response)}

    @classmethod
    def parse(cls, group: Group, value: Any) -> Proof:
        """Parse strictly. Raises Malformed (wrong-shape, bad-scalar)."""
        fields(value, ("challenge", "response"))
        return cls(group.scalar(value["challenge"]), group.scalar(value["response"]))


class Ciphertext(NamedTuple):
    """An ElGamal pair: alpha = g^r, beta = y^r g^m."""

    alpha: Point
    beta: Point

    def as_json(self, group: Group) -> dict[str, str]:
        """The protocol's object."""
        return {"alpha": group.encode(self.alpha), "beta": group.encode(self.beta)}

    @classmethod
    def parse(cls, group: Group, value: Any) -> Ciphertext:
        """Parse strictly, both points in the subgroup. Raises Malformed (wrong-shape, bad-point)."""
        fields(value, ("alpha", "beta"))
        return cls(group.decode(value["alpha"]), group.decode(value["beta"]))

    def plus(self, group: Group, other: Ciphertext) -> Ciphertext:
        """The encryption of the sum."""
        return Ciphertext(group.add(self.alpha, other.alpha), group.add(self.beta, other.beta))

    def minus_plain(self, group: Group, value: int) -> Ciphertext:
        """The encryption of the plaintext less ``value``."""
        return Ciphertext(self.alpha, group.sub(self.beta, group.base_mul(value)) if value else self.beta)


def encrypt(group: Group, key: Point, message: int, randomness: int) -> Ciphertext:
    """Exponential ElGamal."""
    return Ciphertext(group.base_mul(randomness), group.add(group.mul(key, randomness), group.base_mul(message)))


def total(group: Group, ciphertexts: Sequence[Ciphertext]) -> Ciphertext:
    """The encryption of the sum of all plaintexts."""
    return Ciphertext(group.sum(c.alpha for c in ciphertexts), group.sum(c.beta for c in ciphertexts))


def prove_knowledge(group: Group, secret: int, prefix: str) -> Proof:
    """Schnorr (3.1): knowledge of ``secret`` with respect to ``g^secret``."""
    w = group.random_scalar()
    challenge = group.challenge(prefix, [group.base_mul(w)])
    return Proof(challenge, (w - secret * challenge) % group.q)


def check_knowledge(group: Group, public: Point, prefix: str, proof: Proof) -> bool:
    """Schnorr (3.1): ``public`` must come from ``Group.decode``."""
    commitment = group.add(group.base_mul(proof.response), group.mul(public, proof.challenge))
    return proof.challenge == group.challenge(prefix, [commitment])


def one_of(
    group: Group, key: Point, prefix: str, statements: Sequence[Ciphertext], index: int, randomness: int
) -> list[Proof]:
    """Prove that one of ``statements`` encrypts 0; it is ``statements[index]``, encrypted with ``randomness``."""
    proofs = [Proof(group.random_scalar(), group.random_scalar()) for _ in statements]
    w = group.random_scalar()
    commitments: list[Point] = []
    for j, (statement, proof) in enumerate(zip(statements, proofs, strict=True)):
        if j == index:
            commitments += [group.base_mul(w), group.mul(key, w)]
        else:
            commitments += _commitments(group, key, statement, proof)
    others = sum(proof.challenge for j, proof in enumerate(proofs) if j != index)
    challenge = (group.challenge(prefix, commitments) - others) % group.q
    proofs[index] = Proof(challenge, (w - randomness * challenge) % group.q)
    return proofs


def check_one_of(
    group: Group, key: Point, prefix: str, statements: Sequence[Ciphertext], proofs: Sequence[Proof]
) -> bool:
    """Check a proof of ``one_of``; points must come from ``Group.decode`` or from operations on such points."""
    if len(proofs) != len(statements):
        return False
    commitments: list[Point] = []
    for statement, proof in zip(statements, proofs, strict=True):
        commitments += _commitments(group, key, statement, proof)
    return sum(proof.challenge for proof in proofs) % group.q == group.challenge(prefix, commitments)


def _commitments(group: Group, key: Point, statement: Ciphertext, proof: Proof) -> tuple[Point, Point]:
    return (
        group.add(group.base_mul(proof.response), group.mul(statement.alpha, proof.challenge)),
        group.add(group.mul(key, proof.response), group.mul(statement.beta, proof.challenge)),
    )


def interval(group: Group, ciphertext: Ciphertext, low: int, high: int) -> list[Ciphertext]:
    """The statements "encrypts low", ..., "encrypts high" (3.2)."""
    return [ciphertext.minus_plain(group, value) for value in range(low, high + 1)]


def interval_prefix(group: Group, context: str, ciphertext: Ciphertext) -> str:
    """The prefix of an interval proof (3.2)."""
    return f"prove|{context}|{group.encode(ciphertext.alpha)},{group.encode(ciphertext.beta)}|"


def prove_decryption(group: Group, alpha: Point, secret: int, prefix: str) -> Proof:
    """Prove that ``alpha^secret`` uses the same secret as ``g^secret`` (section 5)."""
    w = group.random_scalar()
    challenge = group.challenge(prefix, [group.base_mul(w), group.mul(alpha, w)])
    return Proof(challenge, (w - secret * challenge) % group.q)


def check_decryption(group: Group, public: Point, alpha: Point, factor: Point, prefix: str, proof: Proof) -> bool:
    """Check a proof of ``prove_decryption`` for ``public`` and ``factor``, both from ``Group.decode``."""
    a = group.add(group.base_mul(proof.response), group.mul(public, proof.challenge))
    b = group.add(group.mul(alpha, proof.response), group.mul(factor, proof.challenge))
    return proof.challenge == group.challenge(prefix, [a, b])
