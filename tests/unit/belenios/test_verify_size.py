"""The verifier before long lists and giant ballots: bounded memory, several processes, the same verdict."""

import io
import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.checking import archive
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.checking.workers import CHUNK_BALLOTS, BallotWorkers, check_chunk
from services.ballot.belenios.election import Election
from services.ballot.belenios.errors import Malformed, ProtocolError
from services.ballot.belenios.keys.credential import public_credential
from services.ballot.belenios.keys.public_credentials import CredentialsReader, check_public_credentials, pieces_of_list
from tests.vectors.samples import LISTS, TIMESTAMP, Sample, sample
from tests.vectors.verdicts import fault_of, report_of


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
    monkeypatch.setattr("services.ballot.belenios.keys.public_credentials.first_fault", lambda packed: None)
    monkeypatch.setattr("services.ballot.belenios.keys.public_credentials.MAX_BYTES", 1000)
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
    monkeypatch.setattr("services.ballot.belenios.checking.verify.MAX_PENDING", 1000)
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
    monkeypatch.setattr("services.ballot.belenios.keys.public_credentials.MIN_FOR_POOL", 4)
    monkeypatch.setattr("services.ballot.belenios.keys.public_credentials.CHUNK", 2)
    credentials = [public_credential(1000 + i) for i in range(7)]
    assert list(check_public_credentials(dumps(credentials), 2)) == sorted(credentials)
    with pytest.raises(Malformed, match="bad-point"):
        check_public_credentials(dumps([*credentials, "00"]), 2)

    def no_processes(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("services.ballot.belenios.keys.public_credentials.ProcessPoolExecutor", no_processes)
    assert list(check_public_credentials(dumps(credentials), 2)) == sorted(credentials)


def test_without_processes_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_processes(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr("services.ballot.belenios.checking.workers.ProcessPoolExecutor", no_processes)
    monkeypatch.setattr("services.ballot.belenios.checking.workers.CHUNK_BALLOTS", 1)
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
