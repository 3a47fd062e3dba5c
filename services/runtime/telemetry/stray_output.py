"""What libraries print to standard error, as log lines: an operator's tools read JSON only, and no secret passes by."""

import atexit
import sys
import threading
from typing import Any, TextIO, cast

from services.runtime.telemetry import logs

_TRACEBACK = "Traceback (most recent call last):"


class _HeldBack(threading.local):
    """What one thread has printed and not ended yet: others print at the same time."""

    def __init__(self) -> None:
        self.unfinished = ""  # a line whose end was not printed yet
        self.traceback: list[str] = []
        self.logging = False  # whether what is printed now comes from the log itself


class StandardErrorAsLog:
    """Stands where `sys.stderr` stood: every line is logged as `stray_output`, a traceback as one event.

    Some libraries print the exception they pass on (eventlet.queue, eventlet.tpool, logging itself). In: `log`, whose
    processors take the secrets out; `fallback`, the real stream, for what is printed while logging itself fails.
    """

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, log: Any, fallback: TextIO) -> None:
        self._log = log
        self._fallback = fallback
        self._resources = _HeldBack()

    def write(self, text: str) -> int:
        """Take `text`; log each line that it ends."""
        resources = self._resources
        if resources.logging:
            return self._fallback.write(text)
        *lines, resources.unfinished = (resources.unfinished + text).split("\n")
        for line in lines:
            self._take(line)
        return len(text)

    def flush(self) -> None:
        """Log what this thread holds back, even a line without an end."""
        resources = self._resources
        if resources.logging:
            return
        line, resources.unfinished = resources.unfinished, ""
        if line:
            self._take(line)
        self._end_of_traceback()

    def isatty(self) -> bool:
        """Never a terminal: nobody should print colours here."""
        return False

    def fileno(self) -> int:
        """The real stream's descriptor, for what must write past Python (faulthandler)."""
        return self._fallback.fileno()

    def _take(self, line: str) -> None:
        traceback = self._resources.traceback
        if line.startswith(_TRACEBACK):
            self._end_of_traceback()
            self._resources.traceback.append(line)
        elif traceback:
            traceback.append(line)
            if line and not line.startswith(" "):  # the exception itself: the last line
                self._end_of_traceback()
        elif line.strip():
            self._say(line)

    def _end_of_traceback(self) -> None:
        lines, self._resources.traceback = self._resources.traceback, []
        if lines:
            self._say("\n".join(lines))

    def _say(self, text: str) -> None:
        self._resources.logging = True
        try:
            self._log.warning("stray_output", text=text)
        finally:
            self._resources.logging = False


def log_standard_error() -> None:
    """From now on, what this process prints to standard error goes to its log (`logs.configure` comes first)."""
    real = sys.__stderr__
    if real is not None and not isinstance(sys.stderr, StandardErrorAsLog):
        stream = StandardErrorAsLog(logs.get_logger("isoloir.stderr"), real)
        sys.stderr = cast(TextIO, stream)
        atexit.register(_give_back, stream, real)


def _give_back(stream: StandardErrorAsLog, real: TextIO) -> None:
    """Before the interpreter flushes it: eventlet's locals are gone by then, and the process would end with status 120."""
    stream.flush()
    if sys.stderr is cast(TextIO, stream):
        sys.stderr = real
