"""How fast the protocol is, beside belenios-tool on the same ballots in the same minute.

    .venv/bin/python -m tests.bench.crypto [results directory]

The figures that mean something on another machine are the ratios (ours divided by the tool's: under 1, we are faster).
What starting a process of the tool costs is measured and taken off where the tool is called once a ballot, which is how
its ``make`` and ``check`` have to be used; what it needs in bulk, once warm, shows in ``verify_archive``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from services.ballot.belenios import ballot, tally
from services.ballot.belenios.backends import checks_of
from services.ballot.belenios.backends.libsodium import LibsodiumChecks
from services.ballot.belenios.ballot import check_ballot
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.keys.credential import new_credential, private_from_credential, public_credential
from tests.vectors.samples import TEN, Sample, bits, sample

ROOT = Path(__file__).resolve().parents[2]
BALLOTS = 10_000
FEWER = 1_000
"""Ballots that libsodium alone checks, and of the smaller of two archives whose verifications are compared."""
TIMES = 10
"""How many times all ballots are tallied at once, to see whether that takes as many times as long."""
ONE_BY_ONE = 10
PATIENCE = 1800
"""Seconds for one command."""


def tool_path() -> Path | None:
    """belenios-tool, if it is there."""
    named = os.environ.get("ISOLOIR_BELENIOS_TOOL")
    for path in (Path(named) if named else None, ROOT / "build" / "belenios" / "belenios-tool"):
        if path is not None and os.access(path, os.X_OK):
            return path
    return None


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of wall time, and what came out."""
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


@contextmanager
def libsodium_alone() -> Iterator[None]:
    """Ballots are checked as on a machine without the native module."""
    chosen = ballot.checks_of
    ballot.checks_of = cache(LibsodiumChecks)
    try:
        yield
    finally:
        ballot.checks_of = chosen


def ours(s: Sample, folder: Path) -> tuple[dict[str, float], list[str]]:
    """Milliseconds a ballot, of our own code; leaves the archive in ``folder``."""
    n = s.voters
    make, ballots = timed(lambda: [s.ballot(voter, bits(TEN, voter % 10)) for voter in range(n)])
    check, _ = timed(lambda: [check_ballot(s.election, raw) for raw in ballots])
    with libsodium_alone():
        sodium, _ = timed(lambda: [check_ballot(s.election, raw) for raw in ballots[:FEWER]])
    add, _ = timed(lambda: tally.encrypted_tally(s.election, ballots))
    many, _ = timed(lambda: tally.encrypted_tally(s.election, chain.from_iterable(repeat(ballots, TIMES))))
    archive = folder / f"{s.election.uuid}.bel"
    archive.write_bytes(s.finished(ballots))
    whole, report = timed(lambda: verify_archive(archive, processes=1))
    cores, _ = timed(lambda: verify_archive(archive))
    if not report.finished:
        raise AssertionError(report.fault)
    times = {
        "make": make,
        "check": check,
        "check_libsodium": sodium * n / len(ballots[:FEWER]),
        "tally": add,
        "tally_of_many": many / TIMES,
        "verify_archive": whole,
        "verify_archive_all_cores": cores,
    }
    return {name: seconds / n * 1000 for name, seconds in times.items()}, ballots


LARGEST = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""
"""What runs a command, and says how many KiB its largest process had: ours are no longer counted then."""


def memory(archive: Path) -> float:
    """MiB that the largest process of `isoloir verify` has at most."""
    verify = [str(Path(sys.executable).with_name("isoloir")), "verify", str(archive), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", LARGEST, *verify], check=True, capture_output=True, text=True, timeout=PATIENCE
    )
    return round(int(done.stdout) / 1024, 1)


