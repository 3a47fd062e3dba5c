"""One launcher at a time in a state directory."""

import fcntl
import os
import shutil
from pathlib import Path

FILE = "launcher.lock"


class AlreadyRunning(RuntimeError):
    """Another launcher holds the directory."""

    def __init__(self, pid: str, address: str) -> None:
        super().__init__(
            f"Isoloir tourne déjà dans ce dossier : processus {pid}, adresse {address or 'pas encore connue'}. "
            f"Pour l'arrêter : kill {pid}"
        )
        self.pid = pid
        self.address = address


class StateLock:
    """Held from ``acquire`` until ``release`` or the death of the process: the kernel drops it, so it is never stale."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the directory; AlreadyRunning where another process has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, address = os.read(descriptor, 500).decode(errors="replace").partition("\n")
            os.close(descriptor)
            raise AlreadyRunning(pid.strip(), address.strip()) from None
        self._descriptor = descriptor
        self.announce("")

    def announce(self, address: str) -> None:
        """Tell whoever comes second who holds the directory, and where the portal is."""
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n{address}\n".encode(), 0)

    def release(self) -> None:
        """Give the directory back. Idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def forget_state(state_dir: Path) -> None:
    """Remove a state directory that nobody uses: keys, databases, everything. AlreadyRunning where it is in use."""
    if not state_dir.exists():
        return
    lock = StateLock(state_dir)
    lock.acquire()
    try:
        shutil.rmtree(state_dir)
    finally:
        lock.release()
