"""What importing a roll costs by phase, at any size, on PostgreSQL: `python -m tests.bench.import_roll 100000 1200000`.

A file of invented voters is read as the command reads it, its parts pass the contract on both sides and are judged, and all
is made the roll. A second file, in which some left, some came and some moved, is put beside it by the database itself, is
compared with the roll in force, and takes its place. HTTP and broker are not in it: 500 lines cost one call of both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deploy.local.postgresql import LocalCluster
from deploy.rehearsal import electorate
from services.files import csv_form, roll_file
from services.identity.contract.event.roll import StageRoll
from services.identity.contract.event.voting_events import ElectionDefinition, OpenVotingEvent
from services.identity.roll import differences, electoral_roll, staging
from services.identity.voting_events import voting_events
from services.runtime.storage.database import Database

SIZES = (100_000, 1_200_000)
CHUNK = 500
EVENT = "7f0c3f9e-0c52-4c3c-9d5b-0d6f2a0b8f01"
KEY = "11" * 32
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ELECTIONS = {"CSA-M": "A" * 14, "CAP-1": "B" * 14}
FIRST, SECOND = "1f6d9a58-3a4e-4f0b-8f5a-6a3a4e1c0b01", "2e7c8b47-5b5d-4a1c-9c4b-7b4b5d2a1c02"
NAMES = {FIRST: "the first file", SECOND: "a corrected file"}
LEAVES_EVERY, MOVES_EVERY = 200, 100
"""In the second file one voter in so many is not there any more, and one in so many lives elsewhere."""
_COLUMNS = "surname, first_name, assignment, address1, address2, postcode, territory"
_NUMBERED = f"""
    WITH numbered AS (
        SELECT id, row_number() OVER (ORDER BY id) AS number, row_number() OVER (ORDER BY id) % {LEAVES_EVERY} = 0 AS leaves
        FROM voters WHERE voting_event = :event
    )
"""
SECOND_ROWS = f"""
    INSERT INTO staged_rows (import_id, line, voting_event, voter_id, identifier, page_tag, search_text, city, {_COLUMNS})
    {_NUMBERED}
    SELECT :second, number + 1, :event, CASE WHEN leaves THEN md5(id)::uuid::text ELSE id END,
           CASE WHEN leaves THEN 'nouveau' ELSE '' END || identifier,
           CASE WHEN leaves THEN md5(id) ELSE page_tag END, search_text,
           CASE WHEN number % {MOVES_EVERY} = 1 THEN 'AUTRE-VILLE' ELSE city END, {_COLUMNS}
    FROM numbered JOIN voters USING (id) JOIN entitlements ON voter_id = id AND election = '{ELECTIONS["CSA-M"]}'
"""
SECOND_RIGHTS = f"""
    INSERT INTO staged_entitlements (import_id, line, election, voting_event, voter_id, lookup_tag)
    {_NUMBERED}
    SELECT :second, number + 1, election, :event, CASE WHEN leaves THEN md5(id)::uuid::text ELSE id END,
           CASE WHEN leaves THEN md5(lookup_tag) ELSE lookup_tag END
    FROM numbered JOIN entitlements ON voter_id = id
