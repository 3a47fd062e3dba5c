"""The same work by several workers at once, as two processes of a service do it on one database."""

import threading
from collections.abc import Callable


def together(work: Callable[[], object], workers: int = 2) -> None:
    """Do the work in several threads at once; whatever one of them raises is the test's failure."""
    failures: list[Exception] = []

    def guarded() -> None:
        try:
            work()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert failures == []


def exhausted(step: Callable[[], object]) -> None:
    """Repeat a step until it says that there is nothing left."""
    while step():
        pass
