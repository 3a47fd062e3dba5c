"""How much of the processors each kind of process took, those that die and come again included."""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping

import psutil

from deploy.local.launcher.replicas import kind_of

EVERY_SECONDS = 2.0
POSTGRESQL = "postgresql"
_BACKEND = re.compile(r"postgres: (?:isoloir_)?(\w+) isoloir_(identity|ballot|reassort|notification)\b")

Pids = Callable[[], Mapping[str, int]]


class CpuWatch:
    """Looks at processes and all their descendants, every two seconds, between ``start`` and ``stop``.

    In: a function that says which process, by name, has which pid now.
    """

    def __init__(self, pids: Pids) -> None:
        self._pids = pids
        self._first: dict[tuple[int, float], float] = {}
        self._last: dict[tuple[int, float], float] = {}
        self._kind: dict[tuple[int, float], str] = {}
        self._began = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cpu-watch", daemon=True)

    def start(self) -> None:
        """Begin: what was used before does not count."""
        self._began = time.time()
        self._look()
        self._thread.start()

    def stop(self) -> dict[str, float]:
        """Look once more. Out: kind of process → seconds of processor time."""
        self._over.set()
        self._thread.join()
        self._look()
        used: defaultdict[str, float] = defaultdict(float)
        for process, last in self._last.items():
            used[self._kind[process]] += last - self._first[process]
        return {kind: round(seconds, 3) for kind, seconds in sorted(used.items())}

    def _run(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self._look()

    def _look(self) -> None:
        roots = {pid: kind_of(name) for name, pid in self._pids().items()}
        found: dict[int, tuple[int, float, float]] = {}
        for process in psutil.process_iter(["ppid", "create_time", "cpu_times"]):
            times = process.info["cpu_times"]
            if times is not None:
                found[process.pid] = (process.info["ppid"], process.info["create_time"], times.user + times.system)
        for pid, (_, created, used) in found.items():
            kind = _kind_by_ancestors(pid, roots, {one: parent for one, (parent, _, _) in found.items()})
            if kind is None:
                continue
            process_id = (pid, created)
            if process_id not in self._kind:
                self._kind[process_id] = _database(pid) if kind == POSTGRESQL else kind
                # One that was born meanwhile has used all of its time in this run.
                self._first[process_id] = 0.0 if created >= self._began else used
            self._last[process_id] = used


def _kind_by_ancestors(pid: int, roots: Mapping[int, str], parents: Mapping[int, int]) -> str | None:
    while pid in parents:
        if pid in roots:
            return roots[pid]
        pid = parents[pid]
    return None


def _database(pid: int) -> str:
    """Which service's database a process of PostgreSQL works for, as its title says; the server's own work otherwise."""
    try:
        title = " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return POSTGRESQL
    found = _BACKEND.search(title)
    return f"{POSTGRESQL} {found[2]}" if found else POSTGRESQL
