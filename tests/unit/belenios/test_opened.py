"""Ballots opened to check a device (C10): what is said of honest ones, and that no dishonest one passes.

The ballots are the booth's (tests/vectors/opened.json, which tests/booth/opened.test.js reads too).
"""

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from deploy.holder.own_ballot import challenge
from services.ballot.belenios.ballot import make_ballot, tracker
from services.ballot.belenios.canonical import dumps
from services.ballot.belenios.checking import opened
from services.ballot.belenios.checking.archive import ArchiveWriter
from services.ballot.belenios.checking.opened import Differs
from services.ballot.belenios.election import Election, make_election
from services.ballot.belenios.errors import Malformed
from services.ballot.belenios.keys.trustees import single_key
from tests.vectors.samples import vectors

VECTORS = vectors("opened")
HONEST = [(Election.parse(one["election"]), opened.read(one["file"])) for one in VECTORS["opened"]]
ANY = st.sampled_from(HONEST)


def test_numbers_come_from_the_seed_as_in_the_booth() -> None:
    group, seed = HONEST[0][0].group, bytes.fromhex(VECTORS["derivation"]["seed"])
    for label, expected in VECTORS["derivation"]["scalars"].items():
        assert str(opened.scalar(group, seed, label)) == expected


def test_an_honest_ballot_says_what_was_chosen() -> None:
    for one, (election, ballot) in zip(VECTORS["opened"], HONEST, strict=True):
        said = []
        for question, bits in zip(election.questions, opened.contents(election, ballot), strict=True):
            chosen = bits[1:] if question.blank else bits
            names = [name for name, bit in zip(question.answers, chosen, strict=True) if bit]
            said.append(None if question.blank and bits[0] else names)
        assert said == one["contents"]


@given(ANY, st.data())
def test_no_other_choice_is_believed(one: tuple[Election, opened.OpenedBallot], data: st.DataObject) -> None:
    """The lie of a booth that encrypts another list: whatever it says it has encrypted, in the form of a choice or not."""
    election, ballot = one
    size = len(ballot.choices)
    said = data.draw(st.lists(st.integers(0, 1), min_size=size - 1, max_size=size + 1).map(tuple))
    if said != ballot.choices:
        with pytest.raises(Differs, match=r"no-choice|other-content"):
            opened.contents(election, replace(ballot, choices=said))


@given(ANY, st.binary(min_size=32, max_size=32), st.integers(0, 42))
def test_no_other_seed_tracker_or_ballot_is_believed(
    one: tuple[Election, opened.OpenedBallot], seed: bytes, place: int
) -> None:
    election, ballot = one
    with pytest.raises(Differs, match="other-content"):
        opened.contents(election, replace(ballot, seed=seed))
    letter = "B" if ballot.tracker[place] == "A" else "A"
    other = ballot.tracker[:place] + letter + ballot.tracker[place + 1 :]
    with pytest.raises(Differs, match="other-tracker"):
        opened.contents(election, replace(ballot, tracker=other))


def test_a_ballot_that_the_urn_would_refuse_or_of_another_election_is_told() -> None:
    election, ballot = HONEST[0]
    value = json.loads(ballot.ballot)
    value["answers"][0]["individual_proofs"][0].reverse()
    altered = dumps(value)
    with pytest.raises(Differs, match="invalid-ballot"):
        opened.contents(election, replace(ballot, ballot=altered, tracker=tracker(altered)))
    with pytest.raises(Differs, match="other-election"):
        opened.contents(HONEST[-1][0], ballot)
    _secret, key = single_key()
    twin = Election.parse(make_election(election.uuid, election.name, "", key["public_key"], election.questions))
    with pytest.raises(Differs, match="other-election"):
        opened.contents(twin, ballot)


def test_a_booth_that_makes_an_honest_ballot_once_it_is_checked_has_another_tracker() -> None:
    """It had shown the tracker of a ballot for list B; what it can open for list A is another ballot."""
    election, shown = HONEST[0]
    honest = make_ballot(election, 77, [[0, 1, 0]])
    swapped = replace(shown, ballot=honest, choices=(0, 1, 0))
    with pytest.raises(Differs) as caught:
        opened.contents(election, swapped)
    assert (caught.value.reason, caught.value.detail) == ("other-tracker", tracker(honest))


