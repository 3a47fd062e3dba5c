"""The home page of a voter beside an empty page of Flask that makes one RPC, with the same processes, threads and services.

wrk asks for the one and the other by turns, with the cookies of voters who are signed in.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from deploy.local.launcher.ports import LOOPBACK, free_port
from deploy.local.launcher.process import wait_until
from deploy.local.launcher.system import System
from deploy.rehearsal.voter import Voter
from gateway.settings import Settings

TURNS, SECONDS, CONNECTIONS = 3, 5, 8
SCRIPT = """
local cookies, next_one = {{ {cookies} }}, 0
request = function()
  next_one = next_one % #cookies + 1
  return wrk.format("GET", nil, {{ ["Cookie"] = cookies[next_one] }})
end
"""


@contextmanager
def empty_pages(system: System) -> Iterator[str]:
    """The other page, served as the portal is; its address."""
    as_usual, port = Settings.model_construct(), free_port()
    command = [
        sys.executable, "-m", "gunicorn", "-k", "gateway.serving.worker.WholeRequests",
        "--workers", str(as_usual.processes), "--threads", str(as_usual.threads), "--no-control-socket",
        "-b", f"{LOOPBACK}:{port}", "tests.bench.empty_page:app",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=system.environment("gateway"), stderr=subprocess.DEVNULL)
    try:
        address = f"http://{LOOPBACK}:{port}/"
        wait_until(lambda: _answers(address), 60, "the empty page", alive=lambda: process.poll() is None)
        yield address
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code > 0
    except requests.RequestException:
        return False


def a_second(address: str, script: Path) -> float:
    """Requests a second that are answered well."""
    wrk = shutil.which("wrk")
    assert wrk
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "20s", "-s", str(script), address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    assert found, said
    return float(found.group(1))


def run(system: System, voters: Sequence[Voter]) -> dict[str, Any] | None:
    """Requests a second of both, medians of some turns, and their ratio; None where wrk is missing.

    Args:
        system: That runs, with a broker.
        voters: Who are signed in.
    """
    if shutil.which("wrk") is None:
        return None
    cookies = ", ".join(f'"isoloir={voter.http.cookies["isoloir"]}"' for voter in voters)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder, empty_pages(system) as empty:
        script = Path(folder) / "cookies.lua"
        script.write_text(SCRIPT.format(cookies=cookies), encoding="utf-8")
        addresses = {"home": f"{system.base_url}/accueil", "empty": empty}
        times: dict[str, list[float]] = {what: [] for what in addresses}
        for _ in range(TURNS):
            for what, address in addresses.items():
                times[what].append(a_second(address, script))
    home, plain = (statistics.median(times[what]) for what in ("home", "empty"))
    return {"home_a_second": round(home, 1), "empty_a_second": round(plain, 1), "ratio": round(home / plain, 3)}
