"""A database that has the bus's tables and a table of its own to write to; logging put back as it was."""

import logging

import pytest
from sqlalchemy import Column, MetaData, String, Table

from services.runtime.bus.delivery_tables import command_table, inbox_table, outbox_table, process_table
from services.runtime.storage.database import Database

METADATA = MetaData()
outbox_table(METADATA)
inbox_table(METADATA)
command_table(METADATA)
process_table(METADATA)
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


@pytest.fixture
def restored_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
