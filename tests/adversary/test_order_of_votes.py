"""Whoever holds identity's database, its files and its log learns nothing of the order of the urn, nor any holder (L1)."""

import itertools
import random
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from services.ballot.belenios.keys.trustees import make_trustees, single_key
from services.ballot.urn import attendance
from services.identity.loops import fetch_attendance
from services.identity.models import Voter
from services.identity.settings import Settings
from services.identity.voting_events import holders, voting_events
from services.runtime.hosting.resources import Resources
from services.runtime.sealing_box import new_keypair
from tests.adversary import dumps
from tests.servers.databases import MigratedDatabases
from tests.unit.ballot import urn as urn_world
from tests.unit.ballot.urn import DURING, Urn
from tests.unit.identity.world import KEY, SIGNING_KEY, definition, election, everything, import_roll, row

VOTERS = 24
RHYTHM = attendance.Rhythm(timedelta(hours=1), 8)


class UrnOnTheBus:
    """Answers identity as the ballot box does, from the urn's own database."""

    def __init__(self, database):
        self.database = database

    def call(self, service, method, payload, **_options):
        assert (service, method) == ("ballot", "attendance_part")
        with self.database.reading() as session:
            return attendance.part_of(session, payload["batch"], payload["part"]).dump()


class World:
    """An urn (SQLite) and identity's database, whose voters vote in a drawn order."""

    def __init__(self, urn_database, database, monkeypatch):
        self.urn = Urn(urn_database, make_trustees([("Single", single_key()[1])]))
        self.database = database
        with database.transaction() as session:
            voting_events.open_voting_event(
                session, definition(elections=[election(self.urn.uuid, "CSA-M", "CSA ministériel")])
            )
        import_roll(database, [row(f"v{number}@ac-amiens.fr", scrutins="CSA-M") for number in range(VOTERS)])
        with database.reading() as session:
            self.voters = list(session.scalars(select(Voter.id)))
        random.Random(8).shuffle(self.voters)
        monkeypatch.setattr(urn_world, "holder_of", lambda voter: holders.holder(KEY, self.urn.uuid, voter))
        self.urn.sealed(*self.voters)
        self.holders = [holders.holder(KEY, self.urn.uuid, voter) for voter in self.voters]
        settings = Settings(
            holder_key=KEY,
            permit_private_key=SIGNING_KEY,
            mail_public_key=new_keypair()[1],
            sms_public_key=new_keypair()[1],
            bcrypt_cost=4,
        )
        self.resources = Resources("identity", settings, database, UrnOnTheBus(urn_database))

    def votes(self, voters):
        for voter in voters:
            self.urn.vote(voter)

    def tell(self, now):
        """An hour begins: the urn cuts, identity fetches."""
        with self.urn.database.transaction() as session:
            cut = attendance.cut(session, self.urn.uuid, RHYTHM, now)
        while fetch_attendance(self.resources):
            pass
        return cut


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, tmp_path, tmp_path_factory, monkeypatch):
    def port():
        return request.getfixturevalue("postgresql").port

    folders = [tmp_path_factory.mktemp(name) for name in ("ballot", "identity")]
    urns, identities = (
        MigratedDatabases(name, folder, port) for name, folder in zip(("ballot", "identity"), folders, strict=True)
    )
    (tmp_path / "urn").mkdir()
    with urns.fresh("sqlite", tmp_path / "urn") as urn, identities.fresh(request.param, tmp_path) as database:
        yield World(urn, database, monkeypatch)


def test_nothing_of_the_order_and_no_holder_reaches_identity(world, tmp_path, request):
    before = everything(world.database)
    first, second = world.voters[:16], world.voters[16:]
    world.votes(first[:5])
    assert not world.tell(DURING + timedelta(hours=1)), "five are too few to hide in"
    world.votes(first[5:])
    assert not world.tell(DURING + timedelta(hours=1, minutes=59)), "the hour was looked at already"
    assert everything(world.database) == before, "sixteen votes, and identity has not written a byte"

    assert world.tell(DURING + timedelta(hours=2))
    world.votes(second)
    assert world.tell(DURING + timedelta(hours=3))
    with world.database.reading() as session:
        signed = [entry.voter_id for entry in session.execute(text("SELECT * FROM poll_book"))]
        assert sorted(signed) == sorted(world.voters)
        if world.database.engine.dialect.name == "postgresql":
            rows = session.execute(
                text("SELECT id, voter_id, xmin::text FROM poll_book ORDER BY xmin::text::bigint, ctid")
            )
            stored = rows.all()
            assert len({row.xmin for row in stored}) == 2, "a batch comes in by one transaction"
            for batch, of in ((stored[:16], first), (stored[16:], second)):
                assert sorted(row.voter_id for row in batch) == sorted(of)
                # Random keys and nothing else: neither the order of the urn nor that of pseudonyms.
                assert [row.id for row in batch] == sorted(row.id for row in batch)
    _read_for_holders(world, tmp_path, request)


def _read_for_holders(world, tmp_path, request):
    """The attacker reads what lies on identity's disk: tables, dead rows, write-ahead log, whatever."""
    if world.database.engine.dialect.name == "postgresql":
        cluster = request.getfixturevalue("postgresql")
        # By the superuser: the service's own account may not.
        everything = create_engine(world.database.url.set(username="postgres"), isolation_level="AUTOCOMMIT")
        with everything.connect() as connection:
            connection.exec_driver_sql("CHECKPOINT")
        everything.dispose()
        folder = cluster.data
        files = [path for part in ("base", "pg_wal") for path in (folder / part).rglob("*")]
    else:
        files = list(tmp_path.glob("identity.sqlite*"))
    read = 0
    for path in filter(Path.is_file, files):
        content = dumps.content(path)
        read += len(content)
        for holder in world.holders:
            assert holder.encode() not in content, f"a holder stands in {path.name}"
            assert bytes.fromhex(holder) not in content
    assert read > 100_000


def test_parts_of_a_large_batch_are_alike():
    """Each part is one transaction of identity, to hide in: by equal ranges of pseudonyms, that leave none out."""
    for parts in (2, 3, 7, 1000):
        bounds = [int(attendance._bound(part, parts), 16) for part in range(parts)] + [2**32]
        widths = [after - before for before, after in itertools.pairwise(bounds)]
        assert bounds[0] == 0
        assert max(widths) - min(widths) <= 1
