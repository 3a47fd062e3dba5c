"""Data of the first release survives the migrations."""

from datetime import UTC, datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from services.identity.roll import search
from services.runtime.storage.database import Database
from services.runtime.storage.migration import SERVICES


def test_what_the_first_release_wrote_is_kept_and_found(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/old.sqlite", "identity")
    config = Config()
    config.set_main_option("script_location", str(SERVICES / "identity" / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = database.engine
    command.upgrade(config, "0001")
    moment = datetime(2026, 12, 1, tzinfo=UTC).isoformat(sep=" ")
    with database.transaction() as session:
        for statement in (
            "INSERT INTO voting_events VALUES ('e', 1, 'n', :now, :now, '2022', NULL, NULL)",
            "INSERT INTO elections VALUES ('AAAAAAAAAAAAAA', 'e', 0, 'CSA', 'CSA', 'online', '')",
            "INSERT INTO voters VALUES ('v', 'e', 'a@b.fr', 'Œuf', 'Zoé', 'Lycée', '', '', '20 200', '')",
            "INSERT INTO voters VALUES ('w', 'e', 'w@b.fr', 'Wagner', 'Léo', 'Lycée', '', '', 'B-1000', '')",
            "INSERT INTO entitlements VALUES ('v', 'AAAAAAAAAAAAAA', 't')",
            "INSERT INTO accounts VALUES ('v', 'hash', :now, 3, NULL, NULL)",
            "INSERT INTO sessions VALUES ('s', 't', 'v', :now, :now, NULL)",
            "INSERT INTO staged_rows VALUES ('i', 2, 'e', '{}')",
        ):
            session.execute(text(statement), {"now": moment} if ":now" in statement else {})
    database.upgrade()
    with database.reading() as session:
        now = datetime(2026, 12, 1, tzinfo=UTC)
        page = search.search_roll(
            session, voter_id="v", election="AAAAAAAAAAAAAA", query="oeuf", after=None, limit=5, now=now
        )
        assert page.total == 1
        assert session.execute(text("SELECT password_hash, answer_hash FROM accounts")).one() == ("hash", None)
        assert session.execute(text("SELECT activated FROM sessions")).scalar_one() == 1
        assert session.execute(text("SELECT count(*) FROM staged_rows")).scalar_one() == 0
        assert session.execute(text("SELECT id, territory FROM voters ORDER BY id")).all() == [("v", "2B"), ("w", "")]
        counted = session.execute(text("SELECT election, territory, voters FROM election_territories")).all()
        assert counted == [("AAAAAAAAAAAAAA", "2B", 1)]
    database.dispose()
