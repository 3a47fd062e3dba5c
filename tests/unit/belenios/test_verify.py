"""The verifier accepts what is right, at every stage, and names what is wrong (section 9 included)."""

import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ballot.belenios import archive, tally
from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.credential import public_credential
from services.ballot.belenios.election import Election
from services.ballot.belenios.errors import Malformed, ProtocolError
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.hashing import sha_hex
from services.ballot.belenios.public_credentials import CredentialsReader, check_public_credentials, pieces_of_list
from services.ballot.belenios.verify import verify_archive
from services.ballot.belenios.workers import CHUNK_BALLOTS, BallotWorkers, check_chunk
from tests.vectors.generate import signed_again
from tests.vectors.samples import LISTS, ONE_HOLDER, TIMESTAMP, WITH_BLANK, Sample, sample


def report_of(content: bytes, **options):
    return verify_archive(io.BytesIO(content), processes=1, **options)


def fault_of(content: bytes) -> tuple[str, str]:
    report = report_of(content)
    assert report.fault is not None, "accepted"
    assert not report.ok
    assert not report.finished
    return report.fault.subject, report.fault.code


@pytest.fixture(scope="module")
def s() -> Sample:
    return sample(LISTS, WITH_BLANK)


@pytest.fixture(scope="module")
def ballots(s: Sample) -> list[str]:
    return [s.ballot(0, [1, 0, 0], [0, 1, 0]), s.ballot(1, [0, 0, 1], [1, 0, 0]), s.ballot(2, [1, 0, 0], [0, 0, 1])]


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


def after_tally(s: Sample, ballots: list[str]) -> tuple[bytes, str]:
    encrypted, sized = s.tally(ballots)
    return s.urn(ballots) + s.writer.encrypted_tally(encrypted, sized), encrypted


def test_partial_decryptions(s: Sample, ballots: list[str]) -> None:
    content, encrypted = after_tally(s, ballots)
    raw = s.partial(encrypted, [1, 3])
    assert fault_of(content + s.writer.partial_decryption(3, raw[1])) == ("PartialDecryption", "bad-proof")
    for owner in (0, 6):
        content, _ = after_tally(s, ballots)
        assert fault_of(content + s.writer.partial_decryption(owner, raw[1])) == ("PartialDecryption", "wrong-shape")
    content, _ = after_tally(s, ballots)
    twice = s.writer.partial_decryption(1, raw[1]) + s.writer.partial_decryption(1, s.partial(encrypted, [1])[1])
    assert fault_of(content + twice) == ("PartialDecryption", "decrypted-twice")
    content, _ = after_tally(s, ballots)
    wrong = s.writer.event("PartialDecryption", raw[1], archive.make_owned(1, raw[3]))
    assert fault_of(content + wrong) == ("PartialDecryption", "wrong-payload")


def test_results(s: Sample, ballots: list[str]) -> None:
    right = [[2, 0, 1], [1, 1, 1]]
    for owners, result, code in (
        ([1, 3], right, "not-enough-holders"),
        ([3, 4], right, "not-enough-holders"),
        ([1, 3, 4], [[1, 1, 1], [1, 1, 1]], "wrong-result"),
        ([1, 3, 4], [[2, 0, 1]], "wrong-shape"),
        ([1, 3, 4], [[2, 0, 1, 0], [1, 1, 1]], "wrong-shape"),
        ([1, 3, 4], [[2, 0, "1"], [1, 1, 1]], "bad-number"),
        ([1, 3, 4], [[2, 0, -1], [1, 1, 1]], "bad-number"),
        ([1, 3, 4], [[2, 0, str(ED25519.q + 1)], [1, 1, 1]], "bad-number"),
    ):
        content, encrypted = after_tally(s, ballots)
        content += b"".join(s.writer.partial_decryption(o, r) for o, r in s.partial(encrypted, owners).items())
        content += s.writer.result(dumps({"result": result}))
        assert fault_of(content) == ("Result", code), (owners, result)


def setup(s: Sample, **changed: str) -> bytes:
    writer = archive.ArchiveWriter(TIMESTAMP)
    raws = {"election_raw": s.election.raw, "trustees_raw": s.trustees.raw, "credentials_raw": s.credentials()}
    return writer.beginning() + writer.setup(**raws | changed)


