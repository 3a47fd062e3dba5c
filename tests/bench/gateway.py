"""How many votes a second pass the whole system, beside what proof checking alone would allow on one core, and which process
takes what of a vote; and how long a vote and a page of a session take while many log in, beside a quiet portal
(docs/adr/0017)."""

import math
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bcrypt
from rich.console import Console

from deploy.load.running.cpu import POSTGRESQL, CpuWatch, Pids
from deploy.local.launcher.system import Bus, Databases, System
from deploy.local.postgresql import LocalCluster
from deploy.rehearsal import electorate
from deploy.rehearsal.phases import Phases
from deploy.rehearsal.whole_election import Rehearsal
from services.ballot.belenios.ballot import check_ballot
from services.ballot.belenios.election import Election
from services.identity.settings import Settings
from tests.bench import home
from tests.bench.crowd import crowd

VOTERS = {"broker": 1400, "in-process": 120}
"""Of whom somewhat more than three quarters vote in the election that is measured."""
REPLICAS = {"broker": 2, "in-process": 1}
"""Processes of each service, and portals."""
AT_ONCE = 8
AT_REST = 10.0
"""Seconds for which the processes are looked at while nobody comes."""
PATIENCE = 60.0
"""Seconds that a voter tries again for, where the portal says that it is busy: they count as time that a vote takes."""
MEASURED_ONE_BY_ONE = 120
"""Votes of the second election, half of them on a quiet portal, half beside log-ins."""
PAGES = 3
"""Pages of a session that are read after each vote."""
CLIENT = "the bench itself"
BUDGET = 5.0
"""The p99 while many log in over the quiet one."""
QUICK = {
    "ISOLOIR_GATEWAY_RATELIMIT_ENABLED": "false",
    "ISOLOIR_GATEWAY_CHALLENGE_MAX_NUMBER": "200",
    "ISOLOIR_GATEWAY_WAITING_AUTOMATIC": "false",
}
"""All come from one address, what they compute for a log-in is not the portal's work, and the crowd waits nowhere."""


def run(bus: Bus, voters: int | None = None) -> dict[str, Any]:
    """Cast prepared ballots through the gateway as fast as they are taken. Out: votes a second, and the ratio.

    The ratio divides the votes a second of the system by the ballots a second that one core can check: 1 would mean that
    gateway, bus, databases and receipts cost nothing. `cpu_ms_a_vote`: what each kind of process takes for a vote beyond
    what it takes when nobody comes, the client's share apart. Then `beside_log_ins`: those of the second election one by
    one.

    Args:
        bus: On the broker with PostgreSQL, or all in one process with SQLite.
        voters: How many; VOTERS where it is not said.
    """
    with tempfile.TemporaryDirectory(prefix="isoloir-bench-") as folder:
        # Each as it is meant to be used: a broker with database servers, one process with files.
        databases: Databases = "postgresql" if bus == "broker" else "sqlite"
        cluster = LocalCluster() if databases == "postgresql" else None
        system = System(
            Path(folder) / "state", bus=bus, databases=databases, pg=cluster, settings=QUICK, replicas=REPLICAS[bus]
        )
        try:
            if cluster is not None:
                cluster.start()
            system.start()
            many = voters or VOTERS[bus]
            rehearsal = Rehearsal(system, many, Path(folder) / "out", Phases(Console(quiet=True)), PATIENCE)
            return _measure(rehearsal, system, cluster)
        finally:
            system.stop()
            if cluster is not None:
                cluster.close()


