"""Loopback ports."""

import errno
import secrets
import socket
import sys
from pathlib import Path

LOOPBACK = "127.0.0.1"


FIRST, LAST = 15_000, 32_767
"""Where ports are drawn: below those that the kernel gives to outgoing connections, any of which could take a port that
was found free before its server listens on it."""

LISTENING = "0A"
"""As the kernel's table of connections has it."""

_kept: dict[int, socket.socket] = {}


def free_port() -> int:
    """A loopback TCP port that nobody listens on now, and that neither this nor another process was given before.

    A system chooses its ports long before it listens on all of them, and several systems may do so at the same time.
    """
    while True:
        port = FIRST + secrets.randbelow(LAST - FIRST + 1)
        if keep_free(port) and not is_taken(port):
            return port


def keep_free(port: int) -> bool:
    """Give this port to nobody else until this process ends. Returns whether it was still to be had.

    A socket with the port's name in Linux's abstract namespace is what other processes see; the kernel forgets it with
    the process, however that ends.
    """
    if port in _kept:
        return False
    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        mark.bind(f"\0isoloir-port-{port}")
    except OSError as error:
        mark.close()
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    _kept[port] = mark
    return True


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


def listeners(port: int) -> int:
    """How many sockets listen on this loopback port: processes may share one (SO_REUSEPORT)."""
    here = f"{int.from_bytes(socket.inet_aton(LOOPBACK), sys.byteorder):08X}:{port:04X}"
    try:
        lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:  # not Linux
        return int(answers(port))
    return sum(fields[1] == here and fields[3] == LISTENING for fields in map(str.split, lines))
