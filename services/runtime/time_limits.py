"""How long a service waits for its database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TimeLimits:
    """Seconds. The defaults fit the question of a page (services.runtime.bus.rpc.DEFAULT_TIMEOUT): the database gives up
    first, then the service can still say so, then the caller stops waiting.

    `lock`: for a lock that another transaction holds. `statement`: for one statement. `idle`: for a transaction that does
    nothing. `connect`: for a connection, from the server or from the pool. `background`: for a statement that nobody waits
    for; a caller that waits longer than `statement` gives its statements and locks what is left of its own time.
    """

    connect: float = 1.5
    lock: float = 2.0
    statement: float = 4.0
    idle: float = 60.0
    background: float = 900.0
