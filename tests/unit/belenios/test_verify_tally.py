"""The verifier looks at what surrounds the ballots: set-up, decryptions, result, objects (section 9 included)."""

import json

from services.ballot.belenios.canonical import dumps
from services.ballot.belenios.checking import archive
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.hashing import sha_hex
from services.ballot.belenios.keys.credential import public_credential
from tests.vectors.samples import ONE_HOLDER, TIMESTAMP, Sample, sample
from tests.vectors.verdicts import fault_of, report_of


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
