"""Credentials and election files."""

import json

import pytest

from services.ballot.belenios.canonical import dumps
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.errors import Malformed
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.hashing import sha_b64
from services.ballot.belenios.keys import credential as c
from tests.vectors.samples import vectors

KEY = ED25519.encode(ED25519.base_mul(7))
QUESTION = Question('Qui "é" ?', ("A", "B"), True, 0, 2)
RAW = make_election("abcdefghijkmno", "N", "D", KEY, [QUESTION], administrator="Bureau")


def test_new_credentials_have_the_format_and_differ() -> None:
    made = {c.new_credential() for _ in range(50)}
    assert len(made) == 50
    for credential in made:
        assert [len(part) for part in credential.split("-")] == [5, 6, 5, 6]
        assert c.check_credential(credential) == credential


def test_uuids() -> None:
    assert c.is_uuid(c.new_uuid())
    assert len(c.new_uuid()) == 14
    for text in ("", "a" * 13, "a" * 65, "0" * 14, "l" * 14, "a" * 14 + "\n"):
        assert not c.is_uuid(text)


@pytest.mark.parametrize("text", ["", "a", "a" * 22, "aaaaa-aaaaaa-aaaaa-aaaaa0", "AAAAA-AAAAAA-AAAAA-AAAAAA\n"])
def test_refused_credentials(text: str) -> None:
    with pytest.raises(Malformed, match="bad-credential"):
        c.private_from_credential("abcdefghijkmno", text)


def test_derivation_follows_the_vectors() -> None:
    for vector in vectors("codes")["derived"]:
        for election in vector["elections"]:
            secret = c.private_from_credential(election["uuid"], vector["credential"])
            assert str(secret) == election["secret"]
            assert c.public_credential(secret) == election["public_credential"]


def test_an_election_file_is_parsed_and_hashed_as_published() -> None:
    election = Election.parse(RAW)
    assert election.questions == (QUESTION,)
    assert (election.name, election.description, election.public_key) == ("N", "D", KEY)
    assert election.hash == sha_b64(RAW)
    assert Election.parse(RAW.encode()) == election
    assert json.loads(RAW)["administrator"] == "Bureau"
    assert "credential_authority" in make_election("abcdefghijkmno", "N", "D", KEY, [QUESTION], None, "Autorité")


def change(path: list[object], new: object) -> str:
    value = json.loads(RAW)
    target = value
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = new
    return dumps(value)


@pytest.mark.parametrize(
    ("path", "new", "reason"),
    [
        (["version"], 2, "unsupported-version"),
        (["version"], True, "unsupported-version"),
        (["group"], "BELENIOS-2048", "unsupported-group"),
        (["public_key"], ED25519.encode(ED25519.identity), "bad-public-key"),
        (["public_key"], "00", "bad-point"),
        (["uuid"], "short", "bad-uuid"),
        (["name"], 5, "wrong-shape"),
        (["administrator"], 5, "wrong-shape"),
        (["extra"], 5, "wrong-shape"),
        (["questions"], [], "bad-question"),
        (["questions"], [QUESTION.as_json()] * 101, "bad-question"),
        (["questions", 0, "answers"], [], "bad-question"),
        (["questions", 0, "answers"], ["x"] * 251, "bad-question"),
        (["questions", 0, "answers"], [1], "wrong-shape"),
        (["questions", 0, "min"], 3, "bad-question"),
        (["questions", 0, "max"], 3, "bad-question"),
        (["questions", 0, "max"], -1, "wrong-shape"),
        (["questions", 0, "blank"], 1, "wrong-shape"),
        (["questions", 0], {"type": "Lists", "value": {}}, "unsupported-question"),
    ],
)
def test_refused_elections(path: list[object], new: object, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        Election.parse(change(path, new))
    assert refusal.value.reason == reason


def test_making_an_impossible_election_is_refused() -> None:
    with pytest.raises(Malformed, match="bad-question"):
        make_election("abcdefghijkmno", "N", "D", KEY, [Question("q", ("a",), False, 2, 1)])
