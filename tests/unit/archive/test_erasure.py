"""`isoloir erase`: after two years nothing of a vote is left in any table, and a signed certificate says so (E11)."""

import importlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pyrage
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, MetaData, Table, create_engine, insert, inspect, text
from sqlalchemy.engine import make_url

from deploy.cli.main import main
from deploy.operator.command import command as operator
from deploy.production.erasure import emptying, erasing
from deploy.production.erasure.kept_archive import read
from deploy.production.erasure.plan import years_after
from deploy.production.erasure.tables import ERASED, KEPT, SCHEMA
from services.ballot.belenios.checking.verify import verify_archive
from services.runtime.service_names import SERVICES
from services.runtime.storage.database import Database
from tests.unit.observer.portal import IDENTITY_KEY, Recorded, Shown, at, served
from tests.vectors.samples import LISTS, sample

PERSON = "Quetzalcoatlus"
"""Stands in every row of every table that must go."""
LONG_AGO = datetime(2023, 12, 10, 16, tzinfo=UTC)
CHECKS = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
MADE_AT = datetime(2023, 12, 20, 9, tzinfo=UTC)


@dataclass
class Erasable:
    """The databases of a vote, its archive and its digest, and what is kept for good."""

    urls: dict[str, str]
    archive: Path
    digest: str
    kept: Path
    out: Path
    environment: dict[str, str]
    owners: dict[str, str]

    def run(self, *options: object, typed: str = "Élections inventées\n") -> Result:
        given = [
            *("erase", self.archive, "--kept", self.kept, "--to", self.out, "--digest", self.digest),
            *("--by", "Ondine Fauvette, présidente", "--no-contest"),
        ]
        return CliRunner(env=self.environment).invoke(main, [str(one) for one in (*given, *options)], input=typed)

    def rows(self) -> dict[str, dict[str, int]]:
        counted = {}
        for service, url in self.owners.items():
            engine = create_engine(url)
            with engine.connect() as connection:
                counted[service] = {
                    name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
                    for name in inspect(engine).get_table_names()
                }
            engine.dispose()
        return counted


def value_of(column, kept: bool):
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 1
    if isinstance(column.type, DateTime) or "TIMESTAMP" in str(column.type).upper():
        return LONG_AGO
    if isinstance(column.type, LargeBinary):
        return b"a piece of a file"
    length = getattr(column.type, "length", None) or 40
    return ("kept" if kept else PERSON)[:length]


