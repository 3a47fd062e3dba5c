"""A job as a service describes it."""

from typing import Any

from tests.unit.gateway.fake_rpc import EVENT_UUID


def job(state: str, **more: Any) -> dict[str, Any]:
    """A job of the codes as its service describes it."""
    unknown = dict.fromkeys(("step", "done", "total", "remaining_seconds", "result", "reason"))
    at = "2026-12-03T08:00:00+00:00"
    moments = {"asked_at": at, "started_at": at, "changed_at": at, "finished_at": None}
    known = {"job": "j", "kind": "generate_codes", "subject": EVENT_UUID, "attempts": 1}
    return known | moments | unknown | {"state": state, **more}