def test_setups(s: Sample) -> None:
    first, second = (public_credential(1000 + i) for i in range(2))
    assert report_of(setup(s)).ok
    assert fault_of(setup(s, trustees_raw=sample(shape=ONE_HOLDER).trustees.raw)) == ("trustees", "wrong-election-key")
    assert fault_of(setup(s, trustees_raw="[]")) == ("trustees", "malformed")
    assert fault_of(setup(s, election_raw="{}")) == ("election", "wrong-shape")
    for credentials, code in (
        ([first, second, first], "credential-listed-twice"),
        ([first + ",2"], "weighted-credentials"),
        ([first + ",1"], "weighted-credentials"),
        ([ED25519.encode(ED25519.identity)], "bad-credential"),
        (["00"], "bad-point"),
        ([5], "wrong-shape"),
        ({}, "wrong-shape"),
    ):
        assert fault_of(setup(s, credentials_raw=dumps(credentials))) == ("credentials", code)


def test_setup_data(s: Sample) -> None:
    raws = [s.election.raw, s.trustees.raw, s.credentials()]
    data = json.loads(archive.make_setup_data(*map(sha_hex, raws)))
    for changed, code in (
        (data | {"credentials": "0" * 64}, "wrong-setup-data"),
        (data | {"credentials_certificate": "0" * 64}, "credentials-certificate"),
        (dict(reversed(data.items())), "wrong-setup-data"),
        ([], "wrong-setup-data"),
    ):
        writer = archive.ArchiveWriter(TIMESTAMP)
        assert fault_of(writer.beginning() + writer.event("Setup", *raws, dumps(changed))) == ("Setup", code)


def test_objects_and_payloads(s: Sample, ballots: list[str]) -> None:
    begin = s.begin()
    assert fault_of(archive.beginning(TIMESTAMP)) == ("archive", "no-setup")
    assert fault_of(b"") == ("archive", "empty")
    assert fault_of(begin + s.writer.event("Ballot", ballots[1], ballots[0])) == ("event", "wrong-objects")
    begin = s.begin()
    assert fault_of(begin + s.writer.event("Ballot")) == ("event", "wrong-objects")
    begin = s.begin()
    assert fault_of(begin + s.writer.event("EndBallots", "{}")) == ("event", "wrong-objects")
    assert fault_of(begin + archive.object_entry(ballots[0], TIMESTAMP)) == ("archive", "object-without-event")
    many = b"".join(archive.object_entry(dumps([i]), TIMESTAMP) for i in range(6))
    assert fault_of(begin + many) == ("event", "object-without-event")
    begin = s.begin()
    event = archive.make_event("Ballot", s.writer.parent, 1, "0" * 64)
    both = archive.object_entry(ballots[0], TIMESTAMP) + archive.event_entry(event, TIMESTAMP)
    assert fault_of(begin + both) == ("event", "wrong-payload")


# Bounded memory, whatever comes.


