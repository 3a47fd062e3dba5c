"""The faults, each with what it does, how it ends, and when all is well again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.local.wires import Wires

SLOW_SECONDS = 0.4
"""What a slowed connection adds in each direction: a question of a page takes several."""
BALLAST = "ballast"
_PIECE = 1 << 20


class Mortal(Protocol):
    """What is struck: deploy.load.running.own_system's OwnSystem."""

    def pids(self) -> dict[str, int]:
        """Process name → pid, of those that run now."""

    def kill(self, name: str) -> None:
        """SIGKILL one; whatever looks after it starts another."""

    def restart(self, name: str) -> None:
        """Ask one to end in an orderly way; whatever looks after it starts another."""

    def is_ready(self) -> bool:
        """Whether the portal says that every service answers."""

    def is_whole(self) -> bool:
        """Whether every process that there was at first is there and, of several portals, each listens."""


@dataclass(frozen=True)
class Fault:
    """One thing that may happen.

    Attributes:
        name: In words, as the report has it.
        during: What it is while it lasts: struck when entered, over when left. None: a death, which lasts no time.
        part: The process that dies.
        orderly: It is asked to end (SIGTERM) and ends what it has begun, as when a new version takes its place.
    """

    name: str
    during: Callable[[], AbstractContextManager[None]] | None = None
    part: str = ""
    orderly: bool = False


def deaths(parts: list[str]) -> list[Fault]:
    """Each of these killed (kill -9)."""
    return [Fault(part, part=part) for part in parts]


def replacements(parts: list[str]) -> list[Fault]:
    """Each of these asked to end, for another to take its place."""
    return [Fault(f"{part} remplacé", part=part, orderly=True) for part in parts]


def happening(name: str, during: Callable[[], AbstractContextManager[None]]) -> Fault:
    """Whatever lasts as long as a block."""
    return Fault(name, during)


def standstills(system: Standing, parts: list[str]) -> list[Fault]:
    """Each of these stopped (SIGSTOP) for a while, as a machine that swaps or is moved."""
    return [Fault(f"{part} figé", _frozen(system, part)) for part in parts]


class Standing(Protocol):
    """Whose processes can be made to stand still."""

    def freeze(self, name: str) -> AbstractContextManager[None]:
        """SIGSTOP a process and what it has started, until the end of the block."""


def _frozen(system: Standing, part: str) -> Callable[[], AbstractContextManager[None]]:
    return lambda: system.freeze(part)


def cuts(wires: Wires) -> list[Fault]:
    """The connections to broker and database cut, and slowed down."""
    found = []
    for name in wires.names():
        found.append(Fault(f"connexions vers {name} coupées", _on_wire(wires, name, slow=False)))
        found.append(Fault(f"connexions vers {name} ralenties", _on_wire(wires, name, slow=True)))
    return found


def _on_wire(wires: Wires, name: str, *, slow: bool) -> Callable[[], AbstractContextManager[None]]:
    @contextlib.contextmanager
    def during() -> Iterator[None]:
        wire = wires[name]
        if slow:
            wire.slow(SLOW_SECONDS)
        else:
            wire.cut()
        try:
            yield
        finally:
            wire.mend()

    return during


def full_disk(folder: Path) -> Fault:
    """The file system of a database's files full, until there is room again. In: its folder, on a small file system."""

    @contextlib.contextmanager
    def during() -> Iterator[None]:
        ballast = folder / BALLAST
        try:
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(_PIECE))
            yield
        finally:
            ballast.unlink(missing_ok=True)

    return Fault("disque de la base du scrutin plein", during)
