"""What libraries print to standard error, as log lines: an operator's tools read JSON only, and no secret passes by."""

import atexit
import sys
import threading
from typing import Any, TextIO, cast

from services.runtime import logs

_TRACEBACK = "Traceback (most recent call last):"


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
        self._unfinished = ""  # a line whose end was not printed yet
        self._traceback: list[str] = []
        self._writer = threading.local()

    def write(self, text: str) -> int:
        """Take `text`; log each line that it ends."""
        if getattr(self._writer, "logging", False):
            return self._fallback.write(text)
        *lines, self._unfinished = (self._unfinished + text).split("\n")
        for line in lines:
            self._take(line)
        return len(text)

    def flush(self) -> None:
        """Log what is held back, even a line without an end."""
        if getattr(self._writer, "logging", False):
            return
        line, self._unfinished = self._unfinished, ""
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
        if line.startswith(_TRACEBACK):
            self._end_of_traceback()
            self._traceback.append(line)
        elif self._traceback:
            self._traceback.append(line)
            if line and not line.startswith(" "):  # the exception itself: the last line
                self._end_of_traceback()
        elif line.strip():
            self._say(line)

    def _end_of_traceback(self) -> None:
        lines, self._traceback = self._traceback, []
        if lines:
            self._say("\n".join(lines))

    def _say(self, text: str) -> None:
        self._writer.logging = True
        try:
            self._log.warning("stray_output", text=text)
        finally:
            self._writer.logging = False


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
