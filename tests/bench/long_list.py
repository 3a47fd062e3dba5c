"""A list of credentials of any length through all that reads it whole, without the codes behind it: hours less than
`make scale`. `python -m tests.bench.long_list alone 1200000`: archive and verification of a list, without a database.
`python -m tests.bench.long_list 1200000`: commitment, sealing, casting, archive, verification, tally,
integrity, on a private PostgreSQL; each step in a process of its own, so that its memory is its own.

Points are g, 2g, 3g …: credentials whose secrets are known, for which nothing had to be derived.
"""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
from nacl.signing import SigningKey

from deploy.holder import ceremony
from deploy.holder.verified_urn import verified
from deploy.holder.verify import verify_with_progress
from deploy.load.scale.place import SERVER
from deploy.local.postgresql import LocalCluster
from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.checking import archive
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.hashing import sha_hex
from services.ballot.belenios.keys.credential import new_uuid
from services.ballot.belenios.keys.public_credentials import PublicCredentials, pieces_of_list
from services.ballot.belenios.keys.trustees import check_trustees
from services.ballot.elections import closing, credentials, elections
from services.ballot.integrity import chain_check, parts
from services.ballot.records.archive_pages import Place, page_of
from services.ballot.settings import Settings
from services.ballot.tally import tallying
from services.ballot.urn import casting, receipt
from services.identity.contract.entrance import permits
from services.identity.contract.entrance.permits import Permit, Use
from services.reassort.codes import generation
from services.reassort.models import Commitment
from services.runtime.service_names import SERVICES
from services.runtime.storage.database import Database

RANKS = 4
PERMITS, RECEIPTS = "0a" * 32, "0b" * 32
PERMIT_PUBLIC = bytes(SigningKey(bytes.fromhex(PERMITS)).verify_key).hex()
LISTS = 8
SECONDS_BEFORE_NOW = 60


@dataclass
class World:
    """What the steps share."""

    voters: int
    ballots: int
    folder: Path
    urls: dict[str, str]
    port: int
    election: str = field(default_factory=new_uuid)
    event: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def archive(self) -> Path:
        """Where it is written to."""
        return self.folder / "archive.bel"

    def database(self, service: str) -> Database:
        """Of a service, by its own account."""
        return Database(self.urls[service], service)


def rows(world: World) -> Iterator[tuple[str, str, int]]:
    """(credential, holder, rank) of every code."""
    point, step = ED25519.base_mul(1), ED25519.base_mul(1)
    for number in range(world.voters * RANKS):
        voter, rank = divmod(number, RANKS)
        yield ED25519.encode(point), hashlib.sha256(str(voter).encode()).hexdigest(), rank
        point = ED25519.add(point, step)


@contextmanager
def superuser(world: World, service: str) -> Iterator[Any]:
    """A cursor that may write whatever it likes."""
    connection = psycopg2.connect(host="127.0.0.1", port=world.port, user="postgres", dbname=f"isoloir_{service}")
    with connection, connection.cursor() as cursor:
        yield cursor
    connection.close()


def load(world: World) -> None:
    """The credentials of both services, as their events would have brought them."""
    with superuser(world, "reassort") as reassort, superuser(world, "ballot") as ballot:
        reassort.execute("INSERT INTO generations VALUES (%s, 10000, %s, 1)", (world.event, RANKS - 1))
        ours, theirs = io.StringIO(), io.StringIO()
        for number, (credential, holder, rank) in enumerate(rows(world), 1):
            ours.write(f"{world.election}\t{credential}\t{world.event}\t{holder}\t{rank}\n")
            state = "spare" if rank else "active"
            theirs.write(f"{world.election}\t{credential}\t{holder}\t{rank}\t{state}\n")
            if number % 100_000 == 0 or number == world.voters * RANKS:
                ours.seek(0)
                theirs.seek(0)
                reassort.copy_from(ours, "public_credentials")
                ballot.copy_from(theirs, "credentials", columns=("election", "credential", "holder", "rank", "state"))
                ours, theirs = io.StringIO(), io.StringIO()
    for service in ("reassort", "ballot"):
        connection = psycopg2.connect(host="127.0.0.1", port=world.port, user="postgres", dbname=f"isoloir_{service}")
        connection.autocommit = True
        connection.cursor().execute("ANALYZE")
        connection.close()


