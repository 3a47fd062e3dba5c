"""No secret reaches a log, under whatever name or in whatever sentence it comes."""

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reassort.codes import voting_code
from services.runtime.telemetry import logs


@given(st.builds(voting_code.generate), st.text(max_size=20))
def test_a_voting_code_is_scrubbed_wherever_it_stands(code, around):
    pretty = voting_code.format_code(code)
    assert pretty not in logs.scrub(f"{around} {pretty} {around}")


@pytest.mark.parametrize(
    "secret",
    [
        "Ab3dE-fGh1JK-mNpQr-sTuVwX",
        "camille.nuage@academie.example",
        "k7Q_zP9vW3nX5tR8yU2iO6aS4dF1gH0jK-lZxCvBnM7",
        '{"election_uuid":"abc","election_hash":"x"}',
    ],
)
def test_what_looks_like_a_secret_is_scrubbed(secret):
    assert secret not in logs.scrub(f"before {secret} after")


def test_a_correlation_id_and_ordinary_words_stay():
    sentence = "urne scellée 3f2b8c1e-7a64-4d0e-9b1f-0c5d2e8a9f47 en 12 ms"
    assert logs.scrub(sentence) == sentence


def test_a_traceback_says_where_it_came_from_however_long_the_path():
    frame = 'File "/srv/a-very-long-place-for-a-programme/services/runtime/entrypoints.py", line 39, in handle'
    assert logs.scrub(f"  {frame}\n") == f"  {frame}\n"
    assert "x" * 40 not in logs.scrub(f'File "{"x" * 60}.py", line 3')


@pytest.mark.parametrize(
    "name", ["password", "voting_code", "link_token", "permit", "tracker", "session", "identifier"]
)
def test_a_value_under_a_telling_name_is_dropped_even_when_short(name):
    assert logs.remove_secrets(None, "info", {"event": "x", name: "abc"})[name] == logs.REDACTED


def test_a_log_line_is_one_json_object_and_its_traceback_holds_no_secret(monkeypatch, restored_logging):
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    logs.configure("ballot")
    try:
        raise ValueError("cannot read Ab3dE-fGh1JK-mNpQr-sTuVwX\nof camille.nuage@academie.example")
    except ValueError as error:
        logs.get_logger().error("test_failed", exc_info=error, tracker="abc")
    logging.getLogger("some.library").warning("mail to %s", "camille.nuage@academie.example")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["test_failed", "mail to [redacted]"]
    assert lines[0]["process"] == "ballot"
    assert lines[0]["tracker"] == logs.REDACTED
    assert "ValueError" in lines[0]["exception"]
    assert "mNpQr" not in written.getvalue()
    assert "camille" not in written.getvalue()


def test_a_library_does_not_repeat_what_our_own_line_says(monkeypatch, restored_logging):
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    logs.configure("ballot")
    logging.getLogger("nameko.containers").warning("(expected) error handling worker %s: %s", "w", "link_used")
    logging.getLogger("nameko.containers").error("error handling worker %s: %s", "w", "OSError")
    logging.getLogger("amqp").warning("Received method %s during closing channel %s.", (60, 80), 1)
    logging.getLogger("amqp").warning("something else")
    events = [json.loads(line)["event"] for line in written.getvalue().splitlines()]
    assert events == ["error handling worker w: OSError", "something else"]
