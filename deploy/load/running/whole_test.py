"""A load test as a whole: the voters come, then everything is counted, and written down three times over."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from deploy.load.preparation.credentials import LoadEvent
from deploy.load.profiles.profile import Profile
from deploy.load.report import page, text
from deploy.load.report.figures import Figures, figures, with_machine
from deploy.load.running import locust, looking, machine
from deploy.load.running.misfortune import Misfortune
from deploy.load.scenario import ledger
from deploy.operator.client import OperatorClient

AT_REST_SECONDS = 8.0
FIGURES, PAGE = "load.json", "load.html"

Pids = Callable[[], Mapping[str, int]]


def come_and_count(
    folder: Path,
    event: LoadEvent,
    profile: Profile,
    operator: OperatorClient,
    *,
    processes: int = 1,
    pids: Pids | None = None,
    about: Mapping[str, Any] | None = None,
    at_rest: float = AT_REST_SECONDS,
    misfortune: Misfortune | None = None,
) -> Figures:
    """Have the voters of a folder come, then count.

    Args:
        folder: What `isoloir load prepare` has made; everything is written there.
        event: What is voted on.
        profile: How voters come.
        operator: A client with the right to watch.
        processes: Of Locust.
        pids: Which process of the system has which pid; None where it runs elsewhere.
        about: What else belongs into the figures.
        at_rest: How long the processes are looked at before anybody comes, seconds.
        misfortune: Strikes while voters come; None in quiet.

    Returns:
        The figures, as load.json has them.

    Raises:
        What deploy.load.running.locust raises, NotBack, OperatorRefusal, VoterRefused.
    """
    players: dict[str, int] = {}
    idle = _watch(pids, players)
    time.sleep(at_rest if pids else 0.0)
    used_at_rest = idle()
    busy = _watch(pids, players)
    if misfortune is not None:
        misfortune.start()
    try:
        locust.run(folder, profile, processes, lambda pid: players.update(locust=pid))
    finally:
        used = busy()
    more = {"profile": profile.name, "meaning": profile.meaning, "machine": machine.described(), **(about or {})}
    if misfortune is not None:
        more["deaths"] = misfortune.stop()
    found = figures(ledger.read(folder), looking.books(operator, event))
    return with_machine(found, used, used_at_rest, at_rest, more)


def write(folder: Path, found: Figures, console: Console) -> None:
    """Print the figures, and leave load.json and load.html in the folder."""
    (folder / FIGURES).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page.page(found), encoding="utf-8")
    text.show(console, found)
    console.print(f"Figures : {folder / FIGURES} ; page : {folder / PAGE}", markup=False)


def _watch(pids: Pids | None, players: Mapping[str, int]) -> Callable[[], dict[str, float]]:
    """Watch from now on; what ends it, and tells what was used."""
    if pids is None:
        return dict
    from deploy.load.running.cpu import CpuWatch  # psutil comes with Locust, on no server

    watch = CpuWatch(lambda: {**pids(), **players})
    watch.start()
    return watch.stop