"""


def run(sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """Import rolls of these sizes, each in a database and a process of its own. Out: seconds and memory of each phase."""
    return [_alone(count) for count in sizes]


def _alone(count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.import_roll", "--alone", str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(count: int) -> dict[str, Any]:
    phases: dict[str, dict[str, float]] = {}
    cluster = LocalCluster()
    with tempfile.TemporaryDirectory(prefix="isoloir-roll-") as folder:
        file = Path(folder) / "roll.csv"
        _written(count, file)
        try:
            cluster.start()
            database = Database(cluster.another_system().owner_urls()["identity"], "identity")
            database.upgrade()
            _open(database)
            lines = _sent(database, file, phases)
            _taken_over(database, FIRST, lines, phases)
            _put_beside(database)
            _taken_over(database, SECOND, lines, phases)
            database.dispose()
        finally:
            cluster.close()
    return {"lines": count, "phases": phases}


def _written(count: int, file: Path) -> None:
    """Write the file in a process of its own: a million invented people are no part of what is measured."""
    child = os.fork()
    if child == 0:
        electorate.write_roll(electorate.invent(count, {"CSA-M": 3, "CAP-1": 3}), file)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the file was not written")


def _open(database: Database) -> None:
    elections = [ElectionDefinition(uuid=uuid, code=code, name=code, mode="online") for code, uuid in ELECTIONS.items()]
    event = OpenVotingEvent(
        voting_event=EVENT,
        name="Banc d’essai",
        opens_at=NOW + timedelta(days=10),
        closes_at=NOW + timedelta(days=17),
        elections=elections,
    )
    with database.transaction() as session:
        voting_events.open_voting_event(session, event)


def _sent(database: Database, file: Path, phases: dict[str, dict[str, float]]) -> int:
    with _phase(phases, "reading the file"):
        lines = roll_file.count_rows(file, csv_form.Repairs())
    with _phase(phases, "sending and judging the lines"):
        for chunk in roll_file.chunks(file, CHUNK):
            _staged(database, FIRST, chunk)
    return lines


def _taken_over(database: Database, name: str, lines: int, phases: dict[str, dict[str, float]]) -> None:
    limits = differences.LossLimits()
    with _steps(phases, f"{NAMES[name]}, compared") as report, database.transaction() as session:
        found = differences.compare(
            session,
            voting_event=EVENT,
            import_id=name,
            lines=lines,
            complement=False,
            limits=limits,
            report=report,
        )
    with _steps(phases, f"{NAMES[name]}, taken over") as report, database.transaction() as session:
        electoral_roll.commit(
            session,
            voting_event=EVENT,
            import_id=name,
            lines=lines,
            removing=found.removed,
            limits=limits,
            now=NOW,
            report=report,
        )


def _put_beside(database: Database) -> None:
    with database.transaction() as session:
        for statement in (SECOND_ROWS, SECOND_RIGHTS):
            session.execute(text(statement), {"second": SECOND, "event": EVENT})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))  # as whoever looks after a database has it
        connection.execute(text("ANALYZE"))


def _staged(database: Database, import_id: str, chunk: roll_file.Chunk) -> None:
    payload = {"voting_event": EVENT, "import_id": import_id, "first_line": chunk.first_line, "rows": chunk.rows}
    for _side in ("gateway", "service"):
        payload = json.loads(json.dumps(StageRoll.load(payload).dump()))
    with database.transaction() as session:
        staging.stage(
            session,
            voting_event=EVENT,
            import_id=import_id,
            first_line=chunk.first_line,
            rows=chunk.rows,
            holder_key=KEY,
        )


@contextmanager
def _steps(phases: dict[str, dict[str, float]], name: str) -> Iterator[Callable[[str], None]]:
    """Each step that is reported is a phase; the commit belongs to the last."""
    begun, step = time.monotonic(), ""
    _forget_peak()

    def report(following: str) -> None:
        nonlocal begun, step
        if step:
            _note(phases, f"{name}: {step}", begun)
        begun, step = time.monotonic(), following

    yield report
    _note(phases, f"{name}: {step}", begun)


@contextmanager
def _phase(phases: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    begun = time.monotonic()
    _forget_peak()
    yield
    _note(phases, name, begun)


def _note(phases: dict[str, dict[str, float]], name: str, begun: float) -> None:
    phases[name] = {"seconds": round(time.monotonic() - begun, 1), "peak_mib": _peak()}
    print(f"{name}: {phases[name]}", file=sys.stderr, flush=True)
    _forget_peak()


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """The most memory since it was last forgotten, in mebibytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        print(json.dumps(_measured(int(sys.argv[2]))))
    else:
        print(json.dumps(run(tuple(map(int, sys.argv[1:])) or SIZES), indent=2))
