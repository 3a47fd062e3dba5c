"""The ceremony that gives m holders a key of which t shares are needed (section 6), as message passing.

Nobody ever holds the whole key. Each holder keeps a 22-character seed on his own device; what he sends may be seen by
whoever carries the messages:

    1. holder    make_certificate(seed, index, threshold, size)          -> certificate
    2. holder    make_polynomial(seed, certificates)                     -> polynomial
    3. carrier   distribute(certificates, polynomials)                   -> one input for each holder
    4. holder    derive_key(seed, certificates, input)                   -> output
    5. carrier   threshold_parameters(certificates, polynomials, outputs) -> content of the "Pedersen" trustee
    to decrypt   open_decryption_key(seed, certificates, output)         -> the holder's secret, with the seed

All messages are the JSON texts that belenios-tool 3.3 exchanges. Lists of messages are in the order of the indices.
Every function raises InvalidTrustees or Malformed when a message does not verify.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..canonical import dumps, fields, items, loads, string
from ..errors import InvalidTrustees
from ..group import ED25519, Group, Point
from .pki import SignedMessage, encryption_key, new_seed, seal, sign, signing_key, unseal
from .trustees import (
    MAX_SIZE,
    Certificate,
    Trustees,
    certs_message,
    check_certificates,
    check_certs_signature,
    check_coefexps,
    check_trustees,
    check_verification_key,
    combined_coefexps,
    evaluate,
    parse_certificate,
    public_key_with_proof,
)

_POLYNOMIAL = ("polynomial", "secrets", "coefexps", "signature")
_INPUT = ("polynomial", "secrets", "coefexps", "signatures")
_OUTPUT = ("private_key", "public_key")


@dataclass(frozen=True)
class Holder:
    """What one holder ends with; ``decryption_key`` can always be had again from ``seed`` and ``output``."""

    index: int
    seed: str = field(repr=False)
    certificate: str = field(repr=False)
    output: str = field(repr=False)
    decryption_key: int = field(repr=False)


def make_certificate(seed: str, index: int, threshold: int, size: int, group: Group = ED25519) -> str:
    """Step 1. Raises ValueError unless 1 <= index <= size, 1 <= threshold <= size <= MAX_SIZE."""
    if not (1 <= threshold <= size <= MAX_SIZE and 1 <= index <= size):
        raise ValueError("1 <= index, threshold <= size")
    key = signing_key(group, seed)
    content = {
        "context": {"group": group.name, "size": size, "threshold": threshold, "index": index},
        "verification": group.encode(group.base_mul(key)),
        "encryption": group.encode(group.base_mul(encryption_key(group, seed))),
    }
    return dumps(SignedMessage.make(group, key, content).as_json())


def check_certificate(raw: str, index: int, threshold: int, size: int, group: Group = ED25519) -> None:
    """Check a certificate as it comes in, before those of the others are there. Raises InvalidTrustees, Malformed."""
    found, _signed = parse_certificate(group, loads(raw))
    if (found.index, found.threshold, found.size) != (index, threshold, size):
        raise InvalidTrustees("bad-context", f"certificate {found.index}")


def check_polynomial(certificates: Sequence[str], index: int, raw: str, group: Group = ED25519) -> None:
    """Check what can be checked of the step-2 message of one holder without a key. Raises InvalidTrustees, Malformed."""
    values, certs = _certificates(group, certificates)
    _polynomial(group, values, certs[index - 1], raw)


def check_output(
    certificates: Sequence[str], polynomials: Sequence[str], index: int, raw: str, group: Group = ED25519
) -> None:
    """Check the verification key that one holder publishes at step 4. Raises InvalidTrustees, Malformed."""
    values, certs = _certificates(group, certificates)
    messages = _polynomials(group, values, certs, polynomials)
    coefexps = [check_coefexps(group, cert, m["coefexps"]) for cert, m in zip(certs, messages, strict=True)]
    output = fields(loads(raw), _OUTPUT)
    string(output["private_key"])
    check_verification_key(group, certs[index - 1], combined_coefexps(group, coefexps), output["public_key"])


def make_polynomial(seed: str, certificates: Sequence[str], group: Group = ED25519) -> str:
    """Step 2: choose f of degree t-1, publish it in the exponent, send f(j) to each holder j."""
    values, certs = _certificates(group, certificates)
    own, key = _own(group, certs, seed), signing_key(group, seed)
    coefficients = [group.random_scalar() for _ in range(own.threshold)]
    public = [group.base_mul(coefficient) for coefficient in coefficients]
    message = {
        "polynomial": seal(group, key, own.encryption, {"polynomial": [str(c) for c in coefficients]}),
        "secrets": [
            seal(group, key, other.encryption, {"secret": str(_value(group, coefficients, other.index))})
            for other in certs
        ],
        "coefexps": SignedMessage.make(group, key, {"coefexps": [group.encode(point) for point in public]}).as_json(),
        "signature": sign(group, key, certs_message(group, values, public)).as_json(),
    }
    return dumps(message)


def distribute(certificates: Sequence[str], polynomials: Sequence[str], group: Group = ED25519) -> list[str]:
    """Step 3: check what is public and give each holder what concerns him."""
    values, certs = _certificates(group, certificates)
    messages = _polynomials(group, values, certs, polynomials)
    return [
        dumps(
            {
                "polynomial": messages[position]["polynomial"],
                "secrets": [message["secrets"][position] for message in messages],
                "coefexps": [message["coefexps"] for message in messages],
                "signatures": [message["signature"] for message in messages],
            }
        )
        for position in range(len(certs))
    ]


def derive_key(seed: str, certificates: Sequence[str], vinput: str, group: Group = ED25519) -> str:
    """Step 4: check everything oneself, add up the received shares, publish the verification key.

    Raises InvalidTrustees("bad-secret") if a share is not what its sender published.
    """
    values, certs = _certificates(group, certificates)
    own, key, reading = _own(group, certs, seed), signing_key(group, seed), encryption_key(group, seed)
    message = fields(loads(vinput), _INPUT)
    lists = {name: items(message[name], own.size) for name in ("secrets", "coefexps", "signatures")}
    coefexps = []
    share = 0
    for cert, value, signature, secret in zip(
        certs, lists["coefexps"], lists["signatures"], lists["secrets"], strict=True
    ):
        public = check_coefexps(group, cert, value)
        check_certs_signature(group, cert, values, public, signature)
        coefexps.append(public)
        part = group.scalar(fields(unseal(group, reading, cert.verification, secret), ("secret",))["secret"])
        if group.base_mul(part) != evaluate(group, public, own.index):
            raise InvalidTrustees("bad-secret", f"share from holder {cert.index}")
        share += part
    _check_own_polynomial(group, own, reading, coefexps[own.index - 1], message["polynomial"])
    share %= group.q
    public_key = public_key_with_proof(group, share)
    public_key["signature"] = sign(group, key, public_key["public_key"]).as_json()
    check_verification_key(group, own, combined_coefexps(group, coefexps), public_key)
    private_key = seal(group, key, own.encryption, {"decryption_key": str(share)})
    return dumps({"private_key": private_key, "public_key": public_key})


def threshold_parameters(
    certificates: Sequence[str], polynomials: Sequence[str], outputs: Sequence[str], group: Group = ED25519
) -> dict[str, Any]:
    """Step 5: the content of the "Pedersen" trustee, all checked."""
    values, certs = _certificates(group, certificates)
    messages = _polynomials(group, values, certs, polynomials)
    coefexps = [check_coefexps(group, cert, m["coefexps"]) for cert, m in zip(certs, messages, strict=True)]
    combined = combined_coefexps(group, coefexps)
    keys = [fields(loads(output), _OUTPUT)["public_key"] for output in outputs]
    for certificate, key in zip(certs, items(keys, len(certs)), strict=True):
        check_verification_key(group, certificate, combined, key)
    return {
        "threshold": certs[0].threshold,
        "certs": values,
        "coefexps": [message["coefexps"] for message in messages],
        "signatures": [message["signature"] for message in messages],
        "verification_keys": keys,
    }


def open_decryption_key(seed: str, certificates: Sequence[str], output: str, group: Group = ED25519) -> int:
    """The holder's secret share, from his seed and the output of step 4, which may be stored anywhere."""
    _, certs = _certificates(group, certificates)
    own = _own(group, certs, seed)
    message = fields(loads(output), _OUTPUT)
    content = unseal(group, encryption_key(group, seed), own.verification, message["private_key"])
    share = group.scalar(fields(content, ("decryption_key",))["decryption_key"])
    public = fields(message["public_key"], ("pok", "public_key", "signature"))["public_key"]
    if group.encode(group.base_mul(share)) != public:
        raise InvalidTrustees("bad-verification-key", f"holder {own.index}")
    return share


