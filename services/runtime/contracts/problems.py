"""What can be wrong with a field of a request: codes of a closed set, each with at most one number, and no words.

Words belong to whoever shows them: gateway/edge/field_problems.py has a sentence for each code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import ValidationError

from services.runtime.refusals import Refusal

Problem = dict[str, str | int]
"""{"code": one of Code, "limit": the number that was not kept, where there is one}."""


class Code(StrEnum):
    """Why a field is refused."""

    REQUIRED = "required"
    WRONG_KIND = "wrong_kind"
    UNKNOWN_FIELD = "unknown_field"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_A_CHOICE = "not_a_choice"
    WRONG_FORM = "wrong_form"
    FORBIDDEN_CHARACTER = "forbidden_character"
    BLANK = "blank"
    NOT_AN_ADDRESS = "not_an_address"
    ADDRESS_NOT_ASCII = "address_not_ascii"
    NOT_AFTER_OPENING = "not_after_opening"
    REPEATED = "repeated"
    CONTRADICTORY = "contradictory"


def problem(code: Code, limit: int | None = None) -> Problem:
    """A problem as it crosses the bus."""
    return {"code": code.value} if limit is None else {"code": code.value, "limit": limit}


def wrong(code: Code, limit: int | None = None) -> ValidationError:
    """What a validator raises."""
    return ValidationError([problem(code, limit)])


def invalid_request(fields: dict[str, list[Problem]]) -> Refusal:
    """The refusal of a request whose fields are at fault.

    Args:
        fields: dotted name of the field, "" for the whole request → its problems.
    """
    return Refusal("invalid_request", fields=fields)


def from_messages(messages: Any, name: str = "") -> dict[str, list[Problem]]:
    """Flatten marshmallow's nested messages into dotted field names; nothing of them repeats the value."""
    if isinstance(messages, dict) and "code" not in messages:
        flat: dict[str, list[Problem]] = {}
        for inner, deeper in messages.items():
            part = "" if inner == "_schema" else str(inner)
            for dotted, problems in from_messages(deeper, ".".join(filter(None, (name, part)))).items():
                flat.setdefault(dotted, []).extend(problems)
        return flat
    if isinstance(messages, list):
        flat = {}
        for one in messages:
            for dotted, problems in from_messages(one, name).items():
                flat.setdefault(dotted, []).extend(problems)
        return flat
    if isinstance(messages, dict):
        return {name: [messages]}
    return {name: [problem(Code(messages) if messages in set(Code) else Code.WRONG_FORM)]}
