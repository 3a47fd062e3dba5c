"""How many votes a second pass the whole system, beside what proof checking alone would allow on one core."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console

from deploy.local.launcher.system import Bus, System
from deploy.rehearsal import electorate
from deploy.rehearsal.phases import Phases
from deploy.rehearsal.whole_election import Rehearsal
from services.ballot.belenios.ballot import check_ballot
from services.ballot.belenios.election import Election

VOTERS = 60
AT_ONCE = 8
QUICK = {"ISOLOIR_IDENTITY_BCRYPT_COST": "4"}
"""Passwords are checked before the clock starts; their cost is not what is measured."""


def run(bus: Bus) -> dict[str, Any]:
    """Cast prepared ballots through the gateway as fast as they are taken. Out: votes a second, and the ratio.

    The ratio divides the votes a second of the system by the ballots a second that one core can check: 1 would mean that
    gateway, bus, databases and receipts cost nothing.
    """
    with tempfile.TemporaryDirectory(prefix="isoloir-bench-") as folder:
        system = System(Path(folder) / "state", bus=bus, settings=QUICK)
        try:
            system.start()
            return _measure(Rehearsal(system, VOTERS, Path(folder) / "out", Phases(Console(quiet=True))))
        finally:
            system.stop()


def _measure(rehearsal: Rehearsal) -> dict[str, Any]:
    rehearsal.prepare()
    rehearsal.seal()
    codes = rehearsal.collect_codes()
    rehearsal.activate()
    entry = rehearsal.online[0]
    waiting = []
    for elector in rehearsal.electors:
        if entry["code"] in elector.choices:
            voter = rehearsal.voter()
            voter.log_in(elector.identifier, elector.password)
            choice = electorate.plaintext(elector.choices[entry["code"]], rehearsal.lists[entry["code"]])
            waiting.append((voter, voter.prepare(entry["uuid"], codes[elector.identifier], choice)))

    election = Election.parse(rehearsal.operator.describe_election(entry["uuid"])["election"])
    begin = time.perf_counter()
    for _voter, prepared in waiting:
        check_ballot(election, prepared.ballot)
    checks_a_second = len(waiting) / (time.perf_counter() - begin)

    def cast(pair: Any) -> float:
        voter, prepared = pair
        start = time.perf_counter()
        voter.cast(prepared)
        return time.perf_counter() - start

    begin = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        latencies = sorted(pool.map(cast, waiting))
    votes_a_second = len(waiting) / (time.perf_counter() - begin)
    return {
        "votes": len(waiting),
        "voters_at_once": AT_ONCE,
        "votes_a_second": round(votes_a_second, 1),
        "checks_a_second_one_core": round(checks_a_second, 1),
        "ratio_votes_to_checks": round(votes_a_second / checks_a_second, 3),
        "latency_ms": {
            "median": round(latencies[len(latencies) // 2] * 1000, 1),
            "longest": round(latencies[-1] * 1000, 1),
        },
    }