def commit(world: World) -> None:
    """The credential authority's commitment and register, and what the urn is told."""
    with world.database("reassort").transaction() as session:
        generation._commit(session, world.event)
        sent = session.get_one(Commitment, world.election)
        count, digest = sent.count, sent.digest
    with world.database("ballot").transaction() as session:
        credentials.commit(session, world.election, holders=world.voters, count=count, digest=digest)


def seal(world: World) -> None:
    """A draft with its keys, sealed, and what was sealed kept."""
    now, urn = datetime.now(UTC), world.database("ballot")
    questions = (Question("Quelle liste ?", tuple(f"Liste {number}" for number in range(LISTS)), True, 1, 1),)
    opens = now - timedelta(seconds=SECONDS_BEFORE_NOW)
    definition = elections.Definition(
        world.election, world.event, "Scrutin", "", questions, opens, now + timedelta(days=1)
    )
    trustees, keys = ceremony.make_trustees()
    for key in keys:
        ceremony.save_key(key, world.folder / "trustees")
    with urn.transaction() as session:
        elections.create(session, definition)
    elections.set_trustees(urn, world.election, trustees)
    elections.seal(urn, world.election, ["Présidente"], now, receipt.public_key(RECEIPTS))


KEYS = casting.Keys(PERMIT_PUBLIC, RECEIPTS)


def prepared(world: World, voters: range) -> Iterator[tuple[str, str]]:
    """(permit, ballot) of these voters, by their first codes."""
    with world.database("ballot").reading() as session:
        election = Election.parse(str(elections.found(session, world.election).raw))
    for voter in voters:
        secret = voter * RANKS + 1
        choice = [[int(place == voter % (LISTS + 1)) for place in range(LISTS + 1)]]
        now = datetime.now(UTC).replace(microsecond=0)
        permit = Permit(
            election=world.election,
            holder=hashlib.sha256(str(voter).encode()).hexdigest(),
            use=Use.CAST,
            session="00" * 32,
            fingerprint=election.hash,
            receipt_key=receipt.public_key(RECEIPTS),
            issued_at=now,
            expires_at=now + timedelta(minutes=5),
            votes_until=now + timedelta(hours=1),
        )
        yield permits.sign(PERMITS, permit), make_ballot(election, secret, choice)


def cast(world: World) -> None:
    """Ballots of the first voters."""
    urn = world.database("ballot")
    for permit, raw in prepared(world, range(world.ballots)):
        casting.cast(urn, KEYS, permit, raw, lambda: datetime.now(UTC))


def close(world: World) -> None:
    """The urn closed, and its ballots added up."""
    urn = world.database("ballot")
    with urn.transaction() as session:
        closing.close(session, world.election, "Fin de la mesure", datetime.now(UTC))
    tallying.add_up(urn, world.election)


def write_archive(world: World) -> None:
    """The archive, page by page, as the portal fetches it."""
    urn, place = world.database("ballot"), Place()
    with world.archive.open("wb") as file:
        while True:
            with urn.reading() as session:
                page = page_of(session, world.election, place)
            file.write(page.data)
            place = page.end
            if page.complete:
                return


def list_alone(voters: int) -> dict[str, dict[str, Any]]:
    """The archive of an election that is only sealed, without any database, and its verification; step → figures."""
    with tempfile.TemporaryDirectory(prefix="isoloir-long-list-") as folder:
        world = World(voters, 0, Path(folder), {}, 0)
        found = {step.__name__: measured(step, world) for step in (write_list_alone, verify)}
        found["sizes"] = {"archive_mib": round(world.archive.stat().st_size / 2**20)}
        return found


