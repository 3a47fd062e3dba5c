"""A command that is retried must not be done twice: the answer is kept with the change, under the caller's key."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.runtime.bus.delivery_tables import COMMAND
from services.runtime.clock import utc_now
from services.runtime.storage.database import Database
from services.runtime.telemetry import correlation


class AlreadyDone(Exception):
    """The same command was done meanwhile; the transaction must be rolled back and the kept answer given."""


def remember(session: Session, response: dict[str, Any], method: str = "") -> None:
    """Keep `response` in the transaction of the command; nothing where the caller gave no key.

    Not for responses that hold a secret. Raises AlreadyDone where a simultaneous retry came first.
    """
    key = correlation.current_idempotency_key()
    if not key:
        return
    try:
        session.execute(
            insert(COMMAND).values(
                idempotency_key=key, method=method, response=json.dumps(response, default=str), done_at=utc_now()
            )
        )
        session.flush()
    except IntegrityError:
        raise AlreadyDone from None


def forget(session: Session, before: datetime) -> None:
    """Delete the answers of commands done before that moment: nobody will ask again."""
    session.execute(delete(COMMAND).where(COMMAND.c.done_at < before))


def recall(database: Database, method: str = "") -> dict[str, Any] | None:
    """The answer kept under the caller's key, or None where there is no key or no answer."""
    key = correlation.current_idempotency_key()
    if not key:
        return None
    kept_under = select(COMMAND.c.response).where(COMMAND.c.idempotency_key == key, COMMAND.c.method == method)
    with database.reading() as session:
        kept = session.execute(kept_under).scalar_one_or_none()
    if kept is None:
        return None
    answer: dict[str, Any] = json.loads(kept)
    return answer
