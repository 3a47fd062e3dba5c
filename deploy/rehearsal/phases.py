"""How long each phase of a rehearsal took, and what it says meanwhile."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Item = TypeVar("Item")


class Phases:
    """Names phases, shows their progress, keeps their wall time in seconds. In: the console to speak to."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure what happens inside under `name`."""
        self.console.print(f"[bold]{name}[/bold]…")
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - started, 2)

    def for_each(self, name: str, items: Iterable[Item], act: Any, workers: int) -> None:
        """Call `act(item)` for each item, `workers` at a time, with a bar. The first exception ends the phase."""
        waiting = list(items)
        with self.phase(name), self._bar() as bar, ThreadPoolExecutor(workers) as pool:
            task = bar.add_task(name, total=len(waiting))
            futures = [pool.submit(act, item) for item in waiting]
            try:
                for future in as_completed(futures):
                    future.result()
                    bar.advance(task)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _bar(self) -> Progress:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self.console, transient=True)
