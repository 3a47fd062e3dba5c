"""Connections that are cut, slowed and mended, and a disk that is full for a while."""

import errno
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.load.running.faults import fault
from deploy.local.launcher.ports import LOOPBACK, free_port, listeners
from deploy.local.wires import Wire, Wires


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says what it is told."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def answer(speaks: socket.socket) -> None:
            with speaks:
                while said := speaks.recv(100):
                    speaks.sendall(said)

        def accept() -> None:
            try:
                while True:
                    speaks, _ = server.accept()
                    threading.Thread(target=answer, args=(speaks,), daemon=True).start()
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def wires(echo: int) -> Iterator[tuple[Wires, int]]:
    """A wire to it, and its port."""
    found = Wires()
    yield found, found.through("broker")(echo)
    found.stop()


def says(port: int) -> socket.socket:
    speaks = socket.create_connection((LOOPBACK, port), timeout=10)
    speaks.sendall(b"here")
    return speaks


def is_cut(speaks: socket.socket) -> bool:
    try:
        return speaks.recv(100) == b""
    except ConnectionError:
        return True


def test_a_wire_hands_on_is_cut_and_is_mended(wires: tuple[Wires, int]) -> None:
    of, port = wires
    with says(port) as open_one:
        assert open_one.recv(100) == b"here"
        cut, slowed = fault.cuts(of)
        assert cut.during is not None
        with cut.during():
            assert is_cut(open_one)
            with socket.create_connection((LOOPBACK, port), timeout=10) as another:
                assert is_cut(another)
    with says(port) as again:
        assert again.recv(100) == b"here"
        assert slowed.during is not None
        with slowed.during():
            began = time.monotonic()
            again.sendall(b"late")
            assert again.recv(100) == b"late"
            assert time.monotonic() - began >= 2 * fault.SLOW_SECONDS * 0.9
    assert of.through("broker")(1) == port, "one wire for each name"


def test_a_wire_that_leads_nowhere_is_no_connection() -> None:
    wire = Wire(free_port())
    wire.start()
    with socket.create_connection((LOOPBACK, wire.port), timeout=10) as speaks:
        assert is_cut(speaks)
    wire.stop()
    wire.stop()


def test_a_disk_is_full_and_then_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = 3
    written: list[int] = []
    real = Path.open

    def small(path: Path, *arguments: object, **named: object) -> object:
        file = real(path, *arguments, **named)  # type: ignore[call-overload]

        class Small:
            def __enter__(self) -> "Small":
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def write(self, piece: bytes) -> None:
                if len(written) == room:
                    raise OSError(errno.ENOSPC, "No space left on device")
                written.append(len(piece))

        return Small()

    monkeypatch.setattr(Path, "open", small)
    found = fault.full_disk(tmp_path)
    assert found.during is not None
    with found.during():
        assert len(written) == room
        assert [path.name for path in tmp_path.iterdir()] == [fault.BALLAST]
    assert list(tmp_path.iterdir()) == []


def test_those_who_listen_at_one_address_are_counted() -> None:
    port = free_port()
    assert listeners(port) == 0
    sockets = []
    for count in (1, 2):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind((LOOPBACK, port))
        one.listen()
        sockets.append(one)
        assert listeners(port) == count
    for one in sockets:
        one.close()
