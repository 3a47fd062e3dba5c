"""Keeps child processes running: starts them in order, restarts those that crash, stops them all in reverse order."""

import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from deploy.local.launcher.process import Command, ask, kill_group, spawn

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
STEADY_SECONDS = 30.0
"""A child that has run for this long starts again with the first pause when it crashes."""
LOOK_EVERY = 0.1

Result = TypeVar("Result")


class ChildFailed(RuntimeError):
    """A child that was being started ended, or did not become ready; ends with the last lines of its log."""


@dataclass
class _Child:
    command: Command
    process: subprocess.Popen[bytes]
    started_at: float = field(default_factory=time.monotonic)
    pause: float = FIRST_PAUSE
    restart_at: float | None = None


class Supervisor:
    """In: ``tell``, called with one French line for each event worth showing.

    All children are born of one thread that lives until ``stop``: the kernel's death signal follows the thread.
    """

    def __init__(self, tell: Callable[[str], None] = lambda line: None) -> None:
        self._tell = tell
        self._children: list[_Child] = []
        self._lock = threading.RLock()
        self._orders: list[tuple[Callable[[], object], Future[object]]] = []
        self._wake = threading.Condition(self._lock)
        self._stopping = False
        self._hurry: Callable[[], bool] = lambda: False
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()

    def start(self, command: Command, *, seconds: float = 60.0) -> None:
        """Start a child and wait until its command says that it is ready (at most ``seconds``); ChildFailed otherwise."""
        self.begin(command)
        self.wait_for(command, seconds=seconds)

    def begin(self, command: Command) -> None:
        """Start a child and do not wait for it."""
        self._order(lambda: self._add(command))

    def wait_for(self, command: Command, *, seconds: float = 60.0) -> None:
        """Wait until a child that was begun is ready; ChildFailed where it has ended or takes longer than ``seconds``."""
        deadline = time.monotonic() + seconds
        child = next(child for child in self._children if child.command is command)
        while command.ready is not None and not command.ready():
            with self._lock:  # between two readings it could be started again, and have no status any more
                ended = child.restart_at is not None or child.process.poll() is not None
                status = child.process.returncode
            if ended:
                raise ChildFailed(self._failure(command, f"status {status}"))
            if time.monotonic() > deadline:
                raise ChildFailed(self._failure(command, f"not ready after {seconds:g} s"))
            time.sleep(LOOK_EVERY)

    def pids(self) -> dict[str, int]:
        """Process ids, by name, of the children that run now."""
        with self._lock:
            return {child.command.name: child.process.pid for child in self._children if child.process.poll() is None}

    def kill(self, name: str) -> int:
        """SIGKILL a child, as a crash would. Returns the pid it had; KeyError when it does not run."""
        pid = self.pids()[name]
        with self._lock:
            next(child for child in self._children if child.command.name == name).process.kill()
        return pid

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop the children, the last started first, stage by stage; no restart any more.

        Each is asked, given its time, then killed with its group. ``hurry`` true: killed at once. Idempotent.
        """
        with self._wake:
            self._hurry = hurry
            self._stopping = True
            self._wake.notify()
        self._thread.join()

    def _order(self, work: Callable[[], Result]) -> Result:
        future: Future[object] = Future()
        with self._wake:
            if self._stopping:
                raise RuntimeError("the supervisor is stopping")
            self._orders.append((work, future))
            self._wake.notify()
        return future.result()  # type: ignore[return-value]

    def _add(self, command: Command) -> _Child:
        child = _Child(command, spawn(command))
        self._children.append(child)
        return child

    def _run(self) -> None:
        with self._wake:
            while not self._stopping:
                while self._orders:
                    work, future = self._orders.pop(0)
                    try:
                        future.set_result(work())
                    except Exception as error:
                        future.set_exception(error)
                for child in self._children:
                    self._look_after(child)
                self._wake.wait(LOOK_EVERY)
            for _, future in self._orders:
                future.set_exception(RuntimeError("the supervisor is stopping"))
        # Here and not in stop(): if this thread ended first, the kernel would kill its children.
        while self._children:
            together = [self._children.pop()]
            stage = together[0].command.stage
            while stage and self._children and self._children[-1].command.stage == stage:
                together.append(self._children.pop())
            self._end(together)

    def _end(self, children: list[_Child]) -> None:
        for child in children:
            ask(child.process, child.command)
        deadline = time.monotonic() + max(child.command.stop_seconds for child in children)
        while any(child.process.poll() is None for child in children):
            if time.monotonic() > deadline or self._hurry():
                break
            time.sleep(0.02)
        for child in children:
            kill_group(child.process)

    def _look_after(self, child: _Child) -> None:
        status = child.process.poll()
        now = time.monotonic()
        if status is None:
            return
        if child.restart_at is None:
            kill_group(child.process)  # what it leaves behind would hold its port
            if now - child.started_at > STEADY_SECONDS:
                child.pause = FIRST_PAUSE
            child.restart_at = now + child.pause
            how = f"signal {-status}" if status < 0 else f"code {status}"
            self._tell(f"{child.command.name} s'est arrêté ({how}) : redémarrage dans {child.pause:g} s")
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
        elif now >= child.restart_at:
            try:
                child.process, child.started_at, child.restart_at = spawn(child.command), now, None
            except OSError as error:  # no room, no more processes: this thread must live, or all children end with it
                child.restart_at = now + child.pause
                self._tell(f"{child.command.name} ne peut pas redémarrer ({error.strerror}) : nouvel essai bientôt")

    def _failure(self, command: Command, reason: str) -> str:
        tail = command.log.read_bytes()[-1500:].decode(errors="replace") if command.log.exists() else ""
        return f"{command.name}: {reason}. {command.log}:\n{tail}"
