"""What counts as « the database is away »: trying again later may mend it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_AWAY_CLASSES = ("08", "53", "58")  # connection lost; no room, no memory, too many connections; input or output failed
_READ_ONLY = "25006"
_AWAY_CODES = {
    _READ_ONLY,  # a standby, or a server that was told to take nothing
    "25P03",  # a transaction that stood idle was ended
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock_timeout
    "57014",  # statement_timeout, or an administrator's cancellation
    "57P01",  # shutting down
    "57P02",  # crashed
    "57P03",  # starting
    "57P05",  # idle session ended
}
_AWAY_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


class WriterBusy(SQLAlchemyError):
    """SQLite has one writer at a time, and it did not finish in time."""


def is_away(error: BaseException) -> bool:
    """Whether trying again later may mend it: the database is gone, full, starting, or too busy. Not a mistake of ours."""
    if isinstance(error, PoolTimeout | WriterBusy):
        return True
    if not isinstance(error, DBAPIError):
        return False
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _AWAY_SQLITE
    code = getattr(cause, "pgcode", None)
    if code is None:  # the driver's own: it never reached the server, or lost it
        return error.connection_invalidated or type(cause).__name__ in ("OperationalError", "InterfaceError")
    return code in _AWAY_CODES or code.startswith(_AWAY_CLASSES)


def is_read_only(error: BaseException) -> bool:
    """Whether what may only be read was to be written: away for a command, a mistake of ours in a question."""
    cause = getattr(error, "orig", None)
    readonly = getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY
    return readonly or getattr(cause, "pgcode", None) == _READ_ONLY


def kind_of(error: BaseException) -> str:
    """The kind of an error for the log: its class, and the database's code where there is one."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "pgcode", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
