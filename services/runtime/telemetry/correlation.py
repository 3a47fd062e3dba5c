"""What travels with a request from the browser to the last service: its correlation id and its idempotency key."""

import re
import uuid
from contextvars import ContextVar

import structlog

CORRELATION_HEADER = "correlation_id"
IDEMPOTENCY_HEADER = "idempotency_key"

_correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
_idempotency_key: ContextVar[str] = ContextVar("idempotency_key", default="")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_id() -> str:
    """A fresh identifier: a random UUID in its usual writing."""
    return str(uuid.uuid4())


def is_plain(text: str) -> bool:
    """Whether `text` is a lower-case UUID and nothing else: what may be taken over from a stranger into our logs."""
    return bool(_UUID.fullmatch(text))


def bind(correlation_id: str | None, idempotency_key: str | None = None) -> str:
    """Make these the identifiers of the current request; a missing or foreign-looking correlation id is replaced."""
    known = correlation_id if correlation_id and is_plain(correlation_id) else new_id()
    _correlation_id.set(known)
    _idempotency_key.set(idempotency_key or "")
    structlog.contextvars.bind_contextvars(correlation_id=known)
    return known


def current_id() -> str:
    """The correlation id of the current request; one is made where there is none yet."""
    return _correlation_id.get() or bind(None)


def current_idempotency_key() -> str:
    """The idempotency key that the caller gave, or the empty string."""
    return _idempotency_key.get()
