"""The threshold ceremony, with holders or a carrier that cheat."""

import json

import pytest

from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.errors import InvalidTrustees, Malformed
from services.ballot.belenios.group import ED25519, Ed25519Group
from services.ballot.belenios.keys import pedersen, pki, trustees
from tests.vectors.samples import TWO_GROUPS, keys, vectors

SIZE, THRESHOLD = 3, 2


@pytest.fixture(scope="module")
def ceremony():
    seeds = [pki.new_seed() for _ in range(SIZE)]
    certificates = [pedersen.make_certificate(seed, i, THRESHOLD, SIZE) for i, seed in enumerate(seeds, 1)]
    polynomials = [pedersen.make_polynomial(seed, certificates) for seed in seeds]
    inputs = pedersen.distribute(certificates, polynomials)
    outputs = [pedersen.derive_key(seed, certificates, i) for seed, i in zip(seeds, inputs, strict=True)]
    return seeds, certificates, polynomials, inputs, outputs


def test_the_shares_make_the_published_key(ceremony) -> None:
    seeds, certificates, polynomials, _, outputs = ceremony
    content = pedersen.threshold_parameters(certificates, polynomials, outputs)
    checked = trustees.check_trustees(trustees.make_trustees([("Pedersen", content)]))
    shares = [pedersen.open_decryption_key(s, certificates, o) for s, o in zip(seeds, outputs, strict=True)]
    assert [o.public_key for o in checked.owners] == [ED25519.encode(ED25519.base_mul(x)) for x in shares]
    # Lagrange in 1 and 2: 2*x1 - x2.
    assert checked.public_key == ED25519.encode(ED25519.base_mul(2 * shares[0] - shares[1]))


def test_holders_of_the_vectors_get_their_keys_again() -> None:
    v = vectors("trustees")
    for holder in v["holders"]:
        certificates = v["certificates"][0 if holder["owner"] <= 2 else 1]
        key = pedersen.open_decryption_key(holder["seed"], certificates, holder["output"])
        assert str(key) == holder["decryption_key"]


@pytest.mark.parametrize(("index", "threshold", "size"), [(0, 1, 1), (2, 1, 1), (1, 2, 1), (1, 0, 1), (1, 1, 101)])
def test_impossible_contexts(index: int, threshold: int, size: int) -> None:
    with pytest.raises(ValueError, match="index"):
        pedersen.make_certificate(pki.new_seed(), index, threshold, size)


@pytest.mark.parametrize("seed", ["", "a" * 21, "0" * 22, "a" * 22 + "\n"])
def test_a_seed_has_a_format(seed: str) -> None:
    with pytest.raises(Malformed, match="bad-seed"):
        pedersen.make_certificate(seed, 1, 1, 1)


def test_certificates_of_another_context_are_refused(ceremony) -> None:
    seeds, certificates, *_ = ceremony
    other_threshold = pedersen.make_certificate(seeds[2], 3, 3, SIZE)
    other_size = pedersen.make_certificate(seeds[2], 3, 2, 4)
    same_holder = pedersen.make_certificate(seeds[0], 3, 2, SIZE)
    for third in (other_threshold, other_size, same_holder, certificates[0]):
        with pytest.raises(InvalidTrustees, match="bad-context"):
            pedersen.make_polynomial(seeds[0], [*certificates[:2], third])
    for some in ([], certificates[:2], list(reversed(certificates))):
        with pytest.raises(InvalidTrustees, match="bad-context"):
            pedersen.make_polynomial(seeds[0], some)
    with pytest.raises(InvalidTrustees, match="no certificate of this seed"):
        pedersen.make_polynomial(pki.new_seed(), certificates)


def test_a_certificate_is_signed(ceremony) -> None:
    seeds, certificates, *_ = ceremony
    changed = json.loads(certificates[2])
    changed["message"] = changed["message"].replace('"index":3', '"index":2')
    with pytest.raises(InvalidTrustees, match="bad-signature"):
        pedersen.make_polynomial(seeds[0], [*certificates[:2], dumps(changed)])


