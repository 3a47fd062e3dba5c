"""Ballots: made, checked, and refused for what is wrong with them."""

import json
import time

import pytest

from services.ballot.belenios.ballot import REASONS, check_ballot, make_ballot, max_ballot_size, tracker
from services.ballot.belenios.election import Election, Question
from services.ballot.belenios.errors import InvalidBallot
from services.ballot.belenios.hashing import sha_b64, sha_hex
from services.ballot.belenios.keys.credential import public_credential
from tests.vectors.samples import LISTS, TEN, WITH_BLANK, bits, sample, vectors

ELECTIONS = vectors("ballots")["elections"]
CASES = [(e["raw"], t["case"], t["raw"], t["reason"]) for e in ELECTIONS for t in e["tampered"]]


@pytest.mark.parametrize("vector", ELECTIONS)
def test_ballots_of_the_vectors_hold(vector: dict[str, object]) -> None:
    election = Election.parse(str(vector["raw"]))
    assert (election.hash, election.uuid) == (vector["hash"], vector["uuid"])
    assert max_ballot_size(election) == vector["max_ballot_size"]
    for made in vector["ballots"]:  # type: ignore[attr-defined]
        checked = check_ballot(election, made["raw"])
        assert checked.tracker == made["tracker"] == tracker(made["raw"]) == sha_b64(made["raw"])
        assert checked.object_hash == made["object_hash"] == sha_hex(made["raw"])
        assert checked.credential == made["public_credential"] == public_credential(int(made["secret"]))
        assert check_ballot(election, made["raw"].encode()).raw == made["raw"]


@pytest.mark.parametrize(("election", "case", "raw", "reason"), CASES, ids=[case for _, case, _, _ in CASES])
def test_tampered_ballots_are_refused(election: str, case: str, raw: str, reason: str) -> None:
    with pytest.raises(InvalidBallot) as refusal:
        check_ballot(Election.parse(election), raw)
    assert refusal.value.reason == reason
    assert refusal.value.reason in REASONS


def test_every_reason_has_a_case() -> None:
    assert {reason for *_, reason in CASES} == REASONS


@pytest.mark.parametrize(
    ("question", "plaintexts"),
    [
        (LISTS, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        (WITH_BLANK, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        (Question("q", ("a", "b", "c"), False, 0, 3), [[0, 0, 0], [1, 0, 1], [1, 1, 1]]),
        (Question("q", ("a", "b", "c"), True, 2, 3), [[1, 0, 0, 0], [0, 1, 0, 1], [0, 1, 1, 1]]),
        (Question("q", ("a",), False, 0, 1), [[0], [1]]),
        (Question("q", ("a",), False, 0, 0), [[0]]),
        (Question("q", ("a", "b"), True, 0, 0), [[0, 0, 0], [1, 0, 0]]),
    ],
)
def test_every_kind_of_choice_is_accepted(question: Question, plaintexts: list[list[int]]) -> None:
    s = sample(question)
    for plaintext in plaintexts:
        raw = s.ballot(0, plaintext)
        assert len(raw) <= max_ballot_size(s.election)
        check_ballot(s.election, raw)


@pytest.mark.parametrize(
    ("question", "plaintext"),
    [
        (LISTS, [1, 1, 0]),
        (LISTS, [0, 0, 0]),
        (LISTS, [2, 0, 0]),
        (LISTS, [-1, 1, 1]),
        (LISTS, [1, 0]),
        (WITH_BLANK, [1, 1, 0]),
        (WITH_BLANK, [0, 0, 0]),
        (WITH_BLANK, [0, 1, 1]),
    ],
)
def test_an_invalid_choice_is_not_encrypted(question: Question, plaintext: list[int]) -> None:
    with pytest.raises(ValueError, match=r"expected|chooses"):
        sample(question).ballot(0, plaintext)


def test_one_plaintext_a_question() -> None:
    with pytest.raises(ValueError, match="one plaintext"):
        make_ballot(sample(LISTS).election, 5, [])


def test_two_ballots_of_the_same_choice_differ() -> None:
    s = sample(LISTS)
    first, second = (json.loads(s.ballot(0, [1, 0, 0])) for _ in range(2))
    assert first["credential"] == second["credential"]
    assert first["answers"] != second["answers"]


def test_an_answer_cannot_be_moved_to_another_ballot() -> None:
    """The proofs bind the credential: nobody can vote what another voted without knowing it."""
    s = sample(LISTS)
    copied = json.loads(s.ballot(0, [1, 0, 0]))
    copied["credential"] = public_credential(1001)
    from tests.vectors.generate import signed_again

    with pytest.raises(InvalidBallot, match="bad-individual-proof"):
        check_ballot(s.election, signed_again(s.election, 1001, copied))


def test_an_answer_cannot_be_moved_to_another_election() -> None:
    one, other = sample(LISTS), sample(LISTS, uuid="othersampLeE1e")
    moved = json.loads(one.ballot(0, [1, 0, 0]))
    moved["election_uuid"], moved["election_hash"] = other.election.uuid, other.election.hash
    from tests.vectors.generate import signed_again

    with pytest.raises(InvalidBallot, match="bad-individual-proof"):
        check_ballot(other.election, signed_again(other.election, 1000, moved))


def test_checking_is_fast_enough() -> None:
    """About 8 ms on a quiet machine; the bound only catches a wrong algorithm."""
    s = sample(TEN)
    raw = s.ballot(0, bits(TEN, 3))
    seconds = []
    for _ in range(10):
        begin = time.thread_time()
        check_ballot(s.election, raw)
        seconds.append(time.thread_time() - begin)
    # The quickest: a collection of garbage after two thousand tests may fall into one of them, a wrong algorithm into all.
    assert min(seconds) < 0.1
