"""The bytes of the archive."""

import io

import pytest

from services.ballot.belenios.checking import archive
from services.ballot.belenios.errors import InvalidArchive, Malformed
from services.ballot.belenios.hashing import sha_hex
from tests.vectors.samples import TIMESTAMP, sample

OBJECT = '{"é":1}'


class Dribble(io.RawIOBase):
    """A file that gives a few bytes at a time, as pipes and sockets do."""

    def __init__(self, content: bytes) -> None:
        self._rest = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, 7))


def read(content: bytes, **options: int) -> list[archive.Entry]:
    return list(archive.read_archive(io.BytesIO(content), **options))


def refused(content: bytes, **options: int) -> str:
    with pytest.raises(InvalidArchive) as refusal:
        read(content, **options)
    return refusal.value.reason


def test_the_header_is_an_old_tar_header() -> None:
    import tarfile

    content = archive.beginning(TIMESTAMP) + archive.object_entry(OBJECT, TIMESTAMP)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        first, second = tar.getmembers()
    assert (first.name, first.mtime, first.mode) == ("BELENIOS", TIMESTAMP, 0o644)
    assert (second.name, second.size) == (f"{sha_hex(OBJECT)}.data.json", len(OBJECT.encode()))
    assert len(content) == 4 * 512


def test_what_is_written_is_read() -> None:
    s = sample()
    content = s.finished([s.ballot(0, [1, 0, 0])])
    entries = read(content)
    assert [e.number for e in entries] == list(range(2, len(entries) + 2))
    assert entries[-1].end == len(content)
    again = archive.beginning(TIMESTAMP)
    for e in entries:
        again += (archive.object_entry if e.kind == "data" else archive.event_entry)(e.raw, TIMESTAMP)
    assert again == content
    assert list(archive.read_archive(Dribble(content))) == entries  # type: ignore[arg-type]


def test_a_writer_goes_on_from_a_stored_head() -> None:
    s = sample()
    ballots = [s.ballot(i, [1, 0, 0]) for i in range(2)]
    whole = s.begin() + s.writer.ballot(ballots[0]) + s.writer.ballot(ballots[1])
    begun = s.begin() + s.writer.ballot(ballots[0])
    again = archive.ArchiveWriter(TIMESTAMP, s.writer.parent, s.writer.height)
    assert begun + again.ballot(ballots[1]) == whole
    assert s.writer.beginning() == archive.beginning(TIMESTAMP)


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def test_every_altered_byte_is_refused() -> None:
    content = archive.beginning(TIMESTAMP) + archive.object_entry(OBJECT, TIMESTAMP)
    assert len(read(content)) == 1
    for position in range(len(content)):
        assert refused(flipped(content, position))


def test_every_truncation_is_refused_except_between_entries() -> None:
    content = archive.beginning(TIMESTAMP) + archive.object_entry(OBJECT, TIMESTAMP)
    for length in range(len(content)):
        if length == 0:
            assert refused(content[:length]) == "empty"
        elif length != 1024:
            assert refused(content[:length]) == "truncated"
    assert read(content[:1024]) == []


def test_faults_have_names() -> None:
    begin, good = archive.beginning(TIMESTAMP), archive.object_entry(OBJECT, TIMESTAMP)
    assert refused(good) == "bad-beginning"
    assert refused(b"\0" * 512) == "bad-beginning"
    assert refused(begin + b"\0" * 1024) == "bad-name"
    assert refused(begin + begin) == "bad-name"
    assert refused(begin + archive.object_entry(OBJECT, TIMESTAMP + 1)) == "bad-mtime"
    assert refused(begin + flipped(good, 150)) == "bad-checksum"
    assert refused(begin + flipped(good, 105)) == "bad-header"
    assert refused(begin + good[:130] + b"x" + good[131:]) == "bad-size"
    assert refused(begin + good[:140] + b"x" + good[141:]) == "bad-mtime"
    assert refused(begin + flipped(good, len(good) - 1)) == "bad-padding"
    assert refused(begin + archive.entry("0" * 64 + ".data.json", OBJECT, TIMESTAMP)) == "wrong-hash"
    assert refused(begin + good, max_entry=5) == "too-large"
    assert refused(begin + archive.header("0" * 64 + ".data.json", 8**11 - 1, TIMESTAMP)) == "too-large"
    for text in ('{"version":2,"timestamp":"5"}', '{"version":1,"timestamp":5}', "x", '{"version":1,"timestamp":"05"}'):
        assert refused(archive.entry("BELENIOS", text, 5)) == "bad-beginning"
    assert refused(archive.entry("BELENIOS", '{"version":1,"timestamp":"9999999999"}', 5)) == "bad-beginning"
    not_utf8 = b"\xff"
    raw = archive.header(f"{sha_hex(not_utf8)}.data.json", 1, TIMESTAMP) + not_utf8.ljust(512, b"\0")
    assert refused(begin + raw) == "bad-utf8"


def test_impossible_headers_and_events_are_not_written() -> None:
    with pytest.raises(ValueError, match="range"):
        archive.header("x", 8**11, 0)
    for kind, parent, height in (("Setup", "0" * 64, 0), ("Ballot", None, 1), ("Other", None, 0)):
        with pytest.raises(ValueError, match="event"):
            archive.make_event(kind, parent, height, None)


@pytest.mark.parametrize(
    "raw",
    [
        '{"height":0}',
        '{"height":-1,"type":"Setup"}',
        '{"height":true,"type":"Setup"}',
        '{"height":0,"type":"Other"}',
        '{"height":0,"type":5}',
        '{"type":"Setup","height":0}',
        '{"parent":"zz","height":1,"type":"Ballot"}',
        '{"parent":null,"height":1,"type":"Ballot"}',
        '{"height":0,"type":"Setup","payload":5}',
        "[]",
    ],
)
def test_malformed_events(raw: str) -> None:
    with pytest.raises(Malformed):
        archive.Event.parse(raw)


def test_shuffles_are_refused_by_name() -> None:
    with pytest.raises(InvalidArchive, match="unsupported-event"):
        archive.Event.parse('{"height":0,"type":"Shuffle"}')
