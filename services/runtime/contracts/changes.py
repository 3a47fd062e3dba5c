"""What a correction of a draft would change, field by field: shown before anybody agrees to it."""

from __future__ import annotations

from collections.abc import Mapping

from services.runtime.contracts.messages import Message


class Change(Message):
    """One field, as it is and as it would be; texts, whatever the field holds."""

    field: str
    before: str
    after: str


def between(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """The changes between two descriptions, in the order of the second; a field that is not there is an empty text."""
    fields = {field: (_text(before.get(field, "")), _text(after.get(field, ""))) for field in (*after, *before)}
    return [
        Change(field=field, before=was, after=becomes) for field, (was, becomes) in fields.items() if was != becomes
    ]


def _text(value: object) -> str:
    return ("oui" if value else "non") if isinstance(value, bool) else str(value)
