"""What we make, belenios-tool 3.3 accepts; what it makes, we accept; what it overlooks, we refuse."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from services.ballot.belenios import tally
from services.ballot.belenios.ballot import check_ballot, make_ballot
from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.checking import archive
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.hashing import sha_hex
from services.ballot.belenios.keys import pedersen, pki, trustees
from services.ballot.belenios.keys.credential import (
    new_credential,
    new_uuid,
    private_from_credential,
    public_credential,
)
from tests.contract.conftest import Tool
from tests.vectors.generate import signed_again
from tests.vectors.revoting import revoting_sample, votes
from tests.vectors.samples import LISTS, ONE_HOLDER, TIMESTAMP, TWO_GROUPS, WITH_BLANK, Sample, sample

QUESTIONS = (LISTS, WITH_BLANK, Question('Deux noms "au plus" \\ é', ("a", "b", "c", "d"), True, 1, 2))
CHOICES = (
    ([1, 0, 0], [0, 1, 0], [1, 0, 0, 0, 0]),
    ([0, 0, 1], [1, 0, 0], [0, 1, 0, 0, 1]),
    ([0, 1, 0], [0, 0, 1], [0, 0, 1, 0, 0]),
)


def put(s: Sample, content: bytes, folder: Path) -> Path:
    path = folder / f"{s.election.uuid}.bel"
    path.write_bytes(content)
    return path


def put_setup(s: Sample, folder: Path) -> None:
    (folder / "election.json").write_text(s.election.raw)
    (folder / "trustees.json").write_text(s.trustees.raw)
    (folder / "public_creds.json").write_text(s.credentials())


def ballots_of(s: Sample, choices: Sequence[Sequence[Sequence[int]]] = CHOICES) -> list[str]:
    return [s.ballot(voter, *choice) for voter, choice in enumerate(choices)]


@pytest.mark.parametrize("shape", [ONE_HOLDER, TWO_GROUPS, (*ONE_HOLDER, *TWO_GROUPS)], ids=str)
def test_our_finished_archives_verify(tool: Tool, tmp_path: Path, shape) -> None:
    s = sample(*QUESTIONS, shape=shape)
    put(s, s.finished(ballots_of(s)), tmp_path)
    assert "all checks passed" in tool("election", "verify").stderr


def test_the_last_ballot_of_each_counts_for_both(tool: Tool, tmp_path: Path) -> None:
    s = revoting_sample(shape=TWO_GROUPS)
    path = put(s, s.finished(votes(s)), tmp_path)
    assert verify_archive(path, processes=1).finished
    assert "all checks passed" in tool("election", "verify").stderr


def test_an_empty_urn_verifies(tool: Tool, tmp_path: Path) -> None:
    s = sample(*QUESTIONS)
    path = put(s, s.finished([]), tmp_path)
    assert verify_archive(path, processes=1).finished
    assert "all checks passed" in tool("election", "verify").stderr


def test_our_archive_in_progress_grows_as_the_tool_expects(tool: Tool, tmp_path: Path) -> None:
    s = sample(*QUESTIONS)
    ballots = ballots_of(s)
    for name, content in (("old", s.begin()), ("new", s.begin() + b"".join(map(s.writer.ballot, ballots)))):
        (tmp_path / name).mkdir()
        put(s, content, tmp_path / name)
        tool("election", "verify", "--dir", name)
    tool("election", "verify-diff", "--dir1", "old", "--dir2", "new")


def test_our_ballots_verify_one_by_one(tool: Tool, tmp_path: Path) -> None:
    s = sample(*QUESTIONS)
    put(s, s.begin(), tmp_path)
    for raw in ballots_of(s):
        (tmp_path / "ballot.json").write_text(raw)
        assert "ballot is valid" in tool("election", "verify-ballot", "--ballot", "ballot.json").stderr


def test_the_tool_and_we_compute_the_same_tally_and_result(tool: Tool, tmp_path: Path) -> None:
    s = sample(*QUESTIONS)
    ballots = ballots_of(s)
    content = s.urn(ballots)
    encrypted, sized = s.tally(ballots)
    put(s, content, tmp_path)
    assert tool("election", "compute-encrypted-tally").stdout.splitlines() == [encrypted, sized]
    partial = s.partial(encrypted, s.minimal_owners())
    content += s.writer.encrypted_tally(encrypted, sized)
    content += b"".join(s.writer.partial_decryption(o, raw) for o, raw in partial.items())
    put(s, content, tmp_path)
    result = tally.compute_result(s.election, s.trustees, sized, encrypted, partial)
    assert tool("election", "compute-result").stdout.strip() == result


def test_a_whole_election_by_the_tool_verifies_here(tool: Tool, tmp_path: Path) -> None:
    """Credentials, single trustee, ballots, decryption, archive: all made by the tool."""
    uuid = tool("setup", "generate-token", "--length", "14").stdout.strip()
    common = ("--uuid", uuid, "--group", "Ed25519")
    (tmp_path / "voters.txt").write_text("".join(f"v{i}@x,v{i}\n" for i in range(3)))
    tool("setup", "generate-credentials", *common, "--file", "voters.txt")
    credentials = json.loads(next(tmp_path.glob("*.privcreds")).read_text())
    published = json.loads(next(tmp_path.glob("*.pubcreds")).read_text())
    ours = {public_credential(private_from_credential(uuid, c)) for c in credentials.values()}
    assert {entry.split(",")[0] for entry in published} == ours
    (tmp_path / "public_creds.json").write_text(dumps(published))
    tool("setup", "generate-trustee-key", "--group", "Ed25519")
    (tmp_path / "public_keys.jsons").write_text(next(tmp_path.glob("*.pubkey")).read_text())
    tool("setup", "make-trustees")
    template = {"description": "D", "name": "N", "questions": [q.as_json() for q in QUESTIONS]}
    template |= {"administrator": "A", "credential_authority": "C"}
    (tmp_path / "template.json").write_text(dumps(template))
    tool("setup", "make-election", *common, "--template", "template.json")
    tool("archive", "init")
    election = Election.parse((tmp_path / "election.json").read_text().strip())
    assert election.questions == QUESTIONS
    for credential, choice in zip(credentials.values(), CHOICES, strict=True):
        (tmp_path / "credential").write_text(credential)
        (tmp_path / "choice.json").write_text(dumps(choice))
        raw = tool("election", "generate-ballot", "--privcred", "credential", "--choice", "choice.json").stdout.strip()
        assert check_ballot(election, raw).credential in ours
        tool("archive", "add-event", "--type", "Ballot", stdin=raw)
    tool("archive", "add-event", "--type", "EndBallots")
    encrypted = tool("election", "compute-encrypted-tally").stdout
    tool("archive", "add-event", "--type", "EncryptedTally", stdin=encrypted)
    key = next(tmp_path.glob("*.privkey")).name
    partial = tool("election", "decrypt", "--privkey", key, "--trustee-id", "1").stdout
    tool("archive", "add-event", "--type", "PartialDecryption", stdin=partial)
    tool("archive", "add-event", "--type", "Result", stdin=tool("election", "compute-result").stdout)
    report = verify_archive(tmp_path / f"{uuid}.bel", processes=1)
    assert report.fault is None
    assert [(r.counts, r.blank) for r in report.result] == [([1, 1, 1], None), ([1, 1], 1), ([1, 1, 0, 1], 1)]


def test_holders_with_the_tool_and_holders_with_ours_make_one_key(tool: Tool, tmp_path: Path) -> None:
    """Holders 1 and 3 run our code, holder 2 the tool; the carrier checks with the tool; all can decrypt."""
    step = ("setup", "generate-trustee-key-threshold", "--group", "Ed25519")
    seeds = {1: pki.new_seed(), 3: pki.new_seed()}
    tool(*step, "--step", "1", "--threshold-context", "2/2/3")
    key = next(tmp_path.glob("*.key"))
    certificates = [
        pedersen.make_certificate(seeds[1], 1, 2, 3),
        key.with_suffix(".cert").read_text().strip(),
        pedersen.make_certificate(seeds[3], 3, 2, 3),
    ]
    (tmp_path / "certs.jsons").write_text("".join(f"{c}\n" for c in certificates))
    step = (*step, "--certs", "certs.jsons")
    context = ("--threshold-context", "2/2/3")
    assert "certificates are valid" in tool(*step, "--step", "2", *context).stderr
    polynomials = [
        pedersen.make_polynomial(seeds[1], certificates),
        tool(*step, "--step", "3", *context, "--key", key.name).stdout.strip(),
        pedersen.make_polynomial(seeds[3], certificates),
    ]
    (tmp_path / "polynomials.jsons").write_text("".join(f"{p}\n" for p in polynomials))
    inputs = pedersen.distribute(certificates, polynomials)
    output = tool(*step, "--step", "5", *context, "--key", key.name, stdin=inputs[1]).stdout.strip()
    outputs = [
        pedersen.derive_key(seeds[1], certificates, inputs[0]),
        output,
        pedersen.derive_key(seeds[3], certificates, inputs[2]),
    ]
    content = pedersen.threshold_parameters(certificates, polynomials, outputs)
    voutputs = "".join(f"{o}\n" for o in outputs)
    by_tool = tool(*step, "--step", "6", "--polynomials", "polynomials.jsons", stdin=voutputs).stdout
    assert loads(by_tool.strip()) == content
    seed = key.read_text().strip()
    secrets = {
        owner: pedersen.open_decryption_key(s, certificates, outputs[owner - 1])
        for owner, s in (*seeds.items(), (2, seed))
    }
    checked = trustees.check_trustees(trustees.make_trustees([("Pedersen", content)]))
    raw = make_election(new_uuid(), "N", "D", checked.public_key, [LISTS])
    s = Sample(Election.parse(raw), checked, secrets, 4)
    path = put(s, s.finished([s.ballot(0, [1, 0, 0])], owners=[2, 3]), tmp_path)
    assert verify_archive(path, processes=1).finished
    assert "all checks passed" in tool("election", "verify").stderr


def test_the_tool_decrypts_with_our_threshold_key(tool: Tool, tmp_path: Path) -> None:
    content, holders = pedersen.run_ceremony(3, 2)
    checked = trustees.check_trustees(trustees.make_trustees([("Pedersen", content)]))
    raw = make_election(new_uuid(), "N", "D", checked.public_key, [LISTS])
    s = Sample(Election.parse(raw), checked, {h.index: h.decryption_key for h in holders}, 4)
    ballots = [s.ballot(0, [1, 0, 0])]
    encrypted, sized = s.tally(ballots)
    put(s, s.urn(ballots) + s.writer.encrypted_tally(encrypted, sized), tmp_path)
    holder = holders[1]
    (tmp_path / "holder.key").write_text(holder.seed)
    (tmp_path / "holder.dkey").write_text(loads(holder.output)["private_key"])
    lines = tool(
        *("election", "decrypt-threshold", "--key", "holder.key"),
        *("--decryption-key", "holder.dkey", "--trustee-id", "2"),
    ).stdout.splitlines()
    tally.check_partial_decryption(s.election, checked, 2, encrypted, lines[0])
    assert lines[1] == archive.make_owned(2, lines[0])


def test_ballots_of_typed_voting_codes_are_ballots_of_the_tool(tool: Tool, tmp_path: Path) -> None:
    from services.reassort.codes.voting_code import credential_from_code, generate

    s = sample(LISTS)
    credential = credential_from_code(generate(), "event")
    secret = private_from_credential(s.election.uuid, credential)
    writer = archive.ArchiveWriter(TIMESTAMP)
    credentials = archive.make_public_credentials([public_credential(secret)])
    put(s, writer.beginning() + writer.setup(s.election.raw, s.trustees.raw, credentials), tmp_path)
    (tmp_path / "credential").write_text(credential)
    (tmp_path / "choice.json").write_text("[[0,1,0]]")
    raw = tool("election", "generate-ballot", "--privcred", "credential", "--choice", "choice.json").stdout.strip()
    assert check_ballot(s.election, raw).credential == public_credential(secret)
    (tmp_path / "ballot.json").write_text(make_ballot(s.election, secret, [[1, 0, 0]]))
    tool("election", "verify-ballot", "--ballot", "ballot.json")


def test_the_tool_accepts_new_credentials_of_ours(tool: Tool, tmp_path: Path) -> None:
    s = sample(LISTS)
    credential = new_credential()
    public = public_credential(private_from_credential(s.election.uuid, credential))
    put_setup(s, tmp_path)
    (tmp_path / "public_creds.json").write_text(dumps([public]))
    tool("archive", "init")
    (tmp_path / "credential").write_text(credential)
    (tmp_path / "choice.json").write_text("[[0,1,0]]")
    tool("election", "generate-ballot", "--privcred", "credential", "--choice", "choice.json")


# Section 9: what the tool's `election verify` lets pass. Were one of these to fail because the tool got better, good.


def overlooked(s: Sample, content: bytes, tool: Tool, folder: Path) -> str:
    path = put(s, content, folder)
    assert tool("election", "verify", ok=False).returncode == 0
    fault = verify_archive(path, processes=1).fault
    assert fault is not None
    return fault.code


def finish(s: Sample, ballots: list[str], number: int | None = None, urn: bytes = b"", **sizes: int) -> bytes:
    content = urn or s.urn(ballots)
    encrypted, _ = s.tally(ballots)
    sized = tally.sized_encrypted_tally(len(ballots) if number is None else number, encrypted, **sizes)
    content += s.writer.encrypted_tally(encrypted, sized)
    partial = s.partial(encrypted, s.minimal_owners())
    content += b"".join(s.writer.partial_decryption(o, raw) for o, raw in partial.items())
    big = tally.sized_encrypted_tally(1000, encrypted)
    return content + s.writer.result(tally.compute_result(s.election, s.trustees, big, encrypted, partial))


def fifty_votes(s: Sample, voter: int) -> str:
    """A ballot that counts fifty times, with junk proofs."""
    value = json.loads(s.ballot(voter, [1, 0, 0]))
    r = ED25519.random_scalar()
    beta = ED25519.add(ED25519.mul(s.election.key, r), ED25519.base_mul(50))
    value["answers"][0]["choices"][0] = {"alpha": ED25519.encode(ED25519.base_mul(r)), "beta": ED25519.encode(beta)}
    return signed_again(s.election, 1000 + voter, value)


def test_junk_proofs(tool: Tool, tmp_path: Path) -> None:
    s = sample(LISTS)
    ballots = [s.ballot(0, [1, 0, 0]), fifty_votes(s, 1)]
    path = put(s, finish(s, ballots, 2, total_weight=51), tmp_path)
    # What the tool's `election verify` says here is chance: it starts to check the proofs, and ends before the answer or
    # after it. One ballot at a time it is certain.
    fault = verify_archive(path, processes=1).fault
    assert fault is not None
    assert fault.code == "bad-individual-proof"
    (tmp_path / "ballot.json").write_text(ballots[1])
    put(s, s.begin(), tmp_path)
    assert "ballot is valid" not in tool("election", "verify-ballot", "--ballot", "ballot.json", ok=False).stderr
    (tmp_path / "ballot.json").write_text(ballots[0])
    assert "ballot is valid" in tool("election", "verify-ballot", "--ballot", "ballot.json").stderr


def test_ballots_after_the_end(tool: Tool, tmp_path: Path) -> None:
    s = sample(LISTS)
    lost, kept = s.ballot(0, [1, 0, 0]), s.ballot(1, [0, 1, 0])
    urn = s.begin() + s.writer.ballot(lost) + s.writer.end_ballots() + s.writer.ballot(kept) + s.writer.end_ballots()
    assert overlooked(s, finish(s, [kept], urn=urn), tool, tmp_path) == "wrong-order"


def test_wrong_counts(tool: Tool, tmp_path: Path) -> None:
    s = sample(LISTS)
    ballots = [s.ballot(0, [1, 0, 0])]
    assert overlooked(s, finish(s, ballots, 7), tool, tmp_path) == "wrong-number-of-ballots"
    assert overlooked(s, finish(s, ballots, 1, total_weight=7), tool, tmp_path) == "wrong-total-weight"


def test_what_both_refuse(tool: Tool, tmp_path: Path) -> None:
    s = sample(LISTS)
    ballot = s.ballot(0, [1, 0, 0])
    other_tally = s.tally([s.ballot(1, [1, 0, 0])])[0]
    stranger = s.ballot(s.voters, [1, 0, 0])
    cases = [
        finish(s, [stranger]),
        finish(s, [ballot], urn=s.urn([ballot, stranger])),
        s.urn([ballot]) + s.writer.encrypted_tally(other_tally, tally.sized_encrypted_tally(1, other_tally)),
        s.finished([ballot])[:-1],
        s.finished([ballot])[:-700] + b"x" + s.finished([ballot])[-699:],
    ]
    for content in cases:
        path = put(s, content, tmp_path)
        assert verify_archive(path, processes=1).fault is not None
        assert tool("election", "verify", ok=False).returncode != 0


def changes(value: Any) -> Iterator[Any]:
    """The value with one thing in it changed, in every place where something can be."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {name: kept for name, kept in value.items() if name != key}
            yield from (value | {key: changed} for changed in changes(inner))
    elif isinstance(value, list):
        yield value[:-1]
        for position, inner in enumerate(value):
            yield from ([*value[:position], changed, *value[position + 1 :]] for changed in changes(inner))
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str) and value.isdecimal():
        yield from (str(int(value) + 1), str(int(value) + ED25519.q))
    elif isinstance(value, str):
        # The identity, the point of order 2, another text.
        yield from (ED25519.encode(ED25519.identity), f"{2**255 - 20:064x}", value[:-1])


