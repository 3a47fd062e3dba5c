"""What each migration once made, kept beside it: `schemas/<service>/<revision>.<database>.txt`.

A file holds what the migration added to the schema (`+`) and took from it (`-`). It is written once, when the migration
is new (`python -m tests.contract.migrated_schemas`), and never again: a migration that has run somewhere is history.
"""

from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from services.runtime.service_names import SERVICES
from services.runtime.storage.migration import SERVICES as FOLDER
from tests.servers.schema import lines_of_schema

KEPT = Path(__file__).with_name("schemas")


def migrate_step_by_step(engine: Engine, service: str) -> Iterator[tuple[Path, str]]:
    """Run a service's migrations one after another on an empty database.

    Args:
        engine: Of the empty database.
        service: Whose migrations.

    Yields:
        After each, the file that is to hold what it made, and what it has made.
    """
    config = Config()
    config.set_main_option("script_location", str(FOLDER / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    before: set[str] = set()
    for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        command.upgrade(config, script.revision)
        after = set(lines_of_schema(engine))
        changes = [*(f"- {line}" for line in sorted(before - after)), *(f"+ {line}" for line in sorted(after - before))]
        before = after
        yield KEPT / service / f"{script.revision}.{engine.dialect.name}.txt", "".join(f"{line}\n" for line in changes)


def main() -> None:
    """Write the files that are not there yet."""
    import tempfile

    from deploy.local.postgresql import LocalCluster
    from services.runtime.storage.database import Database

    cluster = LocalCluster()
    cluster.start()
    try:
        urls = cluster.owner_urls()
        for service in SERVICES:
            with tempfile.TemporaryDirectory() as folder:
                for url in (f"sqlite:///{folder}/{service}.sqlite", urls[service]):
                    database = Database(url, service)
                    for path, made in migrate_step_by_step(database.engine, service):
                        if not path.exists():
                            path.parent.mkdir(parents=True, exist_ok=True)
                            path.write_text(made, encoding="utf-8")
                            print(path.relative_to(KEPT))
                    database.dispose()
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
