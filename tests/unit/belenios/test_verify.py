"""The verifier accepts what is right, at every stage, and names the ballot or the event that is wrong."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.ballot.belenios import tally
from services.ballot.belenios.checking import archive
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.hashing import sha_hex
from tests.vectors.generate import signed_again
from tests.vectors.samples import LISTS, ONE_HOLDER, TIMESTAMP, WITH_BLANK, Sample, sample
from tests.vectors.verdicts import fault_of, report_of


@pytest.mark.parametrize("shape", [ONE_HOLDER, (("Pedersen", 2, 1), ("Pedersen", 3, 2))])
def test_a_finished_election(shape) -> None:
    s = sample(LISTS, WITH_BLANK, shape=shape)
    ballots = [s.ballot(0, [1, 0, 0], [0, 1, 0]), s.ballot(1, [0, 0, 1], [1, 0, 0])]
    content = s.finished(ballots)
    report = report_of(content)
    assert report.fault is None
    assert report.finished
    assert (report.uuid, report.name, report.election_hash) == (s.election.uuid, s.election.name, s.election.hash)
    assert (report.ballots, report.num_tallied, report.credentials) == (2, 2, 4)
    assert (report.head, report.events, report.bytes) == (s.writer.parent, s.writer.height, len(content))
    assert [(r.counts, r.blank) for r in report.result] == [([1, 0, 1], None), ([1, 0], 1)]
    assert [(g.kind, g.size, g.threshold) for g in report.trustees] == list(shape)
    assert report.partial_decryptions == s.minimal_owners()
    assert json.loads(json.dumps(report.as_json()))["finished"] is True


def test_an_election_in_progress_holds_after_every_event(s: Sample, ballots: list[str]) -> None:
    content = s.finished(ballots)
    stages = []
    ends = [e.end for e in archive.read_archive(io.BytesIO(content)) if e.kind == "event"]
    for end in ends:
        report = report_of(content[:end])
        assert report.ok
        stages.append((report.stage, report.ballots))
    assert stages[:4] == [("Setup", 0), ("Ballot", 1), ("Ballot", 2), ("Ballot", 3)]
    assert stages[4:6] == [("EndBallots", 3), ("EncryptedTally", 3)]
    assert [stage for stage, _ in stages[6:]] == ["PartialDecryption"] * 3 + ["Result"]


def test_no_ballots_at_all(s: Sample) -> None:
    report = report_of(s.finished([]))
    assert report.finished
    assert [r.counts for r in report.result] == [[0, 0, 0], [0, 0]]


def test_more_holders_than_needed_may_decrypt(s: Sample, ballots: list[str]) -> None:
    assert report_of(s.finished(ballots, [5, 4, 3, 2, 1])).finished


def test_files_and_paths(s: Sample, ballots: list[str], tmp_path: Path) -> None:
    path = tmp_path / "a.bel"
    path.write_bytes(s.finished(ballots))
    seen: list[tuple[int, int | None, int]] = []
    assert verify_archive(path, lambda *step: seen.append(step), processes=1).finished
    assert verify_archive(str(path), processes=1).finished
    assert seen[-1] == (path.stat().st_size, path.stat().st_size, 3)
    with pytest.raises(FileNotFoundError):
        verify_archive(tmp_path / "none.bel")


def test_trackers_and_published_heads_are_found(s: Sample, ballots: list[str]) -> None:
    from services.ballot.belenios.ballot import tracker

    s.begin()
    head = s.writer.parent
    content = s.finished(ballots)
    report = report_of(content, trackers=[tracker(ballots[1]), "nothing"], heads=[head, "0" * 64])
    assert (report.found_trackers, report.found_heads) == ([tracker(ballots[1])], [head])


# What the reference verifier lets pass (section 9), and more.


def junk(s: Sample, voter: int, change: Callable[[dict], None]) -> str:
    value = json.loads(s.ballot(voter, [1, 0, 0], [0, 1, 0]))
    change(value)
    return signed_again(s.election, 1000 + voter, value)


def test_a_ballot_of_fifty_votes_with_junk_proofs(s: Sample, ballots: list[str]) -> None:
    def fifty(value: dict) -> None:
        r = ED25519.random_scalar()
        alpha, key = ED25519.base_mul(r), ED25519.mul(s.election.key, r)
        beta = ED25519.add(key, ED25519.base_mul(50))
        value["answers"][0]["choices"][0] = {"alpha": ED25519.encode(alpha), "beta": ED25519.encode(beta)}

    forged = junk(s, 3, fifty)
    content = s.urn([*ballots, forged])
    encrypted, sized = s.tally([*ballots, forged])
    content += s.writer.encrypted_tally(encrypted, sized)
    report = report_of(content)
    assert (report.fault.subject, report.fault.code) == ("ballot", "bad-individual-proof")
    assert report.fault.entry == 13
    assert report.ballots == 3


@pytest.mark.parametrize("order", [("b", "end", "b", "end"), ("end", "b"), ("end", "end")])
def test_ballots_after_the_end(s: Sample, ballots: list[str], order: tuple[str, ...]) -> None:
    content, rest = s.begin(), iter(ballots)
    for step in order:
        content += s.writer.end_ballots() if step == "end" else s.writer.ballot(next(rest))
    assert fault_of(content) == ("event", "wrong-order")


@pytest.mark.parametrize(
    "kinds",
    [
        ["Ballot"],
        ["Setup", "Setup"],
        ["Setup", "EncryptedTally"],
        ["Setup", "Ballot", "PartialDecryption"],
        ["Setup", "Ballot", "Result"],
        ["Setup", "EndBallots", "Result"],
        ["Setup", "EndBallots", "EncryptedTally", "EncryptedTally"],
        ["Setup", "EndBallots", "EncryptedTally", "Ballot"],
        ["Setup", "EndBallots", "EncryptedTally", "EndBallots"],
    ],
)
def test_events_out_of_order(s: Sample, ballots: list[str], kinds: list[str]) -> None:
    writer = archive.ArchiveWriter(TIMESTAMP)
    content = writer.beginning()
    encrypted, sized = s.tally(ballots[:1] if "Ballot" in kinds[:2] else [])
    setup = archive.make_setup_data(*map(sha_hex, (s.election.raw, s.trustees.raw, s.credentials())))
    objects = {
        "Setup": [s.election.raw, s.trustees.raw, s.credentials(), setup],
        "Ballot": ballots[:1],
        "EncryptedTally": [encrypted, sized],
        "PartialDecryption": ["a", "b"],
        "Result": ["c"],
    }
    for kind in kinds:
        content += writer.event(kind, *objects.get(kind, []))
    assert fault_of(content) == ("event", "wrong-order")


def test_nothing_comes_after_the_result(s: Sample, ballots: list[str]) -> None:
    content = s.finished(ballots)
    assert fault_of(content + s.writer.result('{"result":[]}')) == ("event", "wrong-order")
    assert fault_of(content + archive.object_entry("{}", TIMESTAMP)) == ("archive", "object-without-event")


def test_a_chain_that_skips_or_forks(s: Sample, ballots: list[str]) -> None:
    for parent, height in (("0" * 64, 1), (None, 0)):
        content = s.begin()
        s.writer.parent, s.writer.height = parent, height
        assert fault_of(content + s.writer.ballot(ballots[0]))[1] in ("broken-chain", "wrong-order")
    content = s.begin()
    s.writer.height = 2
    assert fault_of(content + s.writer.ballot(ballots[0])) == ("event", "broken-chain")


def test_wrong_numbers_of_ballots_and_weights(s: Sample, ballots: list[str]) -> None:
    encrypted, _ = s.tally(ballots)
    for number, weight, code in (
        (4, 3, "wrong-number-of-ballots"),
        (2, 3, "wrong-number-of-ballots"),
        (3, 4, "wrong-total-weight"),
        (3, 2**40, "wrong-total-weight"),
    ):
        sized = tally.sized_encrypted_tally(number, encrypted, weight)
        assert fault_of(s.urn(ballots) + s.writer.encrypted_tally(encrypted, sized)) == ("EncryptedTally", code)


def test_a_tally_that_is_not_that_of_the_ballots(s: Sample, ballots: list[str]) -> None:
    encrypted, _ = s.tally(ballots[:2])
    sized = tally.sized_encrypted_tally(3, encrypted)
    content = s.urn(ballots) + s.writer.encrypted_tally(encrypted, sized)
    assert fault_of(content) == ("EncryptedTally", "wrong-encrypted-tally")
    right, sized_right = s.tally(ballots)
    content = s.urn(ballots) + s.writer.encrypted_tally(right, sized_right.replace(sha_hex(right), "0" * 64))
    assert fault_of(content) == ("EncryptedTally", "wrong-encrypted-tally")


def test_an_unknown_credential(s: Sample, ballots: list[str]) -> None:
    stranger = s.ballot(s.voters, [1, 0, 0], [0, 1, 0])
    assert fault_of(s.urn([ballots[0], stranger])) == ("ballot", "unknown-credential")


def test_a_credential_used_twice(s: Sample, ballots: list[str]) -> None:
    assert fault_of(s.urn([ballots[0], s.ballot(0, [0, 1, 0], [0, 1, 0])])) == ("ballot", "credential-used-twice")
    assert fault_of(s.urn([*ballots, ballots[1]])) == ("ballot", "credential-used-twice")
    assert fault_of(s.urn(ballots * 3)) == ("ballot", "credential-used-twice")


def test_a_ballot_of_another_election(s: Sample, ballots: list[str]) -> None:
    other = sample(LISTS, WITH_BLANK, uuid="othersampLeE1e").ballot(1, [1, 0, 0], [0, 1, 0])
    assert fault_of(s.urn([ballots[0], other])) == ("ballot", "wrong-election")


def test_the_earlier_fault_is_named_although_found_later(s: Sample, ballots: list[str]) -> None:
    bad = ballots[1].replace('"response":"', '"response":"1', 1)
    content = s.begin() + s.writer.ballot(ballots[0]) + s.writer.ballot(bad) + s.writer.ballot(ballots[2])
    for end in (b"garbage", b"\0" * 512, s.writer.result("{}")):
        assert fault_of(content + end)[0] == "ballot"