def fill(service: str, url: str, election: str, fingerprint: str, head: str) -> None:
    """A row in every table, its guards aside."""
    engine = create_engine(url)
    found = MetaData()
    found.reflect(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            guards = []
            for table, name in list(connection.execute(text(CHECKS))):
                connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        else:
            connection.execute(text("PRAGMA ignore_check_constraints = ON"))
            guards = list(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")))
            for name, _ in guards:
                connection.execute(text(f'DROP TRIGGER "{name}"'))
        for table in found.tables.values():
            if table.name not in SCHEMA:
                connection.execute(table.delete())  # what migrations have put there
                connection.execute(insert(table).values(row_of(service, table, election, fingerprint, head)))
        for _, guard in guards:
            connection.exec_driver_sql(guard)
    engine.dispose()


def row_of(service: str, table: Table, election: str, fingerprint: str, head: str) -> dict[str, object]:
    row = {column.name: value_of(column, table.name in KEPT[service]) for column in table.columns}
    own = {
        "voting_events": {"name": "Élections inventées"},
        "sealed_elections": {"election": election, "fingerprint": fingerprint},
        "chain_events": {"election": election, "hash": head},
    }
    return row | own.get(table.name, {})


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """An archive that was made of a vote, by the command, at the time; its election and its head."""
    folder = tmp_path_factory.mktemp("archived")
    voted = sample(LISTS, voters=3)
    content = voted.finished([voted.ballot(0, [1, 0, 0])])
    urn = Recorded((0, 0))
    shown = Shown(
        urn.uuid, content, [urn.head(0, 0, at(8))], urn.file([]), urn.sealing(fingerprint=voted.election.hash)
    )
    shown.documents = {"record": {"format": "isoloir-record-facts"}, "result": {"result": "[[1,1,1]]"}}
    personal = folder / "bases"
    personal.mkdir()
    (personal / "identity.sql").write_text(PERSON)
    key = pyrage.x25519.Identity.generate().to_public()
    with pytest.MonkeyPatch.context() as patched, served(shown) as address:
        patched.setattr("deploy.operator.archive.command.datetime", AtTheTime)
        for name, options in (("vote", ("--sealed", personal, "--recipient", key)), ("public", ("--public-only",))):
            arguments = ["--url", address, "archive-all", "--to", folder / f"{name}.tar", *options]
            made = CliRunner(env={"ISOLOIR_TOKEN": "none"}).invoke(operator, [str(one) for one in arguments])
            assert made.exit_code == 0, made.output
    (folder / "urn.bel").write_bytes(content)
    return folder, voted.election, verify_archive(folder / "urn.bel", processes=1).head


class AtTheTime(datetime):
    @classmethod
    def now(cls, tz=None):
        return MADE_AT


@pytest.fixture(params=["sqlite", "postgresql"])
def erasable(request, tmp_path, archived):
    folder, election, head = archived
    if request.param == "sqlite":
        urls = owners = {service: f"sqlite:///{tmp_path}/{service}.sqlite" for service in SERVICES}
    else:
        system = request.getfixturevalue("postgresql").another_system()
        urls = {
            service: f"postgresql+psycopg2://{system.name(service)}_erasure@127.0.0.1:{system.port}/{system.name(service)}"
            for service in SERVICES
        }
        owners = {
            service: make_url(url).set(username="postgres").render_as_string(hide_password=False)
            for service, url in urls.items()
        }
        migrators = system.owner_urls()
    for service in SERVICES:
        database = Database(owners[service] if request.param == "sqlite" else migrators[service], service)
        database.upgrade()
        database.dispose()
        fill(service, owners[service], election.uuid, election.hash, head)
    if request.param == "postgresql":
        with psycopg2.connect(host="127.0.0.1", port=system.port, user="postgres", dbname="postgres") as server:
            for service in SERVICES:
                server.cursor().execute(f"CREATE ROLE {system.name(service)}_erasure LOGIN")
                server.cursor().execute(
                    f"GRANT CONNECT ON DATABASE {system.name(service)} TO {system.name(service)}_erasure"
                )
        server.close()
        system.grant()
    kept = tmp_path / "conserve"
    kept.mkdir()
    (kept / "proces-verbal.pdf").write_bytes(b"signed")
    (tmp_path / "out").mkdir()
    digest = read(folder / "vote.tar", processes=1).digest
    environment = {
        "ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY": bytes(IDENTITY_KEY).hex(),
        **{f"ISOLOIR_{service.upper()}_DATABASE_URL": url for service, url in urls.items()},
    }
    return Erasable(urls, folder / "vote.tar", digest, kept, tmp_path / "out", environment, owners)


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_says_whether_it_is_erased_or_kept(service):
    tables = set(importlib.import_module(f"services.{service}.models").Base.metadata.tables) | SCHEMA
    assert tables == ERASED[service] | KEPT[service], "a new table: deploy/production/erasure/tables.py"
    assert not ERASED[service] & KEPT[service]


def test_nothing_is_left_and_the_certificate_says_what_there_was(erasable):
    before = erasable.rows()
    rehearsed = erasable.run("--dry-run")
    assert rehearsed.exit_code == 0, rehearsed.output
    assert "  poll_book : 1" in rehearsed.output
    assert erasable.rows() == before
    assert not list(erasable.out.iterdir())

    done = erasable.run()
    assert done.exit_code == 0, done.output
    after = erasable.rows()
    for service, counted in after.items():
        assert {name for name, count in counted.items() if count} == KEPT[service]
        assert set(before[service]) == ERASED[service] | KEPT[service]
    for url in erasable.owners.values():
        if url.startswith("sqlite"):
            for file in Path(make_url(url).database).parent.glob("*.sqlite*"):
                assert PERSON.encode() not in file.read_bytes(), file.name

    said = json.loads((erasable.out / "certificat-effacement.json").read_text())
    assert said["erased"] == {
        service: {name: count for name, count in counted.items() if name in ERASED[service]}
        for service, counted in before.items()
    }
    assert said["archives"][0]["sha256sums"] == erasable.digest
    assert [one["name"] for one in said["kept"]] == ["proces-verbal.pdf"]
    assert said["term"].startswith("2025-12-20")
    assert erasing.holds(said)
    assert not erasing.holds(said | {"by": ["Quelqu'un d'autre"]})
    words = (erasable.out / "certificat-effacement.txt").read_text()
    assert "Ondine Fauvette, présidente" in words
    assert "R211-580" in words
    # Typst refuses to write what is not PDF/UA.
    assert b"pdfuaid" in (erasable.out / "certificat-effacement.pdf").read_bytes()
    assert not (erasable.out / erasing.BEGUN).exists()
    assert "a déjà le certificat" in erasable.run().output


@pytest.mark.parametrize("erasable", ["sqlite"], indirect=True)
def test_what_is_refused_destroys_nothing(erasable, archived, monkeypatch):
    before = erasable.rows()

    def refused(said, *options, **given):
        result = erasable.run(*options, **given)
        assert (result.exit_code, said in result.output) == (1, True), result.output
        assert erasable.rows() == before
        assert not list(erasable.out.iterdir())

    refused("rien n'a été fait", typed="autre chose\n")
    refused("--contest-ended", "--contest-ended", "jugement du 3 mai")
    erasable.environment["ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY"] = "ab" * 32
    refused("n'est pas celle du scellement")
    erasable.environment["ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY"] = bytes(IDENTITY_KEY).hex()
    whole, digest = erasable.archive, erasable.digest
    erasable.digest = "00" * 32
    refused("donnez celle du procès-verbal")
    erasable.archive, erasable.digest = archived[0] / "public.tar", digest
    refused("que la partie publique")
    damaged = erasable.kept.parent / "damaged.tar"
    content = bytearray(whole.read_bytes())
    content[content.index(b"age-encryption.org") + 40] ^= 1
    damaged.write_bytes(content)
    erasable.archive = damaged
    refused("est abîmée")
    erasable.archive = whole
    (erasable.kept / "proces-verbal.pdf").unlink()
    refused("est vide")


def test_before_the_term_neither_the_command_nor_the_database_lets_it(erasable):
    for service, table in (("identity", "voting_events"), ("ballot", "elections")):
        engine = create_engine(erasable.owners[service])
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            elif service == "ballot":
                continue
            connection.execute(text(f"UPDATE {table} SET closes_at = :now"), {"now": datetime.now(UTC)})
        engine.dispose()
    before = erasable.rows()
    result = erasable.run()
    assert (result.exit_code, "tout se conserve jusque-là" in result.output) == (1, True), result.output
    if erasable.urls is not erasable.owners:
        for service in ("identity", "ballot"):
            with pytest.raises(emptying.NotErased, match="terme de deux ans"):
                emptying.empty(service, make_url(erasable.urls[service]))
    assert erasable.rows() == before


@pytest.mark.parametrize("erasable", ["sqlite"], indirect=True)
def test_what_was_interrupted_goes_on_and_forgets_no_count(erasable, monkeypatch):
    before = erasable.rows()
    real = erasing.empty

    def dies(service, url):
        real(service, url)
        if service == "ballot":
            raise KeyboardInterrupt

    monkeypatch.setattr(erasing, "empty", dies)
    assert erasable.run().exit_code != 0
    assert (erasable.out / erasing.BEGUN).exists()
    monkeypatch.setattr(erasing, "empty", real)
    done = erasable.run()
    assert done.exit_code == 0, done.output
    said = json.loads((erasable.out / "certificat-effacement.json").read_text())
    assert said["erased"]["ballot"]["ballots"] == before["ballot"]["ballots"]
    assert said["erased"]["identity"]["voters"] == before["identity"]["voters"]


@pytest.mark.parametrize("erasable", ["postgresql"], indirect=True)
def test_the_erasing_account_can_empty_all_and_nothing_less(erasable):
    # SQLite has no accounts: whoever has the file has all of it.
    for service, url in erasable.urls.items():
        engine = create_engine(url)
        for table in erasable.rows()[service]:
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}"):
                with engine.connect() as connection, pytest.raises(Exception, match=r"permission denied|must be owner"):
                    connection.execute(text(statement))
            if table in ERASED[service] and table != "chain_events":
                with engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
                    connection.execute(text(f"SELECT * FROM {table}"))
        engine.dispose()
        running = create_engine(make_url(url).set(username=url.split("//")[1].split("@")[0].removesuffix("_erasure")))
        with running.connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.execute(text("SELECT public.isoloir_erase()"))
        running.dispose()


def test_two_years_after_the_29th_of_february():
    assert years_after(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2030, 3, 1, tzinfo=UTC)
