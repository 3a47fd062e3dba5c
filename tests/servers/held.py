"""A job that stands still in the middle of its work, in a worker's process, while a test looks at everything else."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.servers.killed import before_call, begun, work_off


@contextmanager
def held(
    service: str, place: str, settings: Mapping[str, str] | None = None, rpc: Callable[[], Any] | None = None
) -> Iterator[None]:
    """Have a worker take the jobs that are due and stop at a place of the first; when the block ends it has finished them.

    Args:
        service: whose jobs.
        place: "module:function" before whose first call it stops, with its transaction open where it has one.
        settings: of the service, where the environment does not have them.
        rpc: makes what stands for the other services, if the work calls any.
    """
    arrives, arrived = os.pipe()
    waits, goes_on = os.pipe()

    def stand_still() -> None:
        os.write(arrived, b"x")
        os.read(waits, 1)

    worker = begun(lambda: work_off(service, settings or {}, rpc, lambda: before_call(place, 1, stand_still)))
    os.close(arrived)
    # Where the worker ends before it comes there, nothing can be read.
    came = os.read(arrives, 1)
    try:
        assert came == b"x", f"{place}: the worker did not come there"
        yield
    finally:
        os.write(goes_on, b"x")
        ended = os.waitpid(worker, 0)[1]
        for end in (arrives, waits, goes_on):
            os.close(end)
    assert ended == 0
