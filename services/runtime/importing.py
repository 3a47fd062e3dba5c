"""How modules are imported where a process starts."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_stays() -> Iterator[None]:
    """Import without looking for what nobody needs any more: what is imported stays.

    A process makes some hundred thousand objects as it starts, all of which it keeps. The collector would go through them
    again and again meanwhile, an eighth of the time of a start, and at each full collection ever after.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
