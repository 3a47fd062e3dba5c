"""Whose turn it is: each voter comes once, however many processes of Locust share the machine."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

FILE = "turn"


def next_turn(folder: Path) -> int:
    """The number of the next voter, from 0 on, in this folder."""
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        turn = int(os.pread(descriptor, 20, 0) or b"0")
        os.pwrite(descriptor, str(turn + 1).encode(), 0)
        return turn
    finally:
        os.close(descriptor)
