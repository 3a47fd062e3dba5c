"""What a message must look like before anything else is asked of it: plain functions, without nameko or a broker."""

import json
import math
from typing import Any
from uuid import UUID

from services.runtime import deadline
from services.runtime.telemetry import correlation

_PREFIX = "nameko."
LONGEST_KEY = 64
"""Characters of an idempotency key, as the tables have it."""


def fault_of_call(body: Any, properties: dict[str, Any], headers: dict[str, Any]) -> str | None:
    """Why a message is no call that could be answered, in a word; None where it is one."""
    if not _is_uuid(properties.get("reply_to")):
        return "no_reply_to"
    if not _is_uuid(properties.get("correlation_id")):
        return "no_correlation_id"
    if properties.get("content_type") != "application/json":
        return "content_type"
    if not isinstance(body, dict) or body.get("args") != [] or not isinstance(body.get("kwargs"), dict):
        return "body"
    if set(body["kwargs"]) != {"payload"} or not isinstance(body["kwargs"]["payload"], dict):
        return "payload"
    if not _is_text(body):
        return "text"
    known = {name.removeprefix(_PREFIX): value for name, value in headers.items() if name.startswith(_PREFIX)}
    stack = known.get("call_id_stack", [])
    if not isinstance(stack, list) or not all(isinstance(one, str) for one in stack):
        return "headers"
    if not _is_uuid(known.get(correlation.CORRELATION_HEADER, str(UUID(int=0)))):
        return "headers"
    key = known.get(correlation.IDEMPOTENCY_HEADER, "none")
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        return "headers"
    seconds = known.get(deadline.HEADER, 1)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds) or seconds <= 0:
        return "headers"
    return None


def fault_of_event(body: Any, source: str, event_type: str) -> str | None:
    """Why a message is no event of that source and type, in a word; None where it is one."""
    if not isinstance(body, dict):
        return "body"
    if body.get("source") != source or body.get("type") != event_type:
        return "another_event"
    if not _is_uuid(body.get("id")) or not _is_uuid(body.get("correlation_id")):
        return "identifiers"
    if not isinstance(body.get("payload"), dict):
        return "payload"
    return None if _is_text(body) else "text"


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and correlation.is_plain(value)


def _is_text(body: Any) -> bool:
    """Whether it can be written down: no half of a surrogate pair, no number that JSON does not have."""
    try:
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
        return False
    return True