def test_a_wrong_share_names_its_sender(ceremony) -> None:
    seeds, certificates, polynomials, _, _ = ceremony
    certs = trustees.check_certificates(ED25519, [loads(c) for c in certificates])
    message = loads(polynomials[1])
    key = pki.signing_key(ED25519, seeds[1])
    message["secrets"][0] = pki.seal(ED25519, key, certs[0].encryption, {"secret": "5"})
    inputs = pedersen.distribute(certificates, [polynomials[0], dumps(message), polynomials[2]])
    with pytest.raises(InvalidTrustees, match="bad-secret: share from holder 2"):
        pedersen.derive_key(seeds[0], certificates, inputs[0])
    pedersen.derive_key(seeds[2], certificates, inputs[2])


def test_the_carrier_cannot_exchange_messages(ceremony) -> None:
    seeds, certificates, polynomials, inputs, _ = ceremony
    for name in ("secrets", "coefexps", "signatures"):
        message = loads(inputs[0])
        message[name] = list(reversed(message[name]))
        with pytest.raises(InvalidTrustees, match=r"bad-signature|bad-recipient"):
            pedersen.derive_key(seeds[0], certificates, dumps(message))
    message = loads(inputs[0])
    message["polynomial"] = loads(inputs[1])["polynomial"]
    with pytest.raises(InvalidTrustees, match="bad-encryption"):
        pedersen.derive_key(seeds[0], certificates, dumps(message))
    with pytest.raises(InvalidTrustees):
        pedersen.derive_key(seeds[0], certificates, inputs[1])
    with pytest.raises(InvalidTrustees, match="bad-signature"):
        pedersen.distribute(certificates, list(reversed(polynomials)))


def test_another_polynomial_of_the_same_holder_is_noticed(ceremony) -> None:
    seeds, certificates, _, inputs, _ = ceremony
    message = loads(inputs[0])
    message["polynomial"] = loads(pedersen.make_polynomial(seeds[0], certificates))["polynomial"]
    with pytest.raises(InvalidTrustees, match="bad-polynomial"):
        pedersen.derive_key(seeds[0], certificates, dumps(message))


def test_a_wrong_verification_key_is_refused(ceremony) -> None:
    seeds, certificates, polynomials, _, outputs = ceremony
    key = trustees.public_key_with_proof(ED25519, 5)
    signing = pki.signing_key(ED25519, seeds[1])
    key["signature"] = pki.sign(ED25519, signing, key["public_key"]).as_json()
    output = dumps({"private_key": "", "public_key": key})
    with pytest.raises(InvalidTrustees, match="bad-verification-key"):
        pedersen.threshold_parameters(certificates, polynomials, [outputs[0], output, outputs[2]])
    with pytest.raises(InvalidTrustees, match=r"bad-signature|bad-verification-key"):
        pedersen.threshold_parameters(certificates, polynomials, list(reversed(outputs)))
    with pytest.raises(Malformed):
        pedersen.threshold_parameters(certificates, polynomials, outputs[:2])


def test_a_message_for_another_is_not_read() -> None:
    keys_of = [ED25519.random_scalar() for _ in range(3)]
    sender, recipient, other = (ED25519.base_mul(key) for key in keys_of)
    raw = pki.seal(ED25519, keys_of[0], recipient, {"secret": "é"})
    assert pki.unseal(ED25519, keys_of[1], sender, raw) == {"secret": "é"}
    with pytest.raises(InvalidTrustees, match="bad-encryption"):
        pki.unseal(ED25519, keys_of[2], sender, raw)
    with pytest.raises(InvalidTrustees, match="bad-signature"):
        pki.unseal(ED25519, keys_of[1], other, raw)
    forwarded = pki._encrypt(ED25519, other, pki._decrypt(ED25519, keys_of[1], raw).decode())
    with pytest.raises(InvalidTrustees, match="bad-recipient"):
        pki.unseal(ED25519, keys_of[2], sender, forwarded)
    for field, value in (("algorithm", "AES-CCM"), ("data", "zz"), ("data", ""), ("data", 5), ("alpha", "00")):
        with pytest.raises((InvalidTrustees, Malformed)):
            pki.unseal(ED25519, keys_of[1], sender, dumps(loads(raw) | {field: value}))


