"""Connections that can be cut and slowed down: a small TCP proxy between the processes and what they connect to.

Debian has no toxiproxy, and this needs nothing of it but these two: bytes are handed on, late or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable

from deploy.local.launcher.ports import LOOPBACK, free_port

CHUNK = 64 * 1024


class Wire:
    """Listens on a port of its own, and hands on to another. In: the ports at the far end, on the loopback interface; of
    several, connections go to each in turn, and past those that do not answer.
    """

    def __init__(self, *targets: int) -> None:
        self.port = free_port()
        self._targets = targets
        self._turn = 0
        self._delay, self._whole = 0.0, True
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._listens = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"wire-{self.port}", daemon=True)

    def start(self) -> None:
        """Begin to hand on."""
        self._thread.start()
        if not self._listens.wait(10):
            raise RuntimeError("the wire does not listen")

    def stop(self) -> None:
        """End it and all connections. Idempotent, also where it never began."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def cut(self) -> None:
        """Reset all connections, and every new one, until it is mended."""
        self._whole = False
        self._loop.call_soon_threadsafe(self._reset)

    def slow(self, seconds: float) -> None:
        """Hand on every piece so much later, in each direction, until it is mended."""
        self._delay = seconds

    def mend(self) -> None:
        """As if nothing had been."""
        self._delay, self._whole = 0.0, True

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, LOOPBACK, self.port))
        self._listens.set()
        self._loop.run_forever()
        server.close()
        self._reset()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _reset(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        far = await self._far_end()
        if far is None:
            writer.transport.abort()
            return
        far_reader, far_writer = far
        ends = {writer, far_writer}
        self._open |= ends
        directions: list[Awaitable[None]] = [self._hand_on(reader, far_writer), self._hand_on(far_reader, writer)]
        try:
            await asyncio.gather(*directions)
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    async def _far_end(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self._turn += 1
        for step in range(len(self._targets)):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(LOOPBACK, self._targets[(self._turn + step) % len(self._targets)])
        return None

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(CHUNK):
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(piece)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            if writer.can_write_eof():
                writer.write_eof()


class Wires:
    """One wire for each port that is connected to through it: « broker », « postgresql »."""

    def __init__(self) -> None:
        self._wires: dict[str, Wire] = {}

    def through(self, name: str) -> Callable[[int], int]:
        """A function from a port to that of the wire that leads there, made when it is first asked."""

        def port_of(target: int) -> int:
            if name not in self._wires:
                wire = self._wires[name] = Wire(target)
                wire.start()
            return self._wires[name].port

        return port_of

    def __getitem__(self, name: str) -> Wire:
        """The wire of a name; KeyError where nothing is connected through it."""
        return self._wires[name]

    def names(self) -> list[str]:
        """Of the wires there are."""
        return list(self._wires)

    def stop(self) -> None:
        """End all."""
        for wire in self._wires.values():
            wire.stop()
