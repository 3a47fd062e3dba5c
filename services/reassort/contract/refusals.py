"""The closed set of refusals of the credential authority."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from services.runtime.refusals import Refusal


class Code(StrEnum):
    """Why the credential authority says no."""

    INVALID_REQUEST = "invalid_request"
    ELECTION_UNKNOWN = "election_unknown"
    ENTITLEMENTS_CHANGED = "entitlements_changed"
    JOB_UNKNOWN = "job_unknown"


def refuse(code: Code, **details: Any) -> Refusal:
    """The refusal to raise; ``details`` are JSON-able and hold no secret, no bearer and no holder."""
    return Refusal(code.value, **details)
