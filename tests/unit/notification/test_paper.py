"""Sealed notices into batches for the printer."""

import json
import uuid
from datetime import timedelta

import pytest

from services.notification.channels.paper import batches
from services.notification.channels.paper.channel import SETTLE, PaperChannel
from services.notification.contract.events import NoticesRequested, SealedNotice
from services.notification.queue import delivery, intake, message_queue, printed
from tests.servers.killed import killed_before
from tests.unit.notification.world import START, stored


def notice(request_message, **more):
    return request_message(
        "paper",
        "voting_notice",
        to={"name": "Zoé Œuvray", "lines": ["1 rue de l’Été", "80000 Amiens"]},
        values={"voting_code": "ABCD-EFGH-JKMN-PQRS"},
        **more,
    )


@pytest.fixture
def printing(database, clock, jitter, tmp_path):
    def run(directory=tmp_path / "print"):
        printer = PaperChannel(str(directory) if directory else "")
        return delivery.deliver_printed(database, printer, clock=clock, jitter=jitter)

    return run


def files(tmp_path):
    return sorted((tmp_path / "print").iterdir())


def test_a_batch_is_a_file_of_sealed_notices_and_its_manifest(database, request_message, printing, clock, tmp_path):
    ids = [notice(request_message) for number in range(3)]
    sealed = {one: stored(database, one).sealed for one in ids}
    clock.advance(seconds=SETTLE.total_seconds())
    assert printing() == 3
    assert [file.stat().st_mode & 0o777 for file in files(tmp_path)] == [0o600, 0o600]
    (manifest,) = batches.manifests(tmp_path / "print")
    assert (manifest.count, manifest.made_at) == (3, START)
    batches.check(manifest)
    found = list(batches.notices(manifest))
    assert {one.message_id: one.sealed for one in found} == sealed
    assert all(batches.notice_at(manifest, one.line, one.offset) == one for one in found)
    content = b"".join(file.read_bytes() for file in files(tmp_path))
    assert b"ABCD" not in content
    assert "Œuvray".encode() not in content
    for one in ids:
        row = stored(database, one)
        assert (row.state, row.sealed) == ("sent", "")


def test_a_page_of_notices_is_queued_once_and_printed_as_one_by_one(database, printing, clock, tmp_path):
    page = [SealedNotice(message_id=str(uuid.uuid4()), sealed=f"sealed {number}") for number in range(5)]
    for asked in (page[:4], page):  # an event that comes again, or overlaps
        with database.transaction() as session:
            intake.receive_notices(session, NoticesRequested(template="voting_notice", notices=asked), clock())
    with database.transaction() as session:
        intake.receive_notices(session, NoticesRequested(template="voting_notice", notices=[]), clock())
    clock.advance(seconds=SETTLE.total_seconds())
    assert printing() == 5
    (manifest,) = batches.manifests(tmp_path / "print")
    assert {one.message_id: one.sealed for one in batches.notices(manifest)} == {
        one.message_id: one.sealed for one in page
    }
    rows = [stored(database, one.message_id) for one in page]
    assert {(row.state, row.sealed, row.attempts, row.lease) for row in rows} == {("sent", "", 1, None)}
    assert printing() == 0


def test_a_batch_that_passed_to_another_process_is_not_recorded_twice(database, request_message, clock):
    notice(request_message)
    clock.advance(seconds=SETTLE.total_seconds())
    with database.transaction() as session:
        late = message_queue.claim_batch(session, "paper", now=clock(), size=1, settle=SETTLE)
    clock.advance(minutes=6)
    with database.transaction() as session:
        again = message_queue.claim_batch(session, "paper", now=clock(), size=1, settle=SETTLE)
        assert printed.record(session, "paper", late, clock()) == 0
        assert printed.record(session, "paper", again, clock()) == 1


