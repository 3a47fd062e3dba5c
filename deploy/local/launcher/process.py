"""One child process: what to run, how it is started, how it is ended with everything it started itself."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True)
class Command:
    """A process to run.

    ``environment`` is complete: nothing is inherited. ``log`` receives stdout and stderr, appended.
    ``tethered`` is False only for a command that ties itself to its parent (setpriv does).
    ``stop_signal`` asks for an orderly end; ``stop_seconds`` is how long it is given. Commands that follow each other
    and have the same ``stage`` stop together; '' is a stage of its own.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    directory: Path | None = None
    tethered: bool = True
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    stage: str = ""
    ready: Callable[[], bool] | None = field(default=None, compare=False)


def spawn(command: Command) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own, with no input and its log as output.

    The kernel ties the child to the *thread* that calls this: call it from one that lives as long as the child.
    A session of its own keeps the terminal's Ctrl-C away: the launcher decides the order in which things stop.
    """
    command.log.parent.mkdir(parents=True, exist_ok=True)
    arguments = list(command.arguments)
    if command.tethered:
        arguments = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *arguments]
    descriptor = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            arguments,
            env=dict(command.environment),
            cwd=command.directory,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def end(process: subprocess.Popen[bytes], command: Command) -> None:
    """Ask the process to stop, wait for as long as its command allows, then kill it and its whole group."""
    ask(process, command)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=command.stop_seconds)
    kill_group(process)


def ask(process: subprocess.Popen[bytes], command: Command) -> None:
    """Send the orderly stop signal to the process itself, which knows in what order to end its own children."""
    if process.poll() is None:
        process.send_signal(command.stop_signal)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL whatever is left of the group that the process leads, and reap the process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    condition: Callable[[], bool], seconds: float, what: str, *, alive: Callable[[], bool] | None = None
) -> None:
    """Poll ``condition`` until it holds. TimeoutError after ``seconds``, or as soon as ``alive`` is false."""
    deadline = time.monotonic() + seconds
    while True:
        # Read first: however long the machine stood still, the condition is asked once after the deadline.
        late = time.monotonic() > deadline
        if condition():
            return
        if alive is not None and not alive():
            raise TimeoutError(f"{what}: the process has ended")
        if late:
            raise TimeoutError(f"{what}: not after {seconds:g} s")
        time.sleep(0.05)
