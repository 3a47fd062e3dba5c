import uuid
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notification.channels.paper import SETTLE, PaperChannel, printable
from services.notification.queue import delivery, message_queue
from services.notification.queue.rendering import Letter
from tests.unit.notification.world import START, pdf_text, stored


def direct(function, *args):
    return function(*args)


def notice(request_message, code="ABCD-EFGH-JKMN-PQRS", name="Zoé Œuvray", **more):
    return request_message(
        "paper",
        "voting_notice",
        to={"name": name, "lines": ["1 rue de l’Été", "80000 Amiens"]},
        values={"voting_code": code},
        **more,
    )


@pytest.fixture
def printing(database, private_key, clock, jitter, tmp_path):
    def run(directory=tmp_path / "print"):
        printer = PaperChannel(str(directory) if directory else "")
        return delivery.deliver_printed(database, printer, private_key, clock=clock, jitter=jitter, slow=direct)

    return run


def files(tmp_path):
    return sorted((tmp_path / "print").iterdir())


def test_a_batch_is_one_file_with_a_page_a_voter(database, request_message, printing, clock, tmp_path):
    codes = {f"CODE-000{number}": f"Nom{number}" for number in range(3)}
    ids = [notice(request_message, code, name) for code, name in codes.items()]
    clock.advance(seconds=SETTLE.total_seconds())
    assert printing() == 3
    (file,) = files(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    pages = pdf_text(file.read_bytes())
    assert len(pages) == 3
    for page in pages:
        assert page[1:4] == ["1 rue de l’Été", "80000 Amiens", "Notice de vote"]
        assert codes[page[-1]] == page[0]
        assert "encadré gris" in " ".join(page)
    for one in ids:
        row = stored(database, one)
        assert (row.state, row.sealed) == ("sent", "")


def test_notices_that_trickle_in_are_gathered(request_message, printing, clock, tmp_path):
    notice(request_message)
    assert printing() == 0
    clock.advance(seconds=4)
    notice(request_message)
    clock.advance(seconds=4)
    assert printing() == 0
    clock.advance(seconds=1)
    assert printing() == 2
    assert len(files(tmp_path)) == 1


def test_a_full_batch_does_not_wait(database, request_message, clock):
    for _ in range(5):
        notice(request_message)
    with database.transaction() as session:
        claimed = message_queue.claim_batch(session, "paper", now=clock(), size=4, settle=SETTLE)
    assert len(claimed) == 4


def test_a_crash_after_printing_replaces_the_file(database, request_message, printing, clock, tmp_path, monkeypatch):
    for _ in range(3):
        notice(request_message)
    clock.advance(minutes=1)

    def crash(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(message_queue, "record", crash)
        with pytest.raises(KeyboardInterrupt):
            printing()
    (before,) = files(tmp_path)
    content = before.read_bytes()
    notice(request_message, "LATE-0000")
    clock.advance(minutes=6)
    assert printing() == 3
    assert files(tmp_path) == [before]
    assert before.read_bytes() == content
    assert printing() == 1
    assert len(files(tmp_path)) == 2


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


def test_an_unreadable_notice_does_not_stop_the_batch(database, request_message, printing, clock, tmp_path):
    good = notice(request_message)
    bad = request_message("paper", "no_such", to={"name": "X", "lines": []}, values={"voting_code": "X"})
    codeless = request_message("paper", "voting_notice", to={"name": "X", "lines": []}, values={"other": "X"})
    clock.advance(minutes=1)
    printing()
    assert stored(database, good).state == "sent"
    assert stored(database, bad).reason == "template_unknown"
    assert stored(database, codeless).reason == "message_malformed"
    assert len(pdf_text(files(tmp_path)[0].read_bytes())) == 1


def test_an_expired_notice_is_not_printed(database, request_message, printing, clock, tmp_path):
    message_id = notice(request_message, expires_at=clock() + timedelta(seconds=30))
    clock.advance(minutes=1)
    assert printing() == 0
    assert stored(database, message_id).state == "expired"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Œuvray à 5 €", "Œuvray à 5 €"),
        ("Świątek", "Swiatek"),
        ("Łukasz Đorđe", "Lukasz Dorde"),
        ("e\u0301te\u0301", "été"),
        ("Иван", "????"),
        ("a\x00b\nc", "a?b c"),
    ],
)
def test_letters_that_the_fonts_lack(text, shown):
    assert printable(text) == shown


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=120), max_size=5))
def test_no_name_and_no_address_stops_the_printer(name, lines):
    letter = Letter(
        id=str(uuid.UUID(int=0)),
        to={"name": name, "lines": lines},
        subject="Notice de vote",
        text=name,
        html=None,
        values={"voting_code": "ABCD"},
    )
    content = PaperChannel("").render([letter], START)
    assert content.startswith(b"%PDF-")
    assert PaperChannel("").render([letter], START) == content
