"""Insertions that say what happens where the row is there already, on both databases."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def upsert(session: Session, table: Table | type[DeclarativeBase]) -> postgresql.Insert | sqlite.Insert:
    """Begin an insertion that takes `on_conflict_do_nothing` or `on_conflict_do_update`; nothing is executed yet.

    SQL's standard has no such clause, so SQLAlchemy has one insertion for each database.

    Args:
        session: Whose database decides.
        table: A table or a mapped class.

    Returns:
        The insertion, without values.
    """
    of_dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement: postgresql.Insert | sqlite.Insert = of_dialect.insert(table)
    return statement
