"""Loopback ports."""

import errno
import socket

LOOPBACK = "127.0.0.1"


_given: set[int] = set()


def free_port() -> int:
    """A loopback TCP port that nobody listens on now, and that this process was not given before.

    The kernel draws among some ten thousand: of the ports of a system, chosen long before they are all listened on, two
    would be the same once in a thousand starts. Another program could still take the port before it is used.
    """
    while True:
        with socket.socket() as listener:
            listener.bind((LOOPBACK, 0))
            port: int = listener.getsockname()[1]
        if port not in _given:
            keep_free(port)
            return port


def keep_free(port: int) -> None:
    """Never give this port: it has a use, though nobody may listen on it yet."""
    _given.add(port)


def is_taken(port: int) -> bool:
    """Whether another program listens on this loopback port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
        return False


def answers(port: int) -> bool:
    """Whether a connection to this loopback port is accepted."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1.0):
            return True
    except OSError:
        return False
