"""Connections of a pool: whether one still leads to the server is asked where it has rested, not before each use.

SQLAlchemy's `pool_pre_ping` asks each time, which is a journey to the server for every transaction: a seventh of the
processor time of identity in a profile of it under votes.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

RESTED = 1.0
"""Seconds after which a connection is asked. One that is lost within them is met by the transaction, and told as absence."""
_SINCE = "isoloir_resting_since"


def ask_those_that_rested(engine: Engine) -> None:
    """Have each connection of the engine asked before it is used again, if it has rested for RESTED seconds.

    Where one is lost, it and all that are older are replaced before anybody notices, as `pool_pre_ping` does it.
    """
    dialect = engine.dialect

    def note(_connection: Any, record: Any) -> None:
        record.info[_SINCE] = time.monotonic()

    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get(_SINCE)  # a new connection has none
        if since is None or time.monotonic() - since < RESTED:
            return
        try:
            alive = dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            if not dialect.is_disconnect(error, connection, None):
                raise
            alive = False
        if not alive:
            raise InvalidatePoolError

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ask)