def check_membership(seed: str, raw: str, owner: int, secret: int, group: Group = ED25519) -> Trustees:
    """Check a whole trustees file as the holder numbered ``owner`` in it: his certificate is there, and so is his key.

    His own signature over all certificates of the group is then one that he has made: nobody was put in another's place.
    Raises InvalidTrustees, Malformed.
    """
    trustees = check_trustees(raw, group)
    if not 1 <= owner <= len(trustees.owners):
        raise InvalidTrustees("bad-context", f"holder {owner}")
    found = trustees.owners[owner - 1]
    if trustees.items[found.item].kind != "Pedersen":
        raise InvalidTrustees("bad-context", f"holder {owner}")
    _own(group, [parse_certificate(group, loads(raw)[found.item][1]["certs"][found.index - 1])[0]], seed)
    if group.encode(group.base_mul(secret)) != found.public_key:
        raise InvalidTrustees("bad-verification-key", f"holder {owner}")
    return trustees


def run_ceremony(size: int, threshold: int, group: Group = ED25519) -> tuple[dict[str, Any], list[Holder]]:
    """The whole ceremony in one process, for tests and demonstrations only: (trustee content, holders)."""
    seeds = [new_seed() for _ in range(size)]
    certificates = [make_certificate(seed, i, threshold, size, group) for i, seed in enumerate(seeds, start=1)]
    polynomials = [make_polynomial(seed, certificates, group) for seed in seeds]
    inputs = distribute(certificates, polynomials, group)
    outputs = [derive_key(seed, certificates, vinput, group) for seed, vinput in zip(seeds, inputs, strict=True)]
    holders = [
        Holder(index, seed, certificate, output, open_decryption_key(seed, certificates, output, group))
        for index, (seed, certificate, output) in enumerate(zip(seeds, certificates, outputs, strict=True), start=1)
    ]
    return threshold_parameters(certificates, polynomials, outputs, group), holders


