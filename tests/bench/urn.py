"""What a vote costs as the urn grows: the same ballots into an urn that holds a thousand, and into one that holds a million.

    .venv/bin/python -m tests.bench.urn [1000000]

Two private PostgreSQL, each with one election whose credentials, events and ballots but the last are filled in by the server
itself (shorter than real ones: what is long in them lies outside of the indexes). Votes go by turns into the one and the
other, so that both meet the same machine.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2

from services.ballot.belenios.ballot import check_ballot
from services.ballot.belenios.election import Election
from services.ballot.elections import elections
from services.ballot.urn import casting
from tests.bench import long_list
from tests.bench.long_list import World

SMALL, LARGE = 1_000, 1_000_000
VOTES = 300
"""Into each urn."""
FILLED = (
    "INSERT INTO credentials (election, credential, holder, rank, state) "
    "SELECT %(e)s, encode(sha256(('c' || n)::bytea), 'hex'), encode(sha256(('h' || n)::bytea), 'hex'), 0, 'active' {}",
    "INSERT INTO chain_events (election, height, type, hash, raw) "
    "SELECT %(e)s, n, 'Ballot', encode(sha256(('e' || n)::bytea), 'hex'), repeat('x', 200) {}",
    "INSERT INTO chain_objects (election, height, position, hash, data) "
    "SELECT %(e)s, n, 0, encode(sha256(('o' || n)::bytea), 'hex'), repeat('x', 300) {}",
    "INSERT INTO ballots (election, height, holder, credential, tracker) "
    "SELECT %(e)s, n, encode(sha256(('h' || n)::bytea), 'hex'), encode(sha256(('c' || n)::bytea), 'hex'), "
    "substr(encode(sha256(('t' || n)::bytea), 'hex'), 1, 43) {}",
)


@contextmanager
def urn(size: int) -> Iterator[World]:
    """An open election in whose urn that many ballots lie."""
    with long_list.servers() as cluster, tempfile.TemporaryDirectory(prefix="isoloir-urn-") as folder:
        world = World(VOTES, VOTES, Path(folder), cluster.urls(), cluster.port)
        for step in (long_list.load, long_list.commit, long_list.seal):
            step(world)
        with long_list.superuser(world, "ballot") as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in FILLED:
                cursor.execute(
                    statement.format("FROM generate_series(1, %(n)s) AS n"), {"e": world.election, "n": size}
                )
        connection = psycopg2.connect(host="127.0.0.1", port=world.port, user="postgres", dbname="isoloir_ballot")
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")
        connection.cursor().execute("CHECKPOINT")
        connection.close()
        yield world


def run(large: int = LARGE) -> dict[str, Any]:
    """Milliseconds of a vote in both urns, of which proofs, and the ratio of the two."""
    with urn(SMALL) as small, urn(large) as grown:
        worlds = (small, grown)
        databases = [world.database("ballot") for world in worlds]
        waiting = [list(long_list.prepared(world, range(VOTES))) for world in worlds]
        with databases[0].reading() as session:
            election = Election.parse(str(elections.found(session, small.election).raw))
        times: list[list[float]] = [[], []]
        proofs: list[float] = []
        for number in range(VOTES):
            for which, database in enumerate(databases):
                permit, raw = waiting[which][number]
                began = time.perf_counter()
                casting.cast(database, long_list.KEYS, permit, raw, lambda: datetime.now(UTC))
                times[which].append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            check_ballot(election, waiting[0][number][1])
            proofs.append(1000 * (time.perf_counter() - began))
        for database in databases:
            database.dispose()
    # The first ones fill caches and open connections.
    few, many, checked = (statistics.median(one[VOTES // 10 :]) for one in (*times, proofs))
    return {
        "ballots_in_the_urn": [SMALL, large],
        "votes_into_each": VOTES,
        "vote_ms": [round(few, 2), round(many, 2)],
        "of_which_proofs_ms": round(checked, 2),
        "ratio": round(many / few, 3),
        "ratio_besides_proofs": round((many - checked) / (few - checked), 3),
    }


if __name__ == "__main__":
    print(json.dumps(run(*map(int, sys.argv[1:])), indent=1))
