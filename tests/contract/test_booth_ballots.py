"""Ballots made by the booth's JavaScript, verified by the server's code and by the independent tool.

The private keys never leave the side that owns them: Python gives the booth credentials or voting codes and wanted choices,
as a voter would, and judges the ballots that come back.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from services.ballot.belenios.ballot import check_ballot, tracker
from services.ballot.belenios.checking.archive import ArchiveWriter, make_public_credentials
from services.ballot.belenios.checking.opened import Differs, OpenedBallot, contents
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.keys.credential import new_uuid, private_from_credential, public_credential
from services.ballot.belenios.keys.trustees import check_trustees, make_trustees, single_key
from services.ballot.belenios.tally import (
    compute_result,
    encrypted_tally,
    parse_result,
    partial_decryption,
    sized_encrypted_tally,
)
from services.reassort.codes import voting_code

ROOT = Path(__file__).resolve().parents[2]
SALT = "5f0c1a52-93b1-4c3e-9c39-0d2f3f1f6c11"
ITERATIONS = 1000
BALLOTS = 6
QUESTIONS = {
    "one list of ten": [Question("Liste ?", tuple(f"Liste « {i} »" for i in range(10)), False, 1, 1)],
    "one list of ten or blank": [Question("Liste ?", tuple(f"Liste {i}" for i in range(10)), True, 1, 1)],
    "two to three of five, or blank": [Question("Qui ?", tuple("abcde"), True, 2, 3)],
    "several questions": [Question("A", ("x", "y"), False, 0, 2), Question("B", ("x",), True, 1, 1)],
}


@dataclass(frozen=True)
class Vote:
    """What went into the booth and what came out."""

    plaintext: list[list[int]]
    credential: str
    ballot: str
    tracker: str
    seed: str


@dataclass(frozen=True)
class Box:
    """An election with ballots that the booth made."""

    election: Election
    secret: int
    trustees: str
    votes: list[Vote]


@pytest.fixture(scope="module")
def node() -> str:
    """The path of Node, with the booth's libraries installed."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed: the booth's JavaScript cannot run")
    if not (ROOT / "node_modules" / "@noble").is_dir():
        pytest.skip("the booth's libraries are not installed: run npm ci")
    return found


@pytest.fixture(scope="module", params=QUESTIONS.values(), ids=QUESTIONS.keys())
def box(request: pytest.FixtureRequest, node: str) -> Box:
    """Six random ballots of one kind of election, made from voting codes as a voter's browser does."""
    secret, key = single_key()
    trustees_raw = make_trustees([("Single", key)])
    raw = make_election(new_uuid(), "Scrutin d’essai", 'Élection "contrat"', key["public_key"], request.param)
    election = Election.parse(raw)
    codes = [voting_code.generate() for _ in range(BALLOTS)]
    plaintexts = [[_plaintext(question, blank=index == 0) for question in request.param] for index in range(BALLOTS)]
    wanted = [
        {"code": voting_code.format_code(code), "salt": SALT, "iterations": ITERATIONS, "choices": plaintext}
        for code, plaintext in zip(codes, plaintexts, strict=True)
    ]
    made = _booth(node, {"election": raw, "ballots": wanted})
    votes = []
    for code, plaintext, one in zip(codes, plaintexts, made, strict=True):
        credential = voting_code.credential_from_code(code, SALT, ITERATIONS)
        public = public_credential(private_from_credential(election.uuid, credential))
        assert one["credential"] == public
        votes.append(Vote(plaintext, public, one["ballot"], one["tracker"], one["seed"]))
    return Box(election, secret, trustees_raw, votes)


def _plaintext(question: Question, *, blank: bool) -> list[int]:
    if question.blank and blank:
        return [1] + [0] * len(question.answers)
    chosen = set(random.sample(range(len(question.answers)), random.randint(question.minimum, question.maximum)))
    bits = [int(index in chosen) for index in range(len(question.answers))]
    return [0, *bits] if question.blank else bits


def _booth(node: str, request: dict[str, Any]) -> list[dict[str, str]]:
    command = [node, str(ROOT / "tests" / "booth" / "make-ballots.js")]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    ballots: list[dict[str, str]] = json.loads(done.stdout)["ballots"]
    return ballots


def test_the_server_accepts_the_booths_ballots(box: Box) -> None:
    """Every proof holds, the text is canonical, and both sides compute the same tracker."""
    for vote in box.votes:
        checked = check_ballot(box.election, vote.ballot)
        assert checked.credential == vote.credential
        assert checked.tracker == tracker(vote.ballot) == vote.tracker


def test_another_program_says_what_was_chosen_in_any_ballot_that_is_opened(box: Box) -> None:
    """By the seed that the booth reveals when a voter checks the device; with another ballot's seed it differs."""
    for vote, other in zip(box.votes, box.votes[1:] + box.votes[:1], strict=True):
        seed, choices = bytes.fromhex(vote.seed), tuple(bit for bits in vote.plaintext for bit in bits)
        opened = OpenedBallot(box.election.uuid, vote.tracker, seed, choices, vote.ballot)
        assert contents(box.election, opened) == [tuple(bits) for bits in vote.plaintext]
        with pytest.raises(Differs, match="other-content"):
            contents(box.election, replace(opened, seed=bytes.fromhex(other.seed)))


def test_the_booths_ballots_are_counted_as_chosen(box: Box) -> None:
    """The tally of the encrypted ballots is the sum of what was chosen."""
    encrypted = encrypted_tally(box.election, [vote.ballot for vote in box.votes])
    partial = {1: partial_decryption(box.election, encrypted, box.secret)}
    sized = sized_encrypted_tally(len(box.votes), encrypted)
    result = compute_result(box.election, check_trustees(box.trustees), sized, encrypted, partial)
    sums = [
        [sum(column) for column in zip(*(vote.plaintext[index] for vote in box.votes), strict=True)]
        for index in range(len(box.election.questions))
    ]
    assert parse_result(box.election, result) == sums


def test_the_independent_tool_accepts_the_booths_ballots(box: Box, belenios_tool: Path, tmp_path: Path) -> None:
    """belenios-tool, which shares no line with us, verifies each ballot."""
    writer = ArchiveWriter(1_790_000_000)
    credentials = make_public_credentials(vote.credential for vote in box.votes)
    archive = writer.beginning() + writer.setup(box.election.raw, box.trustees, credentials)
    (tmp_path / f"{box.election.uuid}.bel").write_bytes(archive)
    for vote in box.votes:
        done = _verify_ballot(belenios_tool, tmp_path, vote.ballot)
        assert done.returncode == 0, done.stderr
    one, other = (json.loads(vote.ballot) for vote in box.votes[:2])
    one["answers"] = other["answers"]
    exchanged = json.dumps(one, separators=(",", ":"))
    assert _verify_ballot(belenios_tool, tmp_path, exchanged).returncode != 0, "the tool must be able to say no"


def _verify_ballot(tool: Path, directory: Path, ballot: str) -> subprocess.CompletedProcess[str]:
    file = directory / "ballot.json"
    file.write_text(ballot, encoding="utf-8")
    command = [str(tool), "election", "verify-ballot", "--dir", str(directory), "--ballot", str(file)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
