"""What a library prints past the log is a log line all the same, and holds no secret."""

import io
import json
import subprocess
import sys
import threading
import traceback
from types import SimpleNamespace

from services.runtime.telemetry import logs, stray_output


def test_a_printed_traceback_is_one_json_line_without_secrets(monkeypatch, restored_logging):
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    logs.configure("ballot")
    stray_output.log_standard_error()
    print("two lines", "at once", sep="\n", file=sys.stderr)
    try:
        raise OSError("no way to camille.nuage@academie.example")
    except OSError:
        traceback.print_exc()
    print("unfinished", end="", file=sys.stderr)
    sys.stderr.flush()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["stray_output"] * 4
    texts = [line["text"] for line in lines]
    assert texts[:2] == ["two lines", "at once"]
    assert texts[2].startswith("Traceback")
    assert texts[2].endswith("OSError: no way to [redacted]")
    assert texts[3] == "unfinished"


def test_threads_that_print_at_once_do_not_mix_their_lines():
    said = []
    stream = stray_output.StandardErrorAsLog(
        SimpleNamespace(warning=lambda _event, text: said.append(text)), io.StringIO()
    )
    stream.write("Traceback (most recent call last):\n  File")
    other = threading.Thread(target=stream.write, args=("from another thread\n",))
    other.start()
    other.join()
    stream.write(" one\nOSError\n")
    assert said == ["from another thread", "Traceback (most recent call last):\n  File one\nOSError"]


def test_what_is_printed_while_logging_fails_goes_to_the_real_stream():
    fallback = io.StringIO()

    class BrokenLog:
        def warning(self, event, text):
            print("logging failed", file=stream)

    stream = stray_output.StandardErrorAsLog(BrokenLog(), fallback)
    stream.write("anything\n")
    assert fallback.getvalue() == "logging failed\n"


def test_a_process_on_eventlet_keeps_its_exit_status_and_its_last_words():
    program = (
        "import eventlet; eventlet.monkey_patch()\n"
        "import sys\n"
        "from services.runtime.telemetry import logs, stray_output\n"
        "logs.configure('ballot'); stray_output.log_standard_error()\n"
        "print('last words', end='', file=sys.stderr)\n"
        "raise SystemExit(3)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stderr) == (3, "")
    assert json.loads(ended.stdout)["text"] == "last words"


def test_what_a_command_logs_does_not_stand_amid_its_answer():
    program = "from services.runtime.telemetry import logs\nlogs.get_logger().warning('message_tried'); print('{}')\n"
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout == "{}\n"
    assert "message_tried" in ended.stderr
