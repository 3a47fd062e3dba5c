"""The kinds of fields that identity's payloads are made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from marshmallow import ValidationError, fields, validate


def no_control(text: str) -> None:
    """Refuse control characters: PostgreSQL cannot hold NUL, and UTF-8 no lone surrogate."""
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValidationError("Control characters are not allowed.")


def text(longest: int, *, shortest: int = 0) -> fields.String:
    """A line of text."""
    return fields.String(required=True, validate=[validate.Length(min=shortest, max=longest), no_control])


def long_text() -> fields.String:
    """A text that operators write."""
    return fields.String(load_default="", validate=validate.Length(max=5000))


def moment(*, allow_none: bool = False) -> fields.AwareDateTime:
    """A required moment in ISO 8601, UTC without an offset."""
    return fields.AwareDateTime(required=True, format="iso", default_timezone=UTC, allow_none=allow_none)


def any_moment() -> fields.AwareDateTime:
    """A moment or null, within a list or mapping."""
    return fields.AwareDateTime(format="iso", default_timezone=UTC, allow_none=True)


def event_uuid() -> fields.String:
    """The uuid of a voting event, of an import or of a campaign."""
    return fields.String(required=True, validate=[validate.Length(min=1, max=36), no_control])


def election_uuid() -> fields.String:
    """The uuid of an election."""
    return fields.String(required=True, validate=validate.Regexp(r"\A[1-9A-HJ-NP-Za-km-z]{14}\Z"))


def token() -> fields.String:
    """A token that identity handed out."""
    return fields.String(required=True, validate=[validate.Length(min=1, max=200), no_control])


def password() -> fields.String:
    """A password: longer than any policy allows, so that the policy is what answers; bounded, so that hashing is."""
    return fields.String(required=True, validate=validate.Length(max=2000))


def page_size(most: int) -> fields.Integer:
    """How many rows to answer with."""
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=most))


class Prose(fields.String):
    """Some lines that a person wrote: trimmed, line ends made one kind, tabs blanks; no other control character.

    Lengths are those of the text after that: browsers send each line end as two characters.
    """

    def __init__(self, *, shortest: int, longest: int, **options: Any) -> None:
        limits = validate.Length(min=shortest, max=longest)
        super().__init__(validate=[limits, _no_control_but_lines], **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        loaded = super()._deserialize(value, attr, data, **kwargs)
        return tidied(str(loaded))


def tidied(written: str) -> str:
    """Return a text in the form it is kept in."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _no_control_but_lines(written: str) -> None:
    no_control(written.replace("\n", ""))


class Line(fields.String):
    """One line that a person wrote, trimmed and with single blanks."""

    def __init__(self, *, shortest: int, longest: int, **options: Any) -> None:
        super().__init__(validate=[validate.Length(min=shortest, max=longest), no_control], **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        loaded = super()._deserialize(value, attr, data, **kwargs)
        return " ".join(str(loaded).split(" ")).strip()
