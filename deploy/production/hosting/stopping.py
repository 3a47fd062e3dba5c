"""Being told to stop: by SIGTERM, as supervisors do, or by Ctrl-C."""

import signal
import threading
from typing import Any


def told_to_stop() -> threading.Event:
    """Listen for both signals from now on. Out: set once one has come."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: Any) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping
