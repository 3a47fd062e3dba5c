"""Schema migrations of a service, by alembic, run from the product's own command line."""

import logging
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Engine, MetaData, text

SERVICES = Path(__file__).resolve().parents[2]

# Two processes that start together must not migrate together; the number only has to be ours.
_ADVISORY_LOCK = 7_253_004_511


def upgrade(engine: Engine, service: str) -> None:
    """Run the migrations of services/<service>/migrations that `engine`'s database has not seen."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    command.upgrade(config, "head")


def run(metadata: MetaData) -> None:
    """What each service's migrations/env.py calls: migrate in one transaction on the engine that `upgrade` gave."""
    engine: Engine = context.config.attributes["engine"]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # An operator watches: rewriting a large table takes what it takes, but a lock that does not come within two
            # minutes ends the migration with nothing changed, to be run again once whoever holds it has finished.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = '120s'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        context.configure(connection=connection, target_metadata=metadata)
        context.run_migrations()