def _certificates(group: Group, raws: Sequence[str]) -> tuple[list[Any], list[Certificate]]:
    values = [loads(raw) for raw in raws]
    return values, check_certificates(group, values)


def _own(group: Group, certs: Sequence[Certificate], seed: str) -> Certificate:
    verification = group.base_mul(signing_key(group, seed))
    encryption = group.base_mul(encryption_key(group, seed))
    for cert in certs:
        if (cert.verification, cert.encryption) == (verification, encryption):
            return cert
    raise InvalidTrustees("bad-context", "no certificate of this seed")


def _polynomials(
    group: Group, values: list[Any], certs: Sequence[Certificate], raws: Sequence[str]
) -> list[dict[str, Any]]:
    return [
        _polynomial(group, values, certificate, raw)
        for certificate, raw in zip(certs, items(list(raws), len(certs)), strict=True)
    ]


def _polynomial(group: Group, values: list[Any], certificate: Certificate, raw: str) -> dict[str, Any]:
    message = fields(loads(raw), _POLYNOMIAL)
    items(message["secrets"], certificate.size)
    public = check_coefexps(group, certificate, message["coefexps"])
    check_certs_signature(group, certificate, values, public, message["signature"])
    return message


def _check_own_polynomial(group: Group, own: Certificate, reading: int, public: Sequence[Point], sealed: Any) -> None:
    # The carrier must give back the holder's own polynomial, not one that somebody else made in his name.
    content = fields(unseal(group, reading, own.verification, sealed), ("polynomial",))
    coefficients = [group.scalar(c) for c in items(content["polynomial"], own.threshold)]
    if [group.base_mul(coefficient) for coefficient in coefficients] != list(public):
        raise InvalidTrustees("bad-polynomial", f"holder {own.index}")


def _value(group: Group, coefficients: Sequence[int], index: int) -> int:
    result = 0
    for coefficient in reversed(coefficients):
        result = (result * index + coefficient) % group.q
    return result
