"""Connections of the portal: a request is read whole by one loop before it takes a thread, and must come in time.

waitress does the reading and the threads. What it lacks are ends to a request that comes drop by drop: it forgets a
connection only where nothing comes at all.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

HEAD_SECONDS = 15.0
"""How long the head of a request may take, from its first byte or the opening of the connection on."""
REQUEST_SECONDS = 120.0
"""How long all of it may take: a ballot is some 50 KiB, a piece of a roll some megabytes."""
LARGE_SECONDS = 1800.0
"""How long a file may take that is allowed to be larger than all else: 150 MB on a slow line."""
HURRIED_SECONDS = 3.0
"""The same for both while many connections are open: whoever is in no hurry then comes again."""
MANY = 0.5
"""Of the connections that a process may have, from which on time is short."""
IDLE_SECONDS = 15
"""How long a connection without a request, or one that takes nothing of its answer, stays open."""
MOST_BUFFERED = 128 * 1024 * 1024
"""Bytes of unfinished requests that a process keeps; beyond it those that began first are dropped."""
STALLED_SECONDS = 60
"""How long it stays open while its answer is still being made and nobody takes what there is of it."""
LOOK_SECONDS = 1
HEAD_BYTES = 16 * 1024
MEMORY_BYTES = 640 * 1024
"""A body that is larger waits in a file: none that a voter sends."""
MOST_BODY_BYTES = 8 * 1024 * 1024 + 64 * 1024
"""A little more than the application lets operators send: its own refusal says more."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Larger = Callable[[str, str, str], int | None]
"""Method, path and query of a request → how many bytes it may bring, where that is more than usual."""


class _WithoutPaths(logging.Filter):
    """Paths carry tokens; waitress writes them into lines about connections that break."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Leave out what follows « while serving »."""
        record.msg, record.args = str(record.msg).partition(" while serving ")[0], ()
        return True


_log = logging.getLogger("isoloir.connections")
_log.addFilter(_WithoutPaths())


class SizedParser(HTTPRequestParser):
    """A request, which may be larger than others where its head says so (gateway.serving.large_bodies)."""

    is_large = False
    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head; then the limit is known."""
        super().parse_header(header_plus)
        larger: Larger | None = getattr(self.adj, "larger", None)
        allowed = larger(self.command, self.path, self.query) if larger is not None else None
        if allowed is not None:
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = allowed
            self.is_large = True


class TimedChannel(HTTPChannel):
    """A connection that knows since when its present request is on its way."""

    logger = _log
    parser_class = SizedParser

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.begun_at = time.monotonic()
        super().__init__(*arguments, **named)

    def received(self, data: bytes) -> bool:
        """Take what has come; the first bytes of a request begin its time."""
        if self.request is None:
            self.begun_at = time.monotonic()
        return bool(super().received(data))

    def service(self) -> None:
        """Answer; what came of the next request meanwhile begins its time now, since nobody read it."""
        super().service()
        self.begun_at = time.monotonic()

    def buffered(self) -> int:
        """How many bytes of an unfinished request are kept; what may be large waits in a file, and is not counted."""
        request = self.request
        return (
            0
            if request is None or request.is_large
            else int(request.header_bytes_received + request.body_bytes_received)
        )

    def end(self) -> None:
        """End the connection; the loop hears of it as of any other end, and closes it then.

        Closed here, amid a round of the loop, its number would be given to whoever comes next, and what the loop
        still holds of the old one would end the new one.
        """
        with contextlib.suppress(OSError):  # the other side was faster
            self.socket.shutdown(socket.SHUT_RDWR)

    def is_late(self, now: float, *, hurried: bool) -> bool:
        """Whether the other side had its time: for a request that is not whole, or for taking its answer."""
        if self.total_outbufs_len:
            return bool(time.time() - self.last_activity > (STALLED_SECONDS if self.requests else IDLE_SECONDS))
        if self.requests:  # it is being answered
            return False
        request = self.request
        has_head = request is not None and request.headers_finished
        if has_head and request.is_large:
            return now - self.begun_at > LARGE_SECONDS or time.time() - self.last_activity > STALLED_SECONDS
        allowed = HURRIED_SECONDS if hurried else REQUEST_SECONDS if has_head else HEAD_SECONDS
        return now - self.begun_at > allowed


class TimedServer(TcpWSGIServer):
    """A listener that ends what is late, once in a second."""

    channel_class = TimedChannel

    def maintenance(self, _now: float) -> None:
        """End connections whose time is over, and those that began first where too much is kept."""
        now = time.monotonic()
        channels: list[TimedChannel] = list(self.active_channels.values())
        hurried = len(self._map) > self.adj.connection_limit * MANY
        for channel in [one for one in channels if one.is_late(now, hurried=hurried)]:
            channel.end()
        kept = sorted((one for one in channels if one.connected and one.buffered()), key=lambda one: one.begun_at)
        total = sum(one.buffered() for one in kept)
        for channel in kept:
            if total <= MOST_BUFFERED:
                return
            total -= channel.buffered()
            channel.end()

    def answering(self) -> bool:
        """Whether a request that has come is not answered wholly yet."""
        return any(one.requests or one.total_outbufs_len for one in self.active_channels.values())

    def close_listener(self) -> None:
        """Take no new connection; those that are open go on."""
        self.accepting = False
        self.del_channel()
        self.socket.close()


def threads(number: int) -> ThreadedTaskDispatcher:
    """Make the threads that answer what has come."""
    dispatcher = ThreadedTaskDispatcher()
    # It would warn of each request that waits a moment; lines (gateway.edge.lines) keep the wait short.
    dispatcher.queue_logger.setLevel(logging.ERROR)
    dispatcher.set_thread_count(number)
    return dispatcher


def listen(
    application: Wsgi,
    listener: socket.socket,
    channels: dict[int, Any],
    dispatcher: ThreadedTaskDispatcher,
    *,
    most: int,
    backlog: int = 1024,
    larger: Larger | None = None,
) -> TimedServer:
    """Have the application answer what comes to a listening socket, as long as somebody turns the loop of `channels`.

    Args:
        application: WSGI.
        listener: bound already.
        channels: what waitress's loop goes round: file descriptor → connection or listener.
        dispatcher: the threads, shared by all listeners of the process.
        most: how many connections the process may have.
        backlog: how many may wait to be taken.
        larger: which requests may bring more than others.
    """
    adjustments = Adjustments(
        sockets=[listener],
        connection_limit=most,
        cleanup_interval=LOOK_SECONDS,
        channel_timeout=IDLE_SECONDS,
        max_request_header_size=HEAD_BYTES,
        max_request_body_size=MOST_BODY_BYTES,
        inbuf_overflow=MEMORY_BYTES,
        # The application itself knows which proxies to believe (gateway.edge.front).
        clear_untrusted_proxy_headers=False,
        ident="",
        backlog=backlog,
    )
    adjustments.larger = larger
    return TimedServer(
        application,
        channels,
        True,
        listener,
        dispatcher=dispatcher,
        adj=adjustments,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        bind_socket=False,
    )
