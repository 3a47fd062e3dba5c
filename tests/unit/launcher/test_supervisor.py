"""The supervisor, with small children."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.launcher import supervisor as supervisor_module
from deploy.local.launcher.process import Command, wait_until
from deploy.local.launcher.supervisor import ChildFailed, Supervisor

REPOSITORY = Path(__file__).resolve().parents[3]


def running(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody has reaped yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(told: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(told.append)
    yield supervisor
    supervisor.stop(hurry=lambda: True)


def python(name: str, code: str, folder: Path, **options: object) -> Command:
    arguments = [sys.executable, "-c", textwrap.dedent(code)]
    return Command(name, arguments, {"PATH": os.environ["PATH"]}, folder / f"{name}.log", **options)  # type: ignore[arg-type]


def sleeper(name: str, folder: Path) -> Command:
    return Command(name, ["sleep", "600"], {"PATH": os.environ["PATH"]}, folder / f"{name}.log")


def test_a_crashed_child_is_started_again_and_told_in_one_line(
    supervisor: Supervisor, told: list[str], tmp_path: Path
) -> None:
    supervisor.start(sleeper("one", tmp_path))
    first = supervisor.kill("one")
    wait_until(lambda: supervisor.pids().get("one", first) != first, 60, "restart")
    assert told == ["one s'est arrêté (signal 9) : redémarrage dans 0.5 s"]
    assert not running(first)


def test_a_child_that_cannot_be_started_again_at_once_takes_nobody_with_it(
    supervisor: Supervisor, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.start(sleeper("one", tmp_path))
    supervisor.start(sleeper("two", tmp_path))
    spawn = supervisor_module.spawn

    def no_room(_command: Command) -> subprocess.Popen[bytes]:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(supervisor_module, "spawn", no_room)
    first = supervisor.kill("one")
    wait_until(lambda: any("No space left" in line for line in told), 60, "a failed restart")
    assert "two" in supervisor.pids()
    monkeypatch.setattr(supervisor_module, "spawn", spawn)
    wait_until(lambda: supervisor.pids().get("one", first) != first, 60, "restart")


def test_a_child_that_keeps_crashing_is_started_ever_less_often(
    supervisor: Supervisor, told: list[str], tmp_path: Path
) -> None:
    supervisor.start(python("short", "raise SystemExit(3)", tmp_path))
    wait_until(lambda: len(told) >= 3, 60, "three crashes")
    assert [line.rpartition("dans ")[2] for line in told[:3]] == ["0.5 s", "1 s", "2 s"]
    assert "code 3" in told[0]


def test_a_child_that_ends_before_it_is_ready_is_a_failure_with_its_last_words(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    command = python("sick", "print('no such key'); raise SystemExit(78)", tmp_path, ready=lambda: False)
    with pytest.raises(ChildFailed, match=r"(?s)status 78.*no such key"):
        supervisor.start(command, seconds=60)


def test_a_missing_program_is_a_failure_with_its_name(supervisor: Supervisor, tmp_path: Path) -> None:
    command = Command("gone", ["/no/such/program"], {}, tmp_path / "gone.log", ready=lambda: False)
    with pytest.raises(ChildFailed, match="/no/such/program: No such file"):
        supervisor.start(command, seconds=60)


def test_children_stop_in_reverse_order_and_in_an_orderly_way(supervisor: Supervisor, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    code = """
        import pathlib, signal, sys
        def stop(*_):
            with open({trace!r}, "a") as file: file.write("{name} ")
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        pathlib.Path({ready!r}).touch()
        while True: signal.pause()
    """
    for name in ("first", "second", "third"):
        ready = tmp_path / f"{name}.ready"
        source = code.format(trace=str(trace), name=name, ready=str(ready))
        supervisor.start(python(name, source, tmp_path, ready=ready.exists), seconds=60)
    pids = supervisor.pids()
    supervisor.stop()
    assert trace.read_text().split() == ["third", "second", "first"]
    assert not any(running(pid) for pid in pids.values())
    assert supervisor.pids() == {}


def test_a_child_that_ignores_the_signal_is_killed_with_its_own_children(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    pid_file = tmp_path / "grandchild"
    code = f"""
        import pathlib, signal, subprocess
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(["sleep", "600"])
        path = pathlib.Path({str(pid_file)!r})
        path.with_suffix(".new").write_text(str(child.pid)); path.with_suffix(".new").rename(path)
        while True: signal.pause()
    """
    supervisor.start(python("deaf", code, tmp_path, ready=pid_file.exists, stop_seconds=0.5), seconds=60)
    pids = [supervisor.pids()["deaf"], int(pid_file.read_text())]
    started = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - started < 10
    wait_until(lambda: not any(running(pid) for pid in pids), 60, "both gone")


def test_nothing_outlives_a_launcher_that_is_killed(tmp_path: Path) -> None:
    launcher = f"""
        import os, pathlib, signal
        from deploy.local.launcher.process import Command
        from deploy.local.launcher.supervisor import Supervisor
        supervisor = Supervisor()
        for name in ("one", "two"):
            log = pathlib.Path({str(tmp_path)!r}) / "log"
            supervisor.start(Command(name, ["sleep", "600"], {{"PATH": os.environ["PATH"]}}, log))
        print(*supervisor.pids().values(), flush=True)
        signal.pause()
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(launcher)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    process.stdout.close()
    assert len(pids) == 2
    assert all(running(pid) for pid in pids)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not any(running(pid) for pid in pids), 60, "children gone")


def test_stopping_twice_and_starting_after_the_stop(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.stop()
    supervisor.stop()
    with pytest.raises(RuntimeError, match="stopping"):
        supervisor.start(sleeper("late", tmp_path))
