"""A database that has the bus's tables and a table of its own to write to."""

import pytest
from sqlalchemy import Column, MetaData, String, Table

from services.runtime.bus.delivery_tables import delivery_tables
from services.runtime.storage.database import Database

METADATA = MetaData()
delivery_tables(METADATA)
NOTES = Table("note", METADATA, Column("text", String(100), primary_key=True))


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path}/example.sqlite", "ballot")
    METADATA.create_all(made.engine)
    yield made
    made.dispose()


@pytest.fixture
def notes():
    return NOTES
