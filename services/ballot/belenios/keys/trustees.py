"""Trustees (section 6): who holds which share of the election key.

A trustees file is a list of items, all of which are needed to decrypt: "Single" is one holder; "Pedersen" is a group of
which ``threshold`` holders are enough. Owners are numbered from 1 over all holders of all items in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..canonical import dumps, fields, integer, items, loads, string
from ..errors import InvalidTrustees, Malformed
from ..group import ED25519, Group, Point
from ..proofs import Proof, check_knowledge, prove_knowledge
from .pki import SignedMessage, check_signature

MAX_ITEMS = 50
MAX_SIZE = 100


@dataclass(frozen=True)
class Owner:
    """One holder: ``owner`` counts from 1 over the file, ``index`` from 1 within the item numbered ``item`` from 0."""

    owner: int
    item: int
    index: int
    public_key: str
    point: Point = field(repr=False)


@dataclass(frozen=True)
class TrusteeItem:
    """One entry of the file: ``threshold`` of ``owners`` are needed (1 of 1 for a Single)."""

    kind: str
    threshold: int
    public_key: str
    owners: tuple[Owner, ...]

    @property
    def size(self) -> int:
        """How many holders."""
        return len(self.owners)


@dataclass(frozen=True)
class Trustees:
    """A checked trustees file. ``public_key`` is the key of the election, the product of the items' keys."""

    raw: str = field(repr=False)
    public_key: str
    items: tuple[TrusteeItem, ...]

    @property
    def owners(self) -> tuple[Owner, ...]:
        """All holders in order; the owner numbered i is at i-1."""
        return tuple(owner for item in self.items for owner in item.owners)


def single_key(secret: int | None = None) -> tuple[int, dict[str, Any]]:
    """A key of a Single trustee: the secret and the item's content {"pok","public_key"}. Random unless given."""
    group = ED25519
    secret = group.random_scalar() if secret is None else secret
    return secret, public_key_with_proof(group, secret)


def public_key_with_proof(group: Group, secret: int) -> dict[str, Any]:
    """{"pok","public_key"} of a secret key."""
    public = group.encode(group.base_mul(secret))
    return {"pok": prove_knowledge(group, secret, _pok_prefix(group, public)).as_json(), "public_key": public}


