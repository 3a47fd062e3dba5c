"""psycopg2 on eventlet: while PostgreSQL works, waits for a lock, or is frozen, the other requests of the process go on."""

from __future__ import annotations

from typing import Any

from services.runtime import deadline
from services.runtime.time_limits import TimeLimits

GRACE_SECONDS = 2.0
"""What the server gets beyond its own limit to say that it has given up; after that its connection is dropped."""


def install() -> None:
    """Have every psycopg2 connection of this process wait on eventlet's hub. Call once, after eventlet has patched."""
    import psycopg2.extensions

    psycopg2.extensions.set_wait_callback(_wait)


def _wait(connection: Any) -> None:
    import psycopg2
    from eventlet.hubs import trampoline
    from psycopg2.extensions import POLL_OK, POLL_READ

    class Silent(Exception):
        """The server has not answered."""

    waited = deadline.remaining()
    seconds = GRACE_SECONDS + (TimeLimits.background if waited is None else waited)
    while (state := connection.poll()) != POLL_OK:
        reading = state == POLL_READ
        try:
            trampoline(connection.fileno(), read=reading, write=not reading, timeout=seconds, timeout_exc=Silent)
        except Silent:
            raise psycopg2.OperationalError("the server does not answer") from None
