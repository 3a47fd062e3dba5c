"""Processor time and memory of every process while a phase runs, by kind of process."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

from deploy.local.launcher.replicas import kind_of

EVERY_SECONDS = 1.0
POSTGRESQL = "postgresql"
MIB = 2**20

Pids = Callable[[], Mapping[str, int]]


@dataclass
class Used:
    """What one kind of process used."""

    cpu: float = 0.0
    """Seconds of processor time, of all its processes."""
    peak: int = 0
    """Bytes: the largest resident memory of one of its processes; of a database server without the shared buffers."""
    together: int = 0
    """Bytes: the largest sum over all its processes at one moment."""


@dataclass
class _Seen:
    kind: str
    first: float
    last: float


class Footprint:
    """Looks at processes and all their descendants, every second, between ``start`` and ``stop``.

    Args:
        pids: Says which process, by name, has which pid now.
    """

    def __init__(self, pids: Pids) -> None:
        self._pids = pids
        self._seen: dict[tuple[int, float], _Seen] = {}
        self._used: defaultdict[str, Used] = defaultdict(Used)
        self._began = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="footprint", daemon=True)

    def start(self) -> None:
        """Begin: what was used before does not count."""
        self._began = time.time()
        self._look()
        self._thread.start()

    def stop(self) -> dict[str, Used]:
        """Look once more. Out: kind of process → what it used; what ran less than a second may be missing."""
        self._over.set()
        self._thread.join()
        self._look()
        for seen in self._seen.values():
            self._used[seen.kind].cpu += seen.last - seen.first
        return dict(sorted(self._used.items()))

    def _run(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        roots = {pid: kind_of(name) for name, pid in self._pids().items()}
        parents = {one.pid: one.info["ppid"] for one in psutil.process_iter(["ppid"])}
        sums: defaultdict[str, int] = defaultdict(int)
        for pid in parents:
            kind = _kind(pid, roots, parents)
            if kind is not None:
                sums[kind] += self._one(pid, kind)
        for kind, together in sums.items():
            used = self._used[kind]
            used.together = max(used.together, together)

    def _one(self, pid: int, kind: str) -> int:
        try:
            process = psutil.Process(pid)
            with process.oneshot():
                times, memory, created = process.cpu_times(), process.memory_info(), process.create_time()
        except psutil.Error:
            return 0
        cpu = times.user + times.system
        # Shared buffers are one memory, which every process of the server shows as its own.
        resident = memory.rss - memory.shared if kind == POSTGRESQL else memory.rss
        # One that was born meanwhile has used all of its time in this phase.
        seen = self._seen.setdefault((pid, created), _Seen(kind, 0.0 if created >= self._began else cpu, cpu))
        seen.last = cpu
        used = self._used[kind]
        used.peak = max(used.peak, resident)
        return int(resident)


def _kind(pid: int, roots: Mapping[int, str], parents: Mapping[int, int]) -> str | None:
    """That of the nearest ancestor that has a name."""
    while pid in parents:
        if pid in roots:
            return roots[pid]
        pid = parents[pid]
    return None
