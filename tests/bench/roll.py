"""What a search of the roll costs on a long roll beside a short one, and beside comparing every line (PostgreSQL)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from services.identity.models import Entitlement
from services.identity.roll import search
from services.runtime.storage.database import Database
from tests.bench import identity

SHORT, LONG = ("S" * 14, 2_000), ("L" * 14, 200_000)
"""Elections and how many voters the rolls have; those of the short one are the first of the long one."""
TIMES = 20
NOW = datetime(2026, 12, 3, tzinfo=UTC)
WORD = "translate(substr(md5({salt} || number::text), 1, 5), '0123456789', 'ghijklmnop')"
FILL = f"""
    INSERT INTO voters (id, voting_event, identifier, surname, first_name, assignment,
                        address1, address2, postcode, city)
    SELECT number::text, 'event', number::text || '@example.org', {WORD.format(salt="'s'")}, {WORD.format(salt="'f'")},
           'lycee ' || {WORD.format(salt="'a'")}, '', '', '', ''
    FROM generate_series(1, {LONG[1]}) number
"""
ENTITLE = """
    INSERT INTO entitlements (voter_id, election, lookup_tag, search_text)
    SELECT id, :election, md5(:election || id), ' ' || surname || ' ' || first_name || ' ' || assignment
    FROM voters WHERE id::integer <= :voters
"""


def run() -> dict[str, Any]:
    """Search rolls of two lengths. Out: milliseconds of each question on the long roll, and the ratios."""
    with identity.empty() as database:
        _fill(database)
        return _measure(database)


def _fill(database: Database) -> None:
    with database.transaction() as session:
        identity.open_event(session, NOW - timedelta(days=1))
        session.execute(text(FILL))
        for position, (election, voters) in enumerate((SHORT, LONG)):
            session.execute(
                text(
                    "INSERT INTO elections VALUES (:election, 'event', :position, :election, '', 'online', '', :voters)"
                ),
                {"election": election, "position": position, "voters": voters},
            )
            session.execute(text(ENTITLE), {"election": election, "voters": voters})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _measure(database: Database) -> dict[str, Any]:
    with database.reading() as session:
        someone = session.execute(text("SELECT surname || ' ' || first_name FROM voters WHERE id = '7'")).scalar_one()

    def ask(election: str, query: str, after: str | None = None) -> Callable[[], object]:
        def asked() -> object:
            with database.reading() as session:
                return search.search_roll(
                    session, voter_id="1", election=election, query=query, after=after, limit=50, now=NOW
                )

        return asked

    def compare() -> object:
        words = search.words(someone)
        with database.reading() as session:
            return session.execute(select(Entitlement.voter_id).where(*search._compared(LONG[0], words))).all()

    questions = {
        "name": (someone, None),
        "beginning": ("lyc", None),
        "first_page": ("", None),
        "far_page": ("", "1500"),
    }
    times = {
        name: {roll: _seconds(ask(roll, query, after)) for roll in (SHORT[0], LONG[0])}
        for name, (query, after) in questions.items()
    }
    return {
        "voters": LONG[1],
        "milliseconds": {name: round(1000 * took[LONG[0]], 2) for name, took in times.items()},
        "long_over_short": {name: round(took[LONG[0]] / took[SHORT[0]], 2) for name, took in times.items()},
        "comparing_over_index": round(_seconds(compare) / times["name"][LONG[0]], 1),
    }


def _seconds(work: Callable[[], object]) -> float:
    """The median of some runs."""
    took = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return sorted(took)[TIMES // 2]
