"""Ed25519 as the protocol writes it."""

import pickle

import pytest

from services.ballot.belenios.errors import InvalidBallot, Malformed
from services.ballot.belenios.group import ED25519, group_named
from services.ballot.belenios.hashing import sha_b64, sha_hex
from tests.vectors.samples import vectors

VECTORS = vectors("group")


def test_constants() -> None:
    assert ED25519.encode(ED25519.generator) == VECTORS["generator"] == "66" * 31 + "58"
    assert ED25519.encode(ED25519.identity) == VECTORS["identity"] == "00" * 31 + "01"
    assert str(ED25519.q) == VECTORS["q"]
    assert group_named("Ed25519") is ED25519
    with pytest.raises(Malformed, match="unsupported-group"):
        group_named("BELENIOS-2048")


@pytest.mark.parametrize("vector", VECTORS["multiples"])
def test_multiples_of_the_generator(vector: dict[str, str]) -> None:
    point = ED25519.base_mul(int(vector["scalar"]))
    assert ED25519.encode(point) == vector["point"]
    assert ED25519.mul(ED25519.generator, int(vector["scalar"])) == point
    assert ED25519.decode(vector["point"]) == point == ED25519.decode_trusted(vector["point"])
    assert ED25519.scalar(vector["scalar"]) == int(vector["scalar"])


@pytest.mark.parametrize("vector", VECTORS["sums"])
def test_sums_and_differences(vector: dict[str, str]) -> None:
    a, b = ED25519.decode(vector["a"]), ED25519.decode(vector["b"])
    assert ED25519.encode(ED25519.add(a, b)) == vector["sum"] == ED25519.encode(ED25519.sum([a, b]))
    assert ED25519.encode(ED25519.sub(a, b)) == vector["difference"]


@pytest.mark.parametrize("vector", VECTORS["products"])
def test_products(vector: dict[str, str]) -> None:
    point = ED25519.decode(vector["point"])
    assert ED25519.encode(ED25519.mul(point, int(vector["scalar"]))) == vector["product"]
    assert ED25519.mul(point, int(vector["scalar"]) + ED25519.q) == ED25519.decode(vector["product"])


@pytest.mark.parametrize("text", [*VECTORS["refused_points"].values(), 5, None, "", "0" * 64, "f" * 64, "66" * 32])
def test_refused_points(text: object) -> None:
    with pytest.raises(Malformed, match="bad-point"):
        ED25519.decode(text)


@pytest.mark.parametrize("text", [*VECTORS["refused_scalars"], 5, None, "١", "1\n", "9" * 10_000])
def test_refused_scalars(text: object) -> None:
    with pytest.raises(Malformed, match="bad-scalar"):
        ED25519.scalar(text)


def test_multiplying_a_point_that_was_never_checked_is_refused_not_wrong() -> None:
    with pytest.raises(Malformed, match="bad-point"):
        ED25519.mul(ED25519.decode_trusted(VECTORS["refused_points"]["order two"]), 3)


@pytest.mark.parametrize("vector", VECTORS["challenges"])
def test_challenges(vector: dict[str, object]) -> None:
    points = [ED25519.decode(point) for point in vector["points"]]  # type: ignore[attr-defined]
    assert str(ED25519.challenge(str(vector["prefix"]), points)) == vector["challenge"]


@pytest.mark.parametrize("vector", VECTORS["hashes"])
def test_hashes(vector: dict[str, str]) -> None:
    assert (sha_hex(vector["text"]), sha_b64(vector["text"])) == (vector["hex"], vector["b64"])
    assert sha_hex(vector["text"].encode()) == vector["hex"]
    assert sha_b64(vector["text"].encode()) == vector["b64"]


def test_refusals_travel_between_processes() -> None:
    again = pickle.loads(pickle.dumps(InvalidBallot("bad-point", "detail")))
    assert isinstance(again, InvalidBallot)
    assert (again.reason, again.detail, str(again)) == ("bad-point", "detail", "bad-point: detail")
