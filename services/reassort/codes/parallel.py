"""Several bearers at once: PBKDF2 releases the interpreter's lock, so a page may use all processors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import eventlet
import eventlet.patcher

from services.reassort.codes.generation import BearerToServe, Serve, ServedBearer
from services.runtime.hosting.offload import offload

AT_ONCE = 4


def several_at_once(serve: Serve, bearers: Sequence[BearerToServe]) -> Iterator[ServedBearer]:
    """Serve the bearers, in order, ``AT_ONCE`` of them at a time."""
    if eventlet.patcher.is_monkey_patched("thread"):
        yield from eventlet.GreenPool(AT_ONCE).imap(lambda bearer: offload(serve, bearer), bearers)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(serve, bearers)
