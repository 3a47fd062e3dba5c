"""How many bytes a text in the database has, without reading it where the database knows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, func
from sqlalchemy.orm import InstrumentedAttribute, Session


def octets(session: Session, column: InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """The length of a column in bytes of UTF-8.

    PostgreSQL has it beside a long text, and counts characters by reading all of them: a question about many megabytes
    for a page of two. SQLite's own function for bytes is newer than the releases that are about.

    Args:
        session: Whose database decides.
        column: Of texts.
    """
    if session.get_bind().dialect.name == "postgresql":
        return func.octet_length(column)
    return func.length(cast(column, LargeBinary))