def rewritten(content: bytes, number: int, changed: str) -> bytes:
    """The archive with another entry of that number, every later hash that depends on it made anew."""
    renamed: dict[str, str] = {}
    parts = [archive.beginning(TIMESTAMP)]
    for entry in archive.read_archive(io.BytesIO(content)):
        raw = changed if entry.number == number else entry.raw
        for old, new in renamed.items():
            raw = raw.replace(old, new)
        renamed[entry.hash] = sha_hex(raw)
        parts.append((archive.event_entry if entry.kind == "event" else archive.object_entry)(raw, TIMESTAMP))
    return b"".join(parts)


def test_what_the_tool_refuses_we_refuse(tool: Tool, tmp_path: Path) -> None:
    """Archives with one thing changed and all hashes made to fit: we are never the more lenient of the two."""
    s = sample(LISTS, WITH_BLANK, voters=2)
    content = s.finished([s.ballot(0, [1, 0, 0], [0, 1, 0])])
    draw = random.Random(11)
    refused = 0
    for entry in archive.read_archive(io.BytesIO(content)):
        for changed in draw.sample(list(changes(json.loads(entry.raw))), 2):
            path = put(s, rewritten(content, entry.number, dumps(changed)), tmp_path)
            if tool("election", "verify", ok=False).returncode != 0:
                refused += 1
                assert verify_archive(path, processes=1).fault is not None, (entry.number, changed)
    assert refused > 15