def theirs(s: Sample, path: Path, folder: Path, ballots: list[str]) -> dict[str, float]:
    """Milliseconds a ballot, of belenios-tool."""

    def run(*arguments: str) -> float:
        def call() -> None:
            subprocess.run([path, *arguments], cwd=folder, check=True, capture_output=True, timeout=PATIENCE)

        return timed(call)[0]

    start = statistics.median(run("--version") for _ in range(5))
    credential = new_credential()
    (folder / "credential").write_text(credential)
    (folder / "choice.json").write_text(json.dumps([bits(TEN, 1)]))
    (folder / "ballot.json").write_text(ballots[0])
    # One command a ballot reads the whole archive too; these two run beside a small one.
    small = folder / "small"
    small.mkdir()
    public = public_credential(private_from_credential(s.election.uuid, credential))
    for name, text in (("election.json", s.election.raw), ("trustees.json", s.trustees.raw)):
        (small / name).write_text(text)
    (small / "public_creds.json").write_text(json.dumps([public, public_credential(1000)]))
    run("archive", "init", *(f"--{n}=small/{f}" for n, f in SETUP), "--dir", "small")
    generate = ("election", "generate-ballot", "--dir", "small", "--privcred", "credential", "--choice", "choice.json")
    verify = ("election", "verify-ballot", "--dir", "small", "--ballot", "ballot.json")
    make = statistics.median(run(*generate) for _ in range(ONE_BY_ONE)) - start
    check = statistics.median(run(*verify) for _ in range(ONE_BY_ONE)) - start
    whole, add = run("election", "verify"), run("election", "compute-encrypted-tally")
    sound = whole + s.voters * check
    n = s.voters
    return {
        "process_start": start * 1000,
        "make": make * 1000,
        "check": check * 1000,
        "tally": add / n * 1000,
        "verify_archive": whole / n * 1000,
        # `election verify` alone does not refuse invalid ballots: verify-ballot on each is needed too.
        "verify_archive_soundly": sound / n * 1000,
    }


def _archive(voters: int, ballots: list[str], folder: Path) -> Path:
    """A finished archive of the first of them, beside the whole one."""
    s = sample(TEN, voters=voters)
    if voters == len(ballots):
        return folder / f"{s.election.uuid}.bel"
    path = folder / "fewer" / f"{voters}.bel"  # the tool wants one archive where it works
    path.parent.mkdir()
    path.write_bytes(s.finished(ballots[:voters]))
    return path


SETUP = (("election", "election.json"), ("trustees", "trustees.json"), ("public-creds", "public_creds.json"))


def run(results_dir: str | os.PathLike[str]) -> dict[str, Any]:
    """Measure, write ``crypto.json`` into ``results_dir`` and return the same figures."""
    s = sample(TEN, voters=BALLOTS)
    path = tool_path()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        mine, ballots = ours(s, folder)
        figures: dict[str, Any] = {"ballots": BALLOTS, "cores": os.cpu_count(), "ours_ms_per_ballot": mine}
        figures["growth"] = {
            "ballots_tallied": BALLOTS * TIMES,
            "tally_a_ballot": round(mine["tally_of_many"] / mine["tally"], 3),
            "verify_mib": {str(n): memory(_archive(n, ballots, folder)) for n in (FEWER, BALLOTS)},
        }
        if path is not None:
            tool = theirs(s, path, folder, ballots)
            figures["tool_ms_per_ballot"] = tool
            # The tool checks ballots in bulk when it verifies an archive: that is what one ballot costs it.
            bulk = tool["verify_archive"]
            figures["one_ballot_to_the_tool_in_bulk"] = {
                checks_of(s.election.group).name: round(mine["check"] / bulk, 3),
                "libsodium": round(mine["check_libsodium"] / bulk, 3),
            }
            figures["ratios"] = {name: round(mine[name] / tool[name], 3) for name in mine if name in tool} | {
                "verify_archive_soundly": round(mine["verify_archive"] / tool["verify_archive_soundly"], 3),
                "verify_archive_soundly_all_cores": round(
                    mine["verify_archive_all_cores"] / tool["verify_archive_soundly"], 3
                ),
            }
    target = Path(results_dir)
    target.mkdir(parents=True, exist_ok=True)
    (target / "crypto.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1] if len(sys.argv) > 1 else ROOT / "out" / "bench"), indent=1))