def test_a_giant_list_that_holds_no_points_is_not_taken_to_pieces() -> None:
    for filling in ("{}", "[]", '"ab"', "0"):
        raw = "[" + f"{filling}," * (17 * 2**20 // (len(filling) + 1)) + f"{filling}]"
        tracemalloc.start()
        with pytest.raises(Malformed, match="not an array of points"):
            check_public_credentials(raw)
        assert tracemalloc.get_traced_memory()[1] < 2**20
        tracemalloc.stop()


POINTS = [public_credential(5000 + number) for number in range(14)]


@given(st.integers(0, 12), st.randoms(use_true_random=False), st.integers(1, 200))
def test_a_list_is_the_same_however_it_is_cut_and_ordered(count: int, random: Random, step: int) -> None:
    credentials = random.sample(POINTS, count)
    raw = dumps(credentials).encode()
    reader = CredentialsReader()
    take = reader.begin(len(raw))
    for start in range(0, len(raw), step):
        take(raw[start : start + step])
    listed = reader.finish()
    assert list(listed) == sorted(credentials)
    assert [listed.index(credential) for credential in sorted(credentials)] == list(range(count))
    assert all(listed.index(other) is None for other in (*(set(POINTS) - set(credentials)), "", "0" * 64, "zz", "é"))
    assert "".join(pieces_of_list(listed.pages(3))) == dumps(sorted(credentials))


@given(st.integers(0, 410), st.sampled_from(['"', ",", "[", "]", " ", "0", "G", "\x00", "é"]), st.booleans())
def test_a_damaged_list_is_refused_or_says_the_same(place: int, damage: str, instead: bool) -> None:
    raw = dumps(POINTS[:6])
    damaged = raw[:place] + damage + raw[place + instead :]
    try:
        listed = check_public_credentials(damaged)
    except ProtocolError:
        assert damaged != raw
    else:
        assert list(listed) == sorted(loads(damaged))


def test_memory_of_a_long_list_is_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed points: 32 bytes a credential while it is read, whatever its length; no object for each."""
    monkeypatch.setattr("services.ballot.belenios.public_credentials.first_fault", lambda packed: None)
    monkeypatch.setattr("services.ballot.belenios.public_credentials.MAX_BYTES", 1000)
    count = 60_000
    raw = ('["' + '","'.join(f"{count - number:064x}" for number in range(count)) + '"]').encode()
    reader = CredentialsReader()
    tracemalloc.start()
    take = reader.begin(len(raw))
    for start in range(0, len(raw), 1 << 16):
        take(raw[start : start + (1 << 16)])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * count * 1.3 + 2**20
    assert len(reader.finish()) == count


def test_a_giant_ballot_waits_for_no_worker(s: Sample, ballots: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[int] = []
    add = BallotWorkers.add
    monkeypatch.setattr(BallotWorkers, "add", lambda self, raw: added.append(len(raw)) or add(self, raw))
    giant = dumps(["1" * 10**6])
    report = report_of(s.begin() + s.writer.ballot(ballots[0]) + s.writer.ballot(giant))
    assert (report.fault.subject, report.fault.code, report.fault.entry) == ("ballot", "too-large", 9)
    assert report.ballots == 1
    assert added == [len(ballots[0])]
    bad = ballots[0].replace('"response":"', '"response":"1', 1)
    report = report_of(s.begin() + s.writer.ballot(bad) + s.writer.ballot(giant))
    assert (report.fault.subject, report.fault.entry) == ("ballot", 7)


def test_objects_that_wait_for_their_event_have_a_limit(s: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ballot.belenios.verify.MAX_PENDING", 1000)
    content = archive.beginning(TIMESTAMP) + archive.object_entry("a" * 600, TIMESTAMP)
    assert fault_of(content + archive.object_entry("b" * 600, TIMESTAMP)) == ("event", "too-large")


# Several processes.


def many(count: int) -> tuple[Sample, list[str]]:
    s = sample(LISTS, voters=count)
    return s, [s.ballot(voter, [1, 0, 0]) for voter in range(count)]


def test_several_processes_find_the_same() -> None:
    s, ballots = many(5 * CHUNK_BALLOTS + 3)
    content = s.finished(ballots)
    report = verify_archive(io.BytesIO(content), processes=2)
    assert report.as_json() == report_of(content).as_json()
    assert report.finished
    bad = ballots.copy()
    bad[-2] = bad[-2].replace('"response":"', '"response":"1', 1)
    bad[-1] = ballots[0]
    report = verify_archive(io.BytesIO(s.urn(bad)), processes=2)
    assert report.as_json() == report_of(s.urn(bad)).as_json()
    assert (report.fault.subject, report.fault.entry) == ("ballot", 7 + 2 * (len(bad) - 2))


def test_long_lists_of_credentials_are_checked_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ballot.belenios.public_credentials.MIN_FOR_POOL", 4)
    monkeypatch.setattr("services.ballot.belenios.public_credentials.CHUNK", 2)
    credentials = [public_credential(1000 + i) for i in range(7)]
    assert list(check_public_credentials(dumps(credentials), 2)) == sorted(credentials)
    with pytest.raises(Malformed, match="bad-point"):
        check_public_credentials(dumps([*credentials, "00"]), 2)

    def no_processes(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("services.ballot.belenios.public_credentials.ProcessPoolExecutor", no_processes)
    assert list(check_public_credentials(dumps(credentials), 2)) == sorted(credentials)


def test_without_processes_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_processes(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("services.ballot.belenios.workers.ProcessPoolExecutor", no_processes)
    monkeypatch.setattr("services.ballot.belenios.workers.CHUNK_BALLOTS", 1)
    s, ballots = many(6)
    workers = BallotWorkers(s.election, 2)
    verdicts = [verdict for raw in ballots for verdict in workers.add(raw)] + list(workers.finish())
    workers.close()
    assert sum(len(verdict.ballots) for verdict in verdicts) == 6


def test_a_chunk_stops_at_its_first_invalid_ballot() -> None:
    s, ballots = many(3)
    verdict = check_chunk(Election.parse(s.election.raw), [ballots[0], "nonsense", ballots[2]])
    assert [credential for credential, _ in verdict.ballots] == [public_credential(1000)]
    assert verdict.fault is not None
    assert verdict.fault.reason == "malformed"