def make_trustees(entries: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """The trustees file of these ("Single"|"Pedersen", content) entries. Raises InvalidTrustees."""
    raw = dumps([[kind, content] for kind, content in entries])
    check_trustees(raw)
    return raw


def check_trustees(raw: str | bytes, group: Group = ED25519) -> Trustees:
    """Parse and check a whole trustees file: every proof, signature, context and derived key.

    Raises InvalidTrustees (malformed, bad-proof, bad-signature, bad-context, bad-verification-key, bad-public-key).
    """
    try:
        value = items(loads(raw))
        if not 1 <= len(value) <= MAX_ITEMS:
            raise InvalidTrustees("malformed", f"1 to {MAX_ITEMS} trustees")
        checked: list[TrusteeItem] = []
        first = 1
        for position, entry in enumerate(value):
            kind, content = items(entry, 2)
            if kind == "Single":
                item = _check_single(group, content, position, first)
            elif kind == "Pedersen":
                item = _check_pedersen(group, content, position, first)
            else:
                raise InvalidTrustees("malformed", "neither Single nor Pedersen")
            checked.append(item)
            first += item.size
    except Malformed as error:
        raise InvalidTrustees("malformed", str(error)) from error
    points = [group.decode(item.public_key) for item in checked]
    key = group.sum(points)
    if group.identity in (*points, key):
        # Of a group too: its holders would be announced as needed, and anybody could do without them.
        raise InvalidTrustees("bad-public-key", "identity")
    if len(set(points)) != len(points):
        # Somebody copied the key and proof of another, who alone would decrypt for both.
        raise InvalidTrustees("bad-public-key", "the key of another item")
    text = raw if isinstance(raw, str) else raw.decode("utf-8")
    return Trustees(text, group.encode(key), tuple(checked))


def _pok_prefix(group: Group, public: str) -> str:
    return f"pok|{group.name}|{public}|"


def check_public_key(group: Group, value: dict[str, Any]) -> Point:
    """The point of {"pok","public_key",...} whose proof of knowledge holds. Raises InvalidTrustees, Malformed."""
    point = group.decode(value["public_key"])
    proof = Proof.parse(group, value["pok"])
    if point == group.identity:
        raise InvalidTrustees("bad-public-key", "identity")
    if not check_knowledge(group, point, _pok_prefix(group, value["public_key"]), proof):
        raise InvalidTrustees("bad-proof", "knowledge of the secret key")
    return point


def _check_single(group: Group, content: Any, position: int, first: int) -> TrusteeItem:
    fields(content, ("pok", "public_key"))
    point = check_public_key(group, content)
    key = content["public_key"]
    return TrusteeItem("Single", 1, key, (Owner(first, position, 1, key, point),))


@dataclass(frozen=True)
class Certificate:
    """What a holder publishes first: keys to sign and to be written to, in a named context."""

    group: Group = field(repr=False)
    size: int
    threshold: int
    index: int
    verification: Point
    encryption: Point
    encryption_key: str


def parse_certificate(group: Group, value: Any) -> tuple[Certificate, SignedMessage]:
    """A certificate whose own signature holds. Raises InvalidTrustees, Malformed."""
    signed = SignedMessage.parse(group, value)
    message = loads(signed.message)
    fields(message, ("context", "verification", "encryption"))
    context = fields(message["context"], ("group", "size", "threshold", "index"))
    if string(context["group"]) != group.name:
        raise InvalidTrustees("bad-context", "group")
    size = integer(context["size"], 1, MAX_SIZE)
    certificate = Certificate(
        group=group,
        size=size,
        threshold=integer(context["threshold"], 1, size),
        index=integer(context["index"], 1, size),
        verification=group.decode(message["verification"]),
        encryption=group.decode(message["encryption"]),
        encryption_key=message["encryption"],
    )
    if group.identity in (certificate.verification, certificate.encryption):
        raise InvalidTrustees("bad-public-key", "identity")
    signed.check(group, certificate.verification)
    return certificate, signed


def check_certificates(group: Group, values: Any) -> list[Certificate]:
    """The certificates of one group: all of one context, indices 1..size in order, distinct keys.

    Raises InvalidTrustees, Malformed.
    """
    certificates = [parse_certificate(group, value)[0] for value in items(values)]
    if not certificates:
        raise InvalidTrustees("bad-context", "no certificate")
    context = (len(certificates), certificates[0].threshold)
    for index, certificate in enumerate(certificates, start=1):
        if (certificate.size, certificate.threshold) != context or certificate.index != index:
            raise InvalidTrustees("bad-context", f"certificate {index}")
    if len({certificate.verification for certificate in certificates}) != len(certificates):
        raise InvalidTrustees("bad-context", "one certificate twice")
    return certificates


def check_coefexps(group: Group, certificate: Certificate, value: Any) -> list[Point]:
    """The public coefficients A_i0..A_i,t-1 of a holder, signed by him. Raises InvalidTrustees, Malformed."""
    signed = SignedMessage.parse(group, value)
    signed.check(group, certificate.verification)
    message = fields(loads(signed.message), ("coefexps",))
    return [group.decode(point) for point in items(message["coefexps"], certificate.threshold)]


def check_certs_signature(
    group: Group, certificate: Certificate, certs: Any, coefexps: list[Point], value: Any
) -> None:
    """The holder's signature over all certificates and his coefficients. Raises InvalidTrustees, Malformed."""
    message = certs_message(group, certs, coefexps)
    check_signature(group, certificate.verification, message, Proof.parse(group, value))


def certs_message(group: Group, certs: Any, coefexps: Sequence[Point]) -> str:
    """What a holder signs once he has seen all certificates."""
    return "certs_sig|" + dumps({"certs": certs, "coefexps": [group.encode(point) for point in coefexps]})


def combined_coefexps(group: Group, coefexps: Sequence[Sequence[Point]]) -> list[Point]:
    """C_k = product over holders of A_ik: coefficients of the sum of all polynomials, in the exponent."""
    return [group.sum(column) for column in zip(*coefexps, strict=True)]


def evaluate(group: Group, coefficients: Sequence[Point], index: int) -> Point:
    """prod_k C_k^(index^k), by Horner's rule."""
    result = group.identity
    for coefficient in reversed(coefficients):
        result = group.add(group.mul(result, index), coefficient)
    return result


def _check_pedersen(group: Group, content: Any, position: int, first: int) -> TrusteeItem:
    fields(content, ("threshold", "certs", "coefexps", "signatures", "verification_keys"))
    size = len(items(content["certs"]))
    if not 1 <= size <= MAX_SIZE:
        raise InvalidTrustees("malformed", f"1 to {MAX_SIZE} holders")
    certificates = check_certificates(group, content["certs"])
    threshold = integer(content["threshold"], 1, size)
    if threshold != certificates[0].threshold:
        raise InvalidTrustees("bad-context", "threshold")
    lists = {name: items(content[name], size) for name in ("coefexps", "signatures", "verification_keys")}
    coefexps = []
    for certificate, value, signature in zip(certificates, lists["coefexps"], lists["signatures"], strict=True):
        coefexps.append(check_coefexps(group, certificate, value))
        check_certs_signature(group, certificate, content["certs"], coefexps[-1], signature)
    combined = combined_coefexps(group, coefexps)
    owners = []
    for certificate, value in zip(certificates, lists["verification_keys"], strict=True):
        point = check_verification_key(group, certificate, combined, value)
        owners.append(Owner(first + certificate.index - 1, position, certificate.index, value["public_key"], point))
    return TrusteeItem("Pedersen", threshold, group.encode(combined[0]), tuple(owners))


def check_verification_key(group: Group, certificate: Certificate, combined: Sequence[Point], value: Any) -> Point:
    """A holder's verification key: proof, signature, and that it is the one his shares give.

    Raises InvalidTrustees, Malformed.
    """
    fields(value, ("pok", "public_key", "signature"))
    point = check_public_key(group, value)
    check_signature(group, certificate.verification, value["public_key"], Proof.parse(group, value["signature"]))
    if point != evaluate(group, combined, certificate.index):
        raise InvalidTrustees("bad-verification-key", f"holder {certificate.index}")
    return point
