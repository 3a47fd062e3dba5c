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
from urllib.parse import urlsplit

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
SIGNED_SECONDS = 300.0
"""By when every voter must have been written to, once the urn is closed."""
PAGES = 3
"""Pages of a session that are read after each vote."""
CLIENT = "the bench itself"
BUDGET = 5.0
"""The p99 while many log in over the quiet one."""
LOG_IN = 32
"""Accounts of those who log in without a pause: their passwords are hashed as dearly as an election's."""
QUICK = {
    "ISOLOIR_GATEWAY_RATELIMIT_ENABLED": "false",
    "ISOLOIR_GATEWAY_CHALLENGE_MAX_NUMBER": "200",
    "ISOLOIR_GATEWAY_WAITING_AUTOMATIC": "false",
    "ISOLOIR_BALLOT_ATTENDANCE_MINUTES": "1440",
}
"""All come from one address, what they compute for a log-in is not the portal's work, the crowd waits nowhere, and the poll
book is told of votes when the urn is closed: in an election it is told each hour, and not while a voter waits."""
CHEAP = {"ISOLOIR_IDENTITY_BCRYPT_COST": "4"}
"""Only while accounts are prepared whose passwords nobody measures: else they would take most of the bench."""


def run(bus: Bus, voters: int | None = None) -> dict[str, Any]:
    """Cast prepared ballots through the gateway as fast as they are taken. Out: votes a second, and the ratio.

    The ratio divides the votes a second of the system by the ballots a second that one core can check: 1 would mean that
    gateway, bus, databases and receipts cost nothing. `cpu_ms_a_vote`: what each kind of process takes for a vote beyond
    what it takes when nobody comes, the client's share apart. Then `beside_log_ins`: those of the second election one by
    one. `poll_book`: what it takes afterwards to sign the poll book for each of them and to write to him.

    Args:
        bus: On the broker with PostgreSQL, or all in one process with SQLite.
        voters: How many; VOTERS where it is not said.
    """
    with tempfile.TemporaryDirectory(prefix="isoloir-bench-") as folder:
        # Each as it is meant to be used: a broker with database servers, one process with files.
        cluster = LocalCluster() if bus == "broker" else None
        try:
            if cluster is not None:
                cluster.start()
            rehearsal, codes, port = _prepared(Path(folder), bus, cluster, voters or VOTERS[bus])
            with _running(Path(folder), bus, cluster, QUICK, port) as system:
                return _measure(rehearsal, system, cluster, codes)
        finally:
            if cluster is not None:
                cluster.close()


@contextmanager
def _running(
    folder: Path, bus: Bus, cluster: LocalCluster | None, settings: dict[str, str], port: int = 0
) -> Iterator[System]:
    databases: Databases = "postgresql" if cluster is not None else "sqlite"
    system = System(
        folder / "state", port, bus=bus, databases=databases, pg=cluster, settings=settings, replicas=REPLICAS[bus]
    )
    system.start()
    try:
        yield system
    finally:
        system.stop()


def _prepared(
    folder: Path, bus: Bus, cluster: LocalCluster | None, voters: int
) -> tuple[Rehearsal, dict[str, str], int]:
    """A sealed election whose voters have accounts, and their codes; the system is started anew on the same port."""
    with _running(folder, bus, cluster, QUICK | CHEAP) as system:
        rehearsal = Rehearsal(system, voters, folder / "out", Phases(Console(quiet=True)), PATIENCE)
        rehearsal.prepare()
        rehearsal.seal()
        codes = rehearsal.collect_codes()
        rehearsal.activate(one for one in rehearsal.electors if one.choices)
        return rehearsal, codes, urlsplit(system.base_url).port or 0


def _measure(
    rehearsal: Rehearsal, system: System, cluster: LocalCluster | None, codes: dict[str, str]
) -> dict[str, Any]:
    rehearsal.activate(_crowd_of(rehearsal))
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
    each = _each(used, at_rest, lasted, len(waiting))
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
        "beside_log_ins": _beside_log_ins(rehearsal, system, codes),
        "poll_book": _signing(rehearsal, entry["uuid"], len(waiting), pids, at_rest),
    }


def _each(used: dict[str, float], at_rest: dict[str, float], lasted: float, votes: int) -> dict[str, float]:
    """Kind of process → milliseconds of processor a vote, beyond what it takes when nobody comes."""
    beyond = {kind: max(0.0, spent - at_rest.get(kind, 0.0) * lasted / AT_REST) for kind, spent in used.items()}
    return {kind: round(1000 * spent / votes, 2) for kind, spent in beyond.items()}


def _signing(rehearsal: Rehearsal, election: str, votes: int, pids: Pids, at_rest: dict[str, float]) -> dict[str, Any]:
    """Close the urn: the poll book is signed, and each voter written to. What that takes a vote."""
    mails = rehearsal.system.demo_dir / "mail"
    before = len(list(mails.glob("*.eml")))
    with _watched(pids) as used:
        begin = time.perf_counter()
        rehearsal.operator.close_election(election, "Fin de la mesure")
        while (written := len(list(mails.glob("*.eml"))) - before) < votes:
            if time.perf_counter() - begin > SIGNED_SECONDS:
                raise TimeoutError(f"{written} of {votes} voters were written to")
            time.sleep(1.0)
        lasted = time.perf_counter() - begin
    each = _each(used, at_rest, lasted, votes)
    return {
        "a_second": round(votes / lasted, 1),
        "cpu_ms_a_vote": dict(sorted(each.items(), key=lambda one: -one[1])),
        "cpu_ms_a_vote_in_all": round(sum(ms for kind, ms in each.items() if kind != CLIENT), 2),
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


def _crowd_of(rehearsal: Rehearsal) -> list[electorate.Elector]:
    """Those who log in without a pause: they vote nowhere."""
    return [one for one in rehearsal.electors if not one.choices][:LOG_IN]


def _waiting(rehearsal: Rehearsal, entry: Any, codes: dict[str, str], most: int | None = None) -> list[Any]:
    """The voters of an election, or the first of them, signed in, each with a ballot."""

    def ready(elector: electorate.Elector) -> Any:
        voter = rehearsal.voter()
        voter.log_in(elector.identifier, elector.password)
        choice = electorate.plaintext(elector.choices[entry["code"]], rehearsal.lists[entry["code"]])
        return voter, voter.prepare(entry["uuid"], codes[elector.identifier], choice)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ready, [one for one in rehearsal.electors if entry["code"] in one.choices][:most]))


def _beside_log_ins(rehearsal: Rehearsal, system: System, codes: dict[str, str]) -> dict[str, Any]:
    """One votes and reads pages after the other: on a quiet portal, then while a crowd logs in."""
    waiting = _waiting(rehearsal, rehearsal.online[1], codes, MEASURED_ONE_BY_ONE)
    half = len(waiting) // 2
    accounts = [(one.identifier, one.password) for one in _crowd_of(rehearsal)]
    quiet = _in_turn(waiting[:half])
    with crowd(system.base_url, accounts) as log_ins:
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