def write_list_alone(world: World) -> None:
    """The archive with nothing but its Setup event."""
    trustees, _keys = ceremony.make_trustees()
    questions = (Question("Quelle liste ?", tuple(f"Liste {number}" for number in range(LISTS)), True, 1, 1),)
    key = check_trustees(trustees).public_key
    election = make_election(world.election, "Scrutin", "", key, questions)
    points = sorted(bytes.fromhex(credential) for credential, _holder, _rank in rows(world))
    listed, digest, size = PublicCredentials(b"".join(points)), hashlib.sha256(), 0
    del points
    for piece in pieces_of_list(listed.pages(credentials.PAGE)):
        digest.update(piece.encode())
        size += len(piece)
    setup = archive.make_setup_data(sha_hex(election), sha_hex(trustees), digest.hexdigest())
    moment = int(time.time())
    with world.archive.open("wb") as file:
        file.write(archive.beginning(moment))
        file.write(archive.object_entry(election, moment) + archive.object_entry(trustees, moment))
        file.write(archive.header(f"{digest.hexdigest()}.data.json", size, moment))
        for piece in pieces_of_list(listed.pages(credentials.PAGE)):
            file.write(piece.encode())
        file.write(b"\0" * (-size % archive.BLOCK) + archive.object_entry(setup, moment))
        file.write(archive.event_entry(archive.make_event("Setup", None, 0, sha_hex(setup)), moment))


def verify(world: World) -> None:
    """As an auditor does."""
    report = verify_with_progress(world.archive, quiet=True)
    assert report.ok, report.fault
    assert (report.credentials, report.ballots) == (world.voters * RANKS, world.ballots)


def decrypt(world: World) -> None:
    """One holder verifies and decrypts; the others who suffice, and the result."""
    urn = world.database("ballot")
    keys = ceremony.keys_that_suffice(ceremony.load_keys(world.folder / "trustees"))
    checked = verified(world.archive, world.election, world.ballots, ())
    for key in keys:
        tallying.submit_partial_decryption(urn, world.election, key.owner, checked.share(key.owner, key.secret))
    counted = json.loads(tallying.publish_result(urn, world.election).raw)["result"][0]
    assert sum(counted) == world.ballots


def check_integrity(world: World) -> None:
    """What a check computes anew."""
    settings = Settings(permit_public_key=PERMIT_PUBLIC, receipt_private_key=RECEIPTS)
    with world.database("ballot").reading() as session:
        parts.of_election(session, world.election, settings, lambda done, total: None)
        assert not chain_check.differences(session, world.election, lambda done, total: None)


STEPS: tuple[Callable[[World], None], ...] = (
    load, commit, seal, cast, close, write_archive, verify, decrypt, check_integrity,
)  # fmt: skip


def measured(step: Callable[[World], None], world: World) -> dict[str, Any]:
    """A step in a process of its own: seconds, processor seconds of it and its children, largest memory of one of them."""
    context = multiprocessing.get_context("fork")
    said: Any = context.Queue()

    def work() -> None:
        began = time.monotonic()
        step(world)
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        said.put(
            {
                "seconds": round(time.monotonic() - began, 1),
                "cpu_seconds": round(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, 1),
                "peak_mib": round(own.ru_maxrss / 1024),
                "peak_of_children_mib": round(children.ru_maxrss / 1024),
            }
        )

    process = context.Process(target=work)
    process.start()
    process.join()
    if process.exitcode != 0:
        raise RuntimeError(step.__name__)
    found: dict[str, Any] = said.get()
    return found


@contextmanager
def servers() -> Iterator[LocalCluster]:
    """A private PostgreSQL with every service's tables."""
    cluster = LocalCluster(settings=SERVER)
    try:
        cluster.start()
        for service in SERVICES:
            owned = Database(cluster.owner_urls()[service], service)
            owned.upgrade()
            owned.dispose()
        cluster.grant()
        yield cluster
    finally:
        cluster.close()


def run(voters: int, ballots: int = 500) -> dict[str, dict[str, Any]]:
    """All steps in their order; step → figures."""
    with servers() as cluster, tempfile.TemporaryDirectory(prefix="isoloir-long-list-") as folder:
        world = World(voters, min(ballots, voters), Path(folder), cluster.urls(), cluster.port)
        found = {}
        for step in STEPS:
            found[step.__name__] = measured(step, world)
            print(step.__name__, json.dumps(found[step.__name__]), flush=True)
        found["sizes"] = {
            "archive_mib": round(world.archive.stat().st_size / 2**20),
            "ballot_mib": round(cluster.size("ballot") / 2**20),
            "reassort_mib": round(cluster.size("reassort") / 2**20),
        }
        return found


if __name__ == "__main__":
    alone = sys.argv[1] == "alone"
    print(json.dumps(list_alone(int(sys.argv[2])) if alone else run(*map(int, sys.argv[1:])), indent=1))