def test_trustees_files_are_checked_whole() -> None:
    checked, _ = keys((("Single", 1, 1), *TWO_GROUPS))
    assert [(o.owner, o.item, o.index) for o in checked.owners] == [
        (1, 0, 1), (2, 1, 1), (3, 1, 2), (4, 2, 1), (5, 2, 2), (6, 2, 3),
    ]  # fmt: skip
    assert [(i.kind, i.threshold, i.size) for i in checked.items] == [
        ("Single", 1, 1), ("Pedersen", 1, 2), ("Pedersen", 2, 3),
    ]  # fmt: skip
    value = loads(checked.raw)
    plus_one = ED25519.encode(ED25519.add(ED25519.decode(value[0][1]["public_key"]), ED25519.generator))
    changes = [
        ([0, 0], "Shuffler", "malformed"),
        ([0, 1, "public_key"], plus_one, "bad-proof"),
        ([0, 1, "pok", "response"], "1", "bad-proof"),
        ([2, 1, "threshold"], 3, "bad-context"),
        ([2, 1, "threshold"], 0, "malformed"),
        ([2, 1, "certs"], [], "malformed"),
        ([2, 1, "coefexps"], value[2][1]["coefexps"][:2], "malformed"),
        ([2, 1, "coefexps"], value[2][1]["coefexps"][::-1], "bad-signature"),
        ([2, 1, "signatures"], value[2][1]["signatures"][::-1], "bad-signature"),
        ([2, 1, "verification_keys", 0], value[2][1]["verification_keys"][1], "bad-signature"),
        ([2, 1, "verification_keys", 0, "signature"], {}, "malformed"),
    ]
    for path, new, reason in changes:
        changed = loads(checked.raw)
        target = changed
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = new
        with pytest.raises(InvalidTrustees) as refusal:
            trustees.check_trustees(dumps(changed))
        assert refusal.value.reason == reason, path
    for raw in ("", "[]", "{}", "[1]", '[["Single"]]', dumps([value[0]] * 51), b"\xff"):
        with pytest.raises(InvalidTrustees, match="malformed"):
            trustees.check_trustees(raw)


class Chosen(Ed25519Group):
    """Draws these scalars first."""

    def __init__(self, *scalars: int) -> None:
        super().__init__()
        self.scalars = list(scalars)

    def random_scalar(self) -> int:
        return self.scalars.pop(0) if self.scalars else super().random_scalar()


def test_a_group_whose_shares_cancel_out_protects_nothing() -> None:
    seeds = [pki.new_seed() for _ in range(2)]
    certificates = [pedersen.make_certificate(seed, i, 2, 2) for i, seed in enumerate(seeds, start=1)]
    polynomials = [
        pedersen.make_polynomial(seeds[0], certificates, Chosen(5, 7)),
        pedersen.make_polynomial(seeds[1], certificates, Chosen(ED25519.q - 5, 11)),
    ]
    inputs = pedersen.distribute(certificates, polynomials)
    outputs = [pedersen.derive_key(seed, certificates, i) for seed, i in zip(seeds, inputs, strict=True)]
    content = pedersen.threshold_parameters(certificates, polynomials, outputs)
    with pytest.raises(InvalidTrustees, match="bad-public-key: identity"):
        trustees.make_trustees([("Single", trustees.single_key()[1]), ("Pedersen", content)])


def test_a_key_copied_from_another_item_is_refused() -> None:
    single = trustees.single_key()[1]
    for entries in ([("Single", single)] * 2, [("Pedersen", pedersen.run_ceremony(2, 1)[0])] * 2):
        with pytest.raises(InvalidTrustees, match="bad-public-key: the key of another item"):
            trustees.make_trustees(entries)
