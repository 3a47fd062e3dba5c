"""Kinds of fields that several contracts share: validators that answer with codes, and annotated types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from marshmallow import fields, validate

from services.runtime.contracts.problems import Code, wrong

LARGEST_INTEGER = 2**31 - 1
"""What the databases' integers hold."""


class Length(validate.Length):
    """A text of bounded length, in characters."""

    short, long = Code.TOO_SHORT, Code.TOO_LONG

    def __init__(self, least: int, most: int) -> None:
        super().__init__(min=least, max=most)
        self.least, self.most = least, most

    def __call__(self, value: Any) -> Any:
        """Raise a ValidationError where the length is not kept."""
        if len(value) < self.least:
            raise wrong(self.short, self.least)
        if len(value) > self.most:
            raise wrong(self.long, self.most)
        return value


class Count(Length):
    """A list of bounded length."""

    short, long = Code.TOO_FEW, Code.TOO_MANY


class Range(validate.Range):
    """A number between two others, both allowed."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__(min=least, max=most)
        self.least, self.most = least, most

    def __call__(self, value: Any) -> Any:
        """Raise a ValidationError for a number outside."""
        if value < self.least:
            raise wrong(Code.TOO_SMALL, self.least)
        if value > self.most:
            raise wrong(Code.TOO_LARGE, self.most)
        return value


class Form(validate.Regexp):
    """A text of one form, from its first character to its last. The pattern is one that JavaScript understands too."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._whole = re.compile(pattern)
        super().__init__(f"^{pattern}$", error=Code.WRONG_FORM.value)

    def __call__(self, value: Any) -> Any:
        """Raise a ValidationError for any other text."""
        if not self._whole.fullmatch(value):  # `$` would let a line end by
            raise wrong(Code.WRONG_FORM)
        return value


class OneOf(validate.OneOf):
    """A text of a closed set."""

    def __init__(self, *choices: str) -> None:
        super().__init__(choices, error=Code.NOT_A_CHOICE.value)


def no_control(text: str) -> None:
    """Refuse control characters: PostgreSQL cannot hold NUL, and UTF-8 no lone surrogate."""
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise wrong(Code.FORBIDDEN_CHARACTER)


def storable(text: str) -> None:
    """Refuse what neither JSON over the bus nor PostgreSQL can keep; line ends may stand."""
    if any(char == "\0" or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise wrong(Code.FORBIDDEN_CHARACTER)


def no_blank_edges(text: str) -> None:
    """Refuse a text that is blank, or begins or ends with a blank."""
    if not text.strip() or text != text.strip():
        raise wrong(Code.BLANK)


def tight(text: str) -> None:
    """Refuse a text that begins or ends with a blank; it may be empty."""
    if text != text.strip():
        raise wrong(Code.BLANK)


def no_control_but_lines(written: str) -> None:
    """Refuse control characters other than line ends."""
    no_control(written.replace("\n", ""))


def tidied(written: str) -> str:
    """Return a text in the form it is kept in."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


class Prose(fields.String):
    """Some lines that a person wrote: trimmed, line ends made one kind, tabs blanks; no other control character.

    Lengths are those of the text after that: browsers send each line end as two characters.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"validate": [*options.get("validate", ()), no_control_but_lines]})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return tidied(str(super()._deserialize(value, attr, data, **kwargs)))


class Line(fields.String):
    """One line that a person wrote, trimmed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"validate": [*options.get("validate", ()), no_control]})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return str(super()._deserialize(value, attr, data, **kwargs)).strip()


ElectionUuid = Annotated[str, Form("[1-9A-HJ-NP-Za-km-z]{14,64}")]
"""An election's uuid: Base58, as the protocol wants it."""

VotingEventUuid = Annotated[str, Form("[!-~]{1,36}")]
"""A voting event's uuid: printable ASCII, which every database can look up."""

Pseudonym = Annotated[str, Form("[0-9a-f]{64}")]
"""Holder or bearer: a keyed tag of 32 bytes in hexadecimal, that identity alone can resolve."""

Token = Annotated[str, Length(1, 200), no_control]
"""A token that identity handed out."""

MessageUuid = Annotated[str, Form("[!-~]{1,36}")]
"""The uuid of a message or of a campaign."""

ReissueUuid = Annotated[str, Form("[0-9a-f-]{36}")]
"""The number of a re-issue, the same in all services."""

RemovalUuid = Annotated[str, Form("[0-9a-f-]{36}")]
"""The number of a removal from the roll, the same in all services."""

Number = Annotated[int, Range(1, LARGEST_INTEGER)]
"""The number of a row that people name by it."""

# Within these years every time zone has a time in UTC.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


def within_reach(moment: datetime) -> None:
    """Refuse a moment that no calendar of ours holds."""
    if not _EARLIEST <= moment <= _LATEST:
        raise wrong(Code.WRONG_FORM)


Moment = Annotated[datetime, within_reach]
"""A moment that people plan: ISO 8601, UTC where no offset is written."""

LEGAL_GRACE = 30
"""Minutes after the closing in which whoever was authenticated before it may still vote (R211-563): no more are allowed."""
GraceMinutes = Annotated[int, Range(0, LEGAL_GRACE)]
