"""What counting a large election by territory costs on PostgreSQL: `python -m tests.bench.turnout [VOTERS]`."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from services.identity.figures import by_territory
from services.identity.models import VotingEvent
from services.runtime.storage.database import Database
from tests.bench import identity

VOTERS = int(sys.argv[1]) if len(sys.argv) > 1 and __name__ == "__main__" else 1_200_000
SIGNED = VOTERS * 7 // 12
ELECTION = "L" * 14
TIMES = 5
NOW = datetime(2026, 12, 3, tzinfo=UTC)
MINIMUM = 20
# Random ids, as those of a roll: nothing is in the order of the table. A hundred departments, the last ones small.
FILL = f"""
    INSERT INTO voters (id, voting_event, identifier, surname, first_name, assignment,
                        address1, address2, postcode, city, territory, page_tag, numen_tag, birth_date_tag)
    SELECT md5(number::text), 'event', number::text || '@example.org', 'surname', 'first name', 'lycee ' || number,
           '1 rue de la Paix', '', '', 'ville', lpad((100 * power(random(), 1.5))::integer::text, 2, '0'),
           repeat('a', 64), repeat('b', 64), repeat('c', 64)
    FROM generate_series(1, {VOTERS}) number
"""
COUNT = """
    INSERT INTO election_territories (election, territory, voters)
    SELECT :election, territory, count(*) FROM voters GROUP BY territory
"""
SIGN = """
    INSERT INTO poll_book (id, voter_id, election, signed_in_hour)
    SELECT md5('p' || id), id, :election, CAST(:begin AS timestamptz) + (random() * 80)::integer * interval '1 hour'
    FROM voters WHERE random() < :share
"""


def run() -> dict[str, Any]:
    """Out: seconds of a count, its plan, and how many bytes the answer has."""
    with identity.empty() as database:
        _fill(database)
        return _measure(database)


def _fill(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        identity.open_event(session, NOW)
        session.execute(text(FILL))
        session.execute(
            text("INSERT INTO elections VALUES (:election, 'event', 0, 'L', 'L', 'online', '', :voters)"),
            {"election": ELECTION, "voters": VOTERS},
        )
        session.execute(text(COUNT), {"election": ELECTION})
        session.execute(text(SIGN), {"election": ELECTION, "begin": NOW, "share": SIGNED / VOTERS})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE voters, poll_book, election_territories"))


PLAN = """
    EXPLAIN (ANALYZE, TIMING OFF) SELECT voters.territory, signed_in_hour, count(*)
    FROM poll_book JOIN voters ON voters.id = poll_book.voter_id
    WHERE poll_book.election = :election AND voters.voting_event = 'event' GROUP BY 1, 2
"""


def _measure(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        plan = list(session.scalars(text(PLAN), {"election": ELECTION}))
    took = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        with database.reading() as session:
            found = by_territory.turnout(session, session.get_one(VotingEvent, "event"), ELECTION, MINIMUM)
        took.append(time.perf_counter() - begin)
    return {
        "voters": VOTERS,
        "signed": SIGNED,
        "territories": len(found.groups),
        "turnout_seconds": round(sorted(took)[TIMES // 2], 2),
        "plan": plan,
        "answer_bytes": len(json.dumps(found.dump())),
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
