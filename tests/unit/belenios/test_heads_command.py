"""`isoloir verify --heads`: an urn that forks, drops or rewrites what it has published is found out."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nacl.signing import SigningKey

from deploy.holder.verify import command
from services.ballot.belenios.checking.archive import read_archive
from services.ballot.contract.signed_heads import signed_text
from tests.vectors.samples import LISTS, Sample, bits, sample

KEY = SigningKey(b"\x07" * 32)
PUBLIC = bytes(KEY.verify_key).hex()
START = 1_790_000_000


@pytest.fixture(scope="module")
def s() -> Sample:
    return sample(LISTS, voters=3)


@pytest.fixture(scope="module")
def archive(s: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("heads") / "urn.bel"
    path.write_bytes(s.urn([s.ballot(voter, bits(LISTS, voter)) for voter in range(3)]))
    return path


@pytest.fixture(scope="module")
def chain(archive: Path) -> list[str]:
    """The hashes of the events, by height."""
    with archive.open("rb") as file:
        return [entry.hash for entry in read_archive(file) if entry.kind == "event"]


def line(s: Sample, number: int, height: int, signed: str, at: int, **changes: object) -> str:
    signature = KEY.sign(signed_text(s.election.uuid, number, height, signed, at).encode()).signature.hex()
    fields = {"election": s.election.uuid, "number": number, "height": height, "head": signed, "at": at}
    return json.dumps(fields | {"signature": signature} | changes)


def run(archive: Path, tmp_path: Path, lines: list[str], *options: str) -> Result:
    file = tmp_path / "heads.jsonl"
    file.write_text("".join(f"{one}\n" for one in lines))
    arguments = [str(archive), "--processes", "1", "--heads", str(file), "--heads-key", PUBLIC, *options]
    return CliRunner().invoke(command, arguments)


def test_an_urn_that_kept_all_it_published_is_right(s: Sample, archive: Path, chain: list[str], tmp_path: Path) -> None:
    lines = [line(s, number, number, chain[number], START + 3600 * number) for number in range(4)]
    result = run(archive, tmp_path, lines, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)["heads"]
    assert (found["ok"], found["heads"], found["times_compared"]) == (True, 4, False)
    assert "toutes dans l'archive" in run(archive, tmp_path, lines).output


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("rewritten", "missing"),
        ("dropped", "gap"),
        ("forked", "forks"),
        ("elsewhere", "wrong-height"),
        ("unsigned", "bad-signature"),
        ("backwards", "goes-back"),
        ("other", "other-election"),
    ],
)
def test_an_urn_that_did_not_is_found_out(
    s: Sample, archive: Path, chain: list[str], tmp_path: Path, case: str, code: str
) -> None:
    first = line(s, 0, 1, chain[1], START)
    lines = {
        "rewritten": [first, line(s, 1, 2, "ab" * 32, START + 9)],
        "dropped": [first, line(s, 2, 2, chain[2], START + 9)],
        "forked": [first, line(s, 1, 1, "ab" * 32, START + 9)],
        "elsewhere": [first, line(s, 1, 3, chain[2], START + 9)],
        "unsigned": [first, line(s, 1, 2, chain[2], START + 9, head=chain[1])],
        "backwards": [first, line(s, 1, 0, chain[0], START + 9)],
        "other": [line(s, 0, 1, chain[1], START, election="SampLeE2ection")],
    }[case]
    report = tmp_path / "verdict.txt"
    result = run(archive, tmp_path, lines, "--report", str(report))
    assert result.exit_code == 1
    assert f"[{code}]" in result.output
    # The page for a delegate says the same, and not that all is right.
    assert f"[{code}]" in report.read_text()
    assert "Tout est juste" not in report.read_text()


def test_ballots_after_the_end_are_found_by_the_heads(
    s: Sample, archive: Path, chain: list[str], tmp_path: Path
) -> None:
    facts = {
        "format": "isoloir-record-facts",
        "version": 1,
        "voting_event": "",
        "election": s.election.uuid,
        "name": "",
        "election_hash": s.election.hash,
        "opens_at": "2026-09-01T00:00:00+00:00",
        "closes_at": "2026-09-02T00:00:00+00:00",
        "grace_minutes": 30,
        "sealed_at": None,
        "closed_at": None,
        "close_reason": "",
        "present_at_sealing": [],
        "registered": None,
        "attendance": None,
        "ballots": 3,
        "head": "",
        "software": "",
    }
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(facts))
    ended = line(s, 0, 2, chain[2], START)
    result = run(archive, tmp_path, [ended], "--facts", str(file))
    assert (result.exit_code, "[late]" in result.output) == (1, True), result.output
    file.write_text(json.dumps(facts | {"closes_at": "2026-12-02T00:00:00+00:00"}))
    right = run(archive, tmp_path, [ended], "--facts", str(file))
    assert (right.exit_code, "aucun bulletin hors du temps" in right.output) == (0, True), right.output
    file.write_text(json.dumps(facts | {"election_hash": "x"}))
    assert "[other-facts]" in run(archive, tmp_path, [ended], "--facts", str(file)).output


def test_heads_without_a_key_prove_nothing(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "heads.jsonl").write_text("")
    result = CliRunner().invoke(command, [str(archive), "--heads", str(tmp_path / "heads.jsonl")])
    assert result.exit_code == 2
    assert "--heads-key" in result.output