@pytest.mark.parametrize("damage", ["altered", "shorter", "absent", "manifest"])
def test_a_damaged_batch_is_refused(request_message, printing, clock, tmp_path, damage):
    for _ in range(2):
        notice(request_message)
    clock.advance(minutes=1)
    printing()
    (manifest,) = batches.manifests(tmp_path / "print")
    content = manifest.content.read_bytes()
    if damage == "altered":
        manifest.content.write_bytes(content.replace(content[60:61], b"?", 1))
    elif damage == "shorter":
        manifest.content.write_bytes(content.splitlines(keepends=True)[0])
    elif damage == "absent":
        manifest.content.unlink()
    else:
        manifest.path.write_text(json.dumps({"format": "other"}))
    with pytest.raises(batches.Damaged):
        batches.check(batches.manifests(tmp_path / "print")[0])


def test_notices_that_trickle_in_are_gathered(request_message, printing, clock, tmp_path):
    notice(request_message)
    assert printing() == 0
    clock.advance(seconds=4)
    notice(request_message)
    clock.advance(seconds=4)
    assert printing() == 0
    clock.advance(seconds=1)
    assert printing() == 2
    assert len(batches.manifests(tmp_path / "print")) == 1


def test_a_full_batch_does_not_wait(database, request_message, clock):
    for _ in range(5):
        notice(request_message)
    with database.transaction() as session:
        claimed = message_queue.claim_batch(session, "paper", now=clock(), size=4, settle=SETTLE)
    assert len(claimed) == 4


@pytest.mark.parametrize(
    ("place", "number"),
    [
        ("services.notification.channels.paper.batches:write", 1),  # taken, nothing written
        ("services.notification.channels.paper.batches:_write", 2),  # the notices in their place, without a manifest
        ("services.notification.queue.printed:record", 1),  # the batch whole, not said
        ("services.notification.evidence.ended:count", 2),  # said, in a transaction that is not over
    ],
)
def test_killed_anywhere_each_notice_is_in_one_batch_once(
    database, request_message, printing, clock, tmp_path, place, number
):
    sent = {notice(request_message) for _ in range(3)}
    clock.advance(minutes=1)
    database.dispose()
    killed_before(place, number, printing)
    whole = [file.read_bytes() for file in (tmp_path / "print").glob("*.jsonl")]
    late = notice(request_message)
    clock.advance(minutes=6)
    assert printing() == 3
    assert printing() == 1
    found = [one.message_id for manifest in batches.manifests(tmp_path / "print") for one in batches.notices(manifest)]
    assert sorted(found) == sorted([*sent, late])
    now = [file.read_bytes() for file in files(tmp_path) if file.suffix == ".jsonl"]
    assert all(content in now for content in whole), "what the printer may have taken stays as it is"


@pytest.mark.parametrize("directory", [None, "file"])
def test_without_a_directory_notices_wait_with_the_reason(
    database, request_message, printing, clock, tmp_path, directory
):
    message_id = notice(request_message)
    clock.advance(minutes=1)
    if directory:
        (tmp_path / directory).write_text("in the way")
    printing(tmp_path / directory if directory else None)
    row = stored(database, message_id)
    assert (row.state, row.reason) == ("queued", "print_dir_unwritable")
    clock.advance(minutes=6)
    printing()
    assert stored(database, message_id).state == "sent"


def test_another_message_on_paper_does_not_stop_the_batch(database, request_message, printing, clock, tmp_path):
    good = notice(request_message)
    bad = request_message("paper", "no_such", to={"name": "X", "lines": []}, values={"voting_code": "X"})
    clock.advance(minutes=1)
    printing()
    assert stored(database, good).state == "sent"
    assert stored(database, bad).reason == "template_unknown"
    assert batches.manifests(tmp_path / "print")[0].count == 1


def test_an_expired_notice_is_not_printed(database, request_message, printing, clock, tmp_path):
    message_id = notice(request_message, expires_at=clock() + timedelta(seconds=30))
    clock.advance(minutes=1)
    assert printing() == 0
    assert stored(database, message_id).state == "expired"
