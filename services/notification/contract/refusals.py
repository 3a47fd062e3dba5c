"""The closed set of refusals of notification: nobody commands it, so none yet beyond what the runtime checks."""

from __future__ import annotations

from enum import StrEnum

from services.runtime.refusals import Refusal


class Code(StrEnum):
    """Each code is a part of the contract."""

    INVALID_REQUEST = "invalid_request"


def refuse(code: Code, **details: object) -> Refusal:
    """Return the refusal to raise; `details` must be JSON-able and hold no secret."""
    return Refusal(code.value, **details)
