"""Locust as a process: what it is told, and how it is ended if it does not end by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from deploy.load.profiles.profile import Profile
from deploy.load.scenario import ledger
from deploy.local.launcher.process import Command, end, spawn

SCENARIO = Path(__file__).parents[1] / "scenario" / "locustfile.py"
REPOSITORY = Path(__file__).resolve().parents[3]
LOG, PAGE = "locust.log", "locust.html"
STARTING_SECONDS = 60.0


class LocustMissing(RuntimeError):
    """Locust is not installed; the message says how to install it."""

    def __init__(self) -> None:
        super().__init__("Locust n'est pas installé : make load l'installe, ou pip install -r requirements/load.txt")


class LocustFailed(RuntimeError):
    """Locust ended with an error, or had to be ended; the message has the end of its log."""


class AlreadyRun(RuntimeError):
    """The voters of this folder have come already; the message says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Les électeurs de {folder} sont déjà venus : préparez un autre dossier.")


def run(folder: Path, profile: Profile, processes: int = 1, started: Callable[[int], None] = lambda pid: None) -> None:
    """Have all voters of a folder come; returns when they have left, or their time is over.

    Args:
        folder: What `isoloir load prepare` has made; the ledger, the log and Locust's page go there.
        profile: How they come; one of the kit's own.
        processes: Of Locust, on this machine.
        started: Called with its pid.

    Raises:
        AlreadyRun: they have come already.
        LocustMissing: it is not installed.
        LocustFailed: it failed.
    """
    if find_spec("locust") is None:
        raise LocustMissing
    if (folder / ledger.FOLDER).exists():
        raise AlreadyRun(folder)
    told = folder / f"{profile.name}.json"
    told.write_text(profile.model_dump_json(indent=1) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "locust", "-f", str(SCENARIO), "--headless", "--only-summary"]
    command += ["--stop-timeout", "30", "--exit-code-on-error", "0", "--loglevel", "WARNING"]
    command += ["--html", str(folder / PAGE), *(["--processes", str(processes)] if processes > 1 else [])]
    environment = os.environ | {
        "ISOLOIR_LOAD_FOLDER": str(folder.resolve()),
        "ISOLOIR_LOAD_PROFILE": str(told.resolve()),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONWARNINGS": "ignore",
    }
    longest = STARTING_SECONDS + profile.seconds + profile.finish_seconds + 30
    locust = Command("locust", command, environment, folder / LOG, REPOSITORY)
    process = spawn(locust)
    started(process.pid)
    try:
        status = process.wait(timeout=longest)
    except subprocess.TimeoutExpired:
        raise LocustFailed(f"Locust ne s'est pas arrêté de lui-même.\n{_tail(folder)}") from None
    finally:
        end(process, locust)
    if status != 0:
        raise LocustFailed(f"Locust s'est arrêté avec le code {status}.\n{_tail(folder)}")


def _tail(folder: Path) -> str:
    return (folder / LOG).read_text(encoding="utf-8", errors="replace")[-1500:]
