"""The verifier of archives: any bytes have a verdict, and no change of a right archive is right."""

from __future__ import annotations

import io
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.checking import archive
from services.ballot.belenios.checking.report import Report
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.hashing import sha_hex
from tests.vectors.samples import TIMESTAMP, Sample, sample

# With a threshold of 1 all holders of a group have the same share: under another's name it would be right, too.
EACH_ITS_SHARE = (("Pedersen", 2, 2), ("Pedersen", 3, 2))


@cache
def right() -> tuple[Sample, bytes, frozenset[int]]:
    s = sample(shape=EACH_ITS_SHARE)
    content = s.finished([s.ballot(0, [1, 0, 0]), s.ballot(1, [0, 1, 0])])
    ends = frozenset(e.end for e in archive.read_archive(io.BytesIO(content)) if e.kind == "event")
    return s, content, ends


def verdict(content: bytes) -> Report:
    report = verify_archive(io.BytesIO(content), processes=1)
    if report.fault is not None:
        assert report.fault.code != "internal-error", report.fault
    return report


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 255))
def test_any_altered_byte_is_a_fault(position: int, change: int) -> None:
    _, content, _ = right()
    altered = bytearray(content)
    altered[position % len(altered)] ^= change
    assert not verdict(bytes(altered)).ok


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_any_truncation_is_a_fault_or_an_earlier_state(length: int) -> None:
    _, content, ends = right()
    length %= len(content)
    report = verdict(content[:length])
    assert report.ok == (length in ends)
    assert not report.finished


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 3000), st.integers(0, 10**9), st.binary(max_size=600))
def test_bytes_cut_moved_or_inserted(start: int, length: int, target: int, garbage: bytes) -> None:
    _, content, _ = right()
    start %= len(content)
    piece, rest = content[start : start + length], content[:start] + content[start + length :]
    target %= len(rest) + 1
    for altered in (rest[:target] + piece + rest[target:], rest[:target] + garbage + rest[target:], rest):
        if altered != content:
            assert not verdict(altered).finished


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000), st.booleans())
def test_garbage(garbage: bytes, begin: bool) -> None:
    assert not verdict(archive.beginning(TIMESTAMP) + garbage if begin else garbage).ok


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**50)
    | st.text(max_size=3)
    | st.sampled_from(["0", "Setup", "a" * 64]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


def paths(value: object, prefix: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [prefix, *(path for key, item in inner for path in paths(item, (*prefix, key)))]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_object_changed_under_right_hashes(data: st.DataObject) -> None:
    """The file is rebuilt so that only the content is wrong: names, payloads and chain all fit."""
    _, content, _ = right()
    entries = list(archive.read_archive(io.BytesIO(content)))
    number = data.draw(st.integers(0, len(entries) - 1).filter(lambda i: entries[i].kind == "data"))
    value = loads(entries[number].raw)
    path = data.draw(st.sampled_from(paths(value)))
    replacement = data.draw(junk)
    if path:
        target = value
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = replacement
    else:
        value = replacement
    renamed: dict[str, str] = {}
    rebuilt = archive.beginning(TIMESTAMP)
    for position, entry in enumerate(entries):
        raw = dumps(value) if position == number else entry.raw
        for old, new in renamed.items():
            raw = raw.replace(old, new)
        renamed[entry.hash] = sha_hex(raw)
        rebuilt += (archive.object_entry if entry.kind == "data" else archive.event_entry)(raw, TIMESTAMP)
    report = verdict(rebuilt)
    assert report.ok == (rebuilt == content)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(archive.EVENT_TYPES), st.lists(junk, max_size=4)), max_size=4))
def test_events_of_junk(steps: list[tuple[str, list[object]]]) -> None:
    writer = archive.ArchiveWriter(TIMESTAMP)
    content = writer.beginning() + b"".join(writer.event(kind, *map(dumps, objects)) for kind, objects in steps)
    assert not verdict(content).ok
