"""Backups tried by restoring them: the urn is the same, still takes votes once, and lets nobody alter it (CNIL 1-06)."""

import json
import re
import stat

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from deploy.cli.main import main
from deploy.production.postgresql import grants
from services.runtime.age_box import new_identity
from services.runtime.bus.condition import RELAY, Heart
from services.runtime.sealing_box import new_keypair
from services.runtime.storage.database import Database
from tests.servers.databases import PATIENT
from tests.unit.ballot.conftest import board  # noqa: F401 - a fixture
from tests.unit.ballot.urn import PERMIT_KEY, RECEIPT_SEED, Urn

PRIVATE, PUBLIC = new_identity()


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request, tmp_path, monkeypatch):
    """Two empty databases of ballot: owner's URL and running URL of the one that serves, and of a new one."""
    for name, value in {
        "DATABASE_URL": "",
        "PERMIT_PUBLIC_KEY": bytes(PERMIT_KEY.verify_key).hex(),
        "RECEIPT_PRIVATE_KEY": RECEIPT_SEED,
        "EVENT_PRIVATE_KEY": new_keypair()[0],
    }.items():
        monkeypatch.setenv(f"ISOLOIR_BALLOT_{name}", value)
    monkeypatch.setenv("ISOLOIR_EVENT_KEYS", json.dumps({"identity": "ab" * 32}))
    if request.param == "sqlite":
        return [(f"sqlite:///{tmp_path / name}.sqlite",) * 2 for name in ("serving", "new")]
    systems = [request.getfixturevalue("postgresql").another_system() for _ in range(2)]
    return [(one.owner_urls()["ballot"], one.urls()["ballot"]) for one in systems]


def isoloir(monkeypatch, owner_url, *arguments):
    """A command, run as the account that owns the tables."""
    monkeypatch.setenv("ISOLOIR_BALLOT_DATABASE_URL", owner_url)
    return CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def urn(places, monkeypatch, board):  # noqa: F811 - the fixture
    """A sealed election where two of three have voted, in the database that serves."""
    owner, running = places[0]
    assert isoloir(monkeypatch, owner, "migrate", "ballot").exit_code == 0
    if owner != running:
        grants.main("ballot")
    database = Database(running, "ballot", PATIENT)
    made = Urn(database, board[0]).sealed("anne", "bruno", "chloé")
    made.vote("anne")
    yield made
    database.dispose()


def test_what_is_restored_is_the_same_urn_and_goes_on(urn, places, tmp_path, monkeypatch):
    ballot = urn.ballot("bruno", 1)
    receipt = urn.cast(urn.permit("bruno"), ballot)
    before = urn.snapshot()
    folder, key = tmp_path / "kept", tmp_path / "key.txt"
    key.write_text(f"# created by age-keygen\n{PRIVATE}\n")
    said = isoloir(monkeypatch, places[0][0], "backup", folder, "ballot", "--recipient", PUBLIC)
    assert said.exit_code == 0, said.output
    assert re.search(r"ballot : \d+ lignes", said.output)
    for file in folder.iterdir():
        assert "chloé" not in file.read_bytes().decode(errors="replace")
    assert stat.S_IMODE((folder / "ballot.dump").stat().st_mode) == 0o600
    assert (folder / "ballot.dump").read_bytes().startswith(b"age-encryption.org/v1")

    said = isoloir(monkeypatch, places[1][0], "restore", folder, "ballot", "--identity", key)
    assert said.exit_code == 0, said.output
    assert sorted(one.name for one in folder.iterdir()) == ["ballot.dump", "ballot.json"], "nothing in clear stays"
    restored = Urn(Database(places[1][1], "ballot", PATIENT), urn.trustees, urn.uuid, urn.secrets)
    assert restored.snapshot() == before
    assert restored.cast(restored.permit("bruno"), ballot) == receipt, "the same ballot again is the same receipt"
    assert restored.snapshot() == before
    restored.vote("chloé")
    assert restored.snapshot()[0]["ballots"] == 3
    with pytest.raises(DatabaseError), restored.database.transaction() as session:
        session.execute(text("DELETE FROM ballots"))
    restored.database.dispose()


def test_nothing_is_restored_over_what_is_there_nor_from_what_was_altered(urn, places, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    assert isoloir(monkeypatch, places[0][0], "backup", folder, "ballot", "--plain").exit_code == 0
    before = urn.snapshot()
    said = isoloir(monkeypatch, places[0][0], "restore", folder, "ballot")
    assert (said.exit_code, "n’est pas vide" in said.output) == (1, True)
    said = isoloir(monkeypatch, places[0][0], "backup", folder, "ballot", "--plain")
    assert (said.exit_code, "existe déjà" in said.output) == (1, True)
    assert urn.snapshot() == before
    content = bytearray((folder / "ballot.dump").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "ballot.dump").write_bytes(content)
    said = isoloir(monkeypatch, places[1][0], "restore", folder, "ballot")
    assert (said.exit_code, "altéré" in said.output) == (1, True)
    (folder / "ballot.json").write_text("{}")
    said = isoloir(monkeypatch, places[1][0], "restore", folder, "ballot")
    assert (said.exit_code, "n’est pas la description" in said.output) == (1, True)


def test_a_sealed_backup_opens_with_its_key_alone(urn, places, tmp_path, monkeypatch):
    folder, key = tmp_path / "kept", tmp_path / "key.txt"
    key.write_text(new_identity()[0])
    assert isoloir(monkeypatch, places[0][0], "backup", folder, "ballot", "--recipient", PUBLIC).exit_code == 0
    for given in ((), ("--identity", key)):
        said = isoloir(monkeypatch, places[1][0], "restore", folder, "ballot", *given)
        assert (said.exit_code, PUBLIC in said.output) == (1, True)
    assert sorted(one.name for one in folder.iterdir()) == ["ballot.dump", "ballot.json"]
    for given in ((), ("--plain", "--recipient", PUBLIC), ("--recipient", "age1nonsense")):
        assert isoloir(monkeypatch, places[0][0], "backup", tmp_path / "other", "ballot", *given).exit_code != 0
    assert list(tmp_path.glob("other/*")) == []


def test_while_the_relay_runs_nothing_is_copied_without_a_word(urn, places, tmp_path, monkeypatch):
    heart = Heart(Database(places[0][1], "ballot", PATIENT), RELAY)
    heart.beat()
    folder = tmp_path / "kept"
    said = isoloir(monkeypatch, places[0][0], "backup", folder, "ballot", "--plain")
    assert (said.exit_code, "le relais est en service" in said.output, folder.exists()) == (1, True, False)
    assert isoloir(monkeypatch, places[0][0], "backup", folder, "ballot", "--plain", "--while-running").exit_code == 0
    heart.stop()
    assert isoloir(monkeypatch, places[0][0], "backup", tmp_path / "later", "ballot", "--plain").exit_code == 0
