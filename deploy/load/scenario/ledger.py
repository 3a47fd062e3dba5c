"""What happened to each voter, written down as it happens: a line of JSON each, a file for each process.

A receipt is in the file before its voter goes on: nothing that was promised is forgotten if the process dies.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FOLDER = "ledger"
ARRIVED, LEFT, GAVE_UP = "arrived", "left", "gave_up"
STEP, REFUSED, SENT, ACKNOWLEDGED = "step", "refused", "sent", "acknowledged"
WAITS, LET_IN = "waits", "let_in"
"""In the waiting room: what a voter was told there, and that he has come in."""
FAULT = "fault"
"""The scenario itself is wrong."""


class Ledger:
    """The file of this process. In: the test's folder, and a clock of seconds since the epoch."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        room = folder / FOLDER
        room.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._file = (room / f"{os.getpid()}.jsonl").open("a", encoding="utf-8", buffering=1)

    def write(self, kind: str, voter: str, **more: Any) -> None:
        """Note one thing about one voter; no secret has a place here."""
        line = {"at": round(self._clock(), 3), "kind": kind, "voter": voter, **more}
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Nothing more to write."""
        self._file.close()


def read(folder: Path) -> list[dict[str, Any]]:
    """All lines of all processes, oldest first. A line that a process died on is left out."""
    return sorted(_lines(folder), key=lambda line: line["at"])


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / FOLDER).glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n"):
                    yield json.loads(line)