def _measure(rehearsal: Rehearsal, system: System, cluster: LocalCluster | None) -> dict[str, Any]:
    rehearsal.prepare()
    rehearsal.seal()
    codes = rehearsal.collect_codes()
    rehearsal.activate()
    entry = rehearsal.online[0]
    waiting = _waiting(rehearsal, entry, codes)

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

    def pids() -> dict[str, int]:
        found = {**system.pids, CLIENT: os.getpid()}
        return found if cluster is None or cluster.pid is None else {**found, POSTGRESQL: cluster.pid}

    with _watched(pids) as at_rest:
        time.sleep(AT_REST)
    with _watched(pids) as used:
        begin = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            latencies = sorted(pool.map(cast, waiting))
        lasted = time.perf_counter() - begin
    votes_a_second = len(waiting) / lasted
    beyond = {kind: max(0.0, spent - at_rest.get(kind, 0.0) * lasted / AT_REST) for kind, spent in used.items()}
    each = {kind: round(1000 * spent / len(waiting), 2) for kind, spent in beyond.items()}
    proofs = 1000 / checks_a_second
    return {
        "votes": len(waiting),
        "voters_at_once": AT_ONCE,
        "votes_a_second": round(votes_a_second, 1),
        "checks_a_second_one_core": round(checks_a_second, 1),
        "ratio_votes_to_checks": round(votes_a_second / checks_a_second, 3),
        "processes_a_service": REPLICAS[system.bus],
        "cpu_ms_a_vote": dict(sorted(each.items(), key=lambda one: -one[1])),
        "cpu_ms_a_vote_of_proofs": round(proofs, 2),
        "cpu_ms_a_vote_besides_proofs": round(sum(ms for kind, ms in each.items() if kind != CLIENT) - proofs, 2),
        "latency_ms": {
            "median": round(latencies[len(latencies) // 2] * 1000, 1),
            "longest": round(latencies[-1] * 1000, 1),
        },
        "home": home.run(system, [voter for voter, _ballot in waiting]) if system.bus == "broker" else None,
        "beside_log_ins": _beside_log_ins(rehearsal, codes),
    }


@contextmanager
def _watched(pids: Pids) -> Iterator[dict[str, float]]:
    """Kind of process → seconds of processor that it takes until the end of the block; known then."""
    watch, used = CpuWatch(pids), {}
    watch.start()
    try:
        yield used
    finally:
        used.update(watch.stop())


def _waiting(rehearsal: Rehearsal, entry: Any, codes: dict[str, str]) -> list[Any]:
    """The voters of an election, signed in, each with a ballot."""

    def ready(elector: electorate.Elector) -> Any:
        voter = rehearsal.voter()
        voter.log_in(elector.identifier, elector.password)
        choice = electorate.plaintext(elector.choices[entry["code"]], rehearsal.lists[entry["code"]])
        return voter, voter.prepare(entry["uuid"], codes[elector.identifier], choice)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ready, [one for one in rehearsal.electors if entry["code"] in one.choices]))


def _beside_log_ins(rehearsal: Rehearsal, codes: dict[str, str]) -> dict[str, Any]:
    """One votes and reads pages after the other: on a quiet portal, then while a crowd logs in."""
    waiting = _waiting(rehearsal, rehearsal.online[1], codes)[:MEASURED_ONE_BY_ONE]
    half = len(waiting) // 2
    accounts = [(one.identifier, one.password) for one in rehearsal.electors if not one.choices]
    quiet = _in_turn(waiting[:half])
    with crowd(rehearsal.system.base_url, accounts) as log_ins:
        crowded = _in_turn(waiting[half:])
    ratios = {what: round(_p99(crowded[what]) / _p99(quiet[what]), 2) for what in quiet}
    return {
        "votes": len(waiting),
        "pages": len(waiting) * PAGES,
        "p99_ms_quiet": {what: round(1000 * _p99(times), 1) for what, times in quiet.items()},
        "p99_ms_crowded": {what: round(1000 * _p99(times), 1) for what, times in crowded.items()},
        "median_ratio": {what: round(_at(crowded[what], 0.5) / _at(quiet[what], 0.5), 2) for what in quiet},
        "p99_ratio": ratios,
        "enough": all(ratio < BUDGET for ratio in ratios.values()),
        "log_ins_a_second": round(log_ins.log_ins / log_ins.seconds, 2),
        "hashes_a_second_one_core": round(1 / _seconds_of_a_hash(), 2),
    }


def _in_turn(waiting: list[Any]) -> dict[str, list[float]]:
    """Seconds of each vote and of each page."""
    times: dict[str, list[float]] = {"casting": [], "pages": []}
    for voter, prepared in waiting:
        start = time.perf_counter()
        voter.cast(prepared)
        times["casting"].append(time.perf_counter() - start)
        for _ in range(PAGES):
            start = time.perf_counter()
            voter.http.get(f"{voter.base_url}/accueil", timeout=60).raise_for_status()
            times["pages"].append(time.perf_counter() - start)
    return times


def _p99(times: list[float]) -> float:
    return _at(times, 0.99)


def _at(times: list[float], share: float) -> float:
    return sorted(times)[math.ceil(share * len(times)) - 1]


def _seconds_of_a_hash() -> float:
    salt = bcrypt.gensalt(int(Settings.model_fields["bcrypt_cost"].default))
    start = time.perf_counter()
    for _ in range(3):
        bcrypt.hashpw(b"a password", salt)
    return (time.perf_counter() - start) / 3