@given(st.integers(0, 400), st.text(max_size=3))
def test_a_file_is_read_whole_or_not_at_all(place: int, typed: str) -> None:
    text = VECTORS["opened"][0]["file"]
    altered = text[:place] + typed + text[place + 1 :]
    try:
        read = opened.read(altered)
    except Malformed:
        return
    assert (len(read.seed), len(read.tracker)) == (32, 43)


def test_the_seed_is_not_what_signs() -> None:
    """The signature's nonce is none of the seed's numbers: with it, the ballot that is opened would give the key."""
    for election, ballot in HONEST:
        proof = json.loads(ballot.ballot)["signature"]["proof"]
        group = election.group
        credential = group.decode(json.loads(ballot.ballot)["credential"])
        commitment = group.add(group.base_mul(int(proof["response"])), group.mul(credential, int(proof["challenge"])))
        for label in ("nonce", "sig", "signature", "signature|nonce", "choice|0|0", "overall|0|nonce"):
            assert group.base_mul(opened.scalar(group, ballot.seed, label)) != commitment
        digest = hmac.digest(ballot.seed, b"", hashlib.sha512)
        assert group.base_mul(int.from_bytes(digest, "big")) != commitment


# The command


def run(file: Path, source: object) -> Result:
    return CliRunner().invoke(challenge.command, [str(file), "--election", str(source)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bulletin-ouvert.json"
    path.write_text(VECTORS["opened"][0]["file"], encoding="utf-8")
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "urn.bel"
    writer = ArchiveWriter(1_790_000_000)
    path.write_bytes(writer.beginning() + writer.setup(HONEST[0][0].raw, "[]", "[]"))
    return path


def portal(monkeypatch: pytest.MonkeyPatch, election: Election, **changes: str) -> str:
    """A portal that shows this election, with a sealing that identity has signed."""
    key = SigningKey(b"\x03" * 32)
    fields = {"election": election.uuid, "fingerprint": election.hash, "receipt_key": "ab" * 32} | changes
    signed = key.sign(b"isoloir sealing 1\n" + json.dumps(fields, separators=(",", ":")).encode())
    told: dict[str, Any] = fields | {"identity_key": bytes(key.verify_key).hex(), "signature": signed.signature.hex()}
    answers = {"election": election.raw, "sealing": json.dumps(told)}
    monkeypatch.setattr(challenge, "_fetched", lambda address: answers[address.rpartition("/")[2]])
    return "https://vote.example.org/"


def test_the_command_says_what_is_in_it(file: Path, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    election, ballot = HONEST[0]
    for source in (archive, portal(monkeypatch, election)):
        result = run(file, source)
        assert result.exit_code == 0, result.output
        assert "Ce bulletin contient :\n  Liste B\n" in result.output
        assert f"Numéro de suivi : {ballot.tracker}" in result.output
        assert election.hash in result.output


def test_the_command_tells_a_booth_that_cheated(file: Path, archive: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"choices":"001"', '"choices":"010"'), encoding="utf-8")
    result = run(file, archive)
    assert result.exit_code == 1
    assert "L'appareil a triché : le bulletin contient autre chose que ce que l'appareil dit." in result.output
    shown = HONEST[0][1].tracker
    file.write_text(text.replace(f'"tracker":"{shown}"', f'"tracker":"{"A" * 43}"'), encoding="utf-8")
    result = run(file, archive)
    assert result.exit_code == 1
    assert f"Numéro affiché d'abord    : {'A' * 43}\nNuméro du bulletin ouvert : {shown}\n" in result.output


def test_the_command_says_why_nothing_could_be_looked_at(
    file: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")
    cases = [
        (other, archive, "n'est pas un bulletin ouvert"),
        (archive, archive, "n'est pas un bulletin ouvert"),
        (tmp_path / "none.json", archive, "ne se lit pas"),
        (file, tmp_path / "none.bel", "ne se lit pas"),
        (file, file, "n'est pas l'archive d'un scrutin"),
        (file, portal(monkeypatch, HONEST[0][0], fingerprint="h" * 43), "n'est pas celui qui a été scellé"),
    ]
    for opened_file, source, words in cases:
        result = run(opened_file, source)
        assert result.exit_code == 2, result.output
        assert words in result.output
