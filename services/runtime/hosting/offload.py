"""Long computations in C, out of the way of the event loop."""

import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def offload(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call `function` in a real thread where the process runs on eventlet, directly elsewhere.

    For functions that release the interpreter's lock (bcrypt, hashlib.pbkdf2_hmac): inline they would freeze every other
    request of the process for their whole length (research/nameko.md). They must not touch a database session.
    """
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is None or not patcher.is_monkey_patched("thread"):
        return function(*args, **kwargs)
    import eventlet.tpool

    result: R = eventlet.tpool.execute(function, *args, **kwargs)
    return result
