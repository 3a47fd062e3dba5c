"""Reading what is not ours: values of JSON or TOML by their names, each refused by name where it is of another kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from unicodedata import category

LONGEST = 10_000
"""Characters of a text, and entries of a list: no more is read."""


class NotFacts(ValueError):
    """Not what a portal or a board says of an election; the message is the name of the field at fault."""


def entries(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Read a list of objects. Raises NotFacts."""
    listed = value.get(name, [])
    if not isinstance(listed, list) or len(listed) > LONGEST or not all(isinstance(one, dict) for one in listed):
        raise NotFacts(name)
    return listed


def text(value: Mapping[str, Any], name: str) -> str:
    """Read one line of text: no control character of it reaches a page, spaces that do not break do. Raises NotFacts."""
    found = value.get(name)
    if not isinstance(found, str) or len(found) > LONGEST:
        raise NotFacts(name)
    return "".join(char if char.isprintable() or category(char) == "Zs" else " " for char in found)


def texts(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Read a list of lines. Raises NotFacts."""
    listed = value.get(name, [])
    if not isinstance(listed, list) or len(listed) > LONGEST:
        raise NotFacts(name)
    return tuple(text({name: one}, name) for one in listed)


def number(value: Mapping[str, Any], name: str) -> int:
    """Read a number that is not below zero. Raises NotFacts."""
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise NotFacts(name)
    return found


def moment(value: Mapping[str, Any], name: str) -> datetime:
    """Read a moment with its time zone: ISO 8601, or a date and time of TOML. Raises NotFacts."""
    found = value.get(name)
    try:
        read = found if isinstance(found, datetime) else datetime.fromisoformat(text(value, name))
    except ValueError:
        raise NotFacts(name) from None
    if read.tzinfo is None:
        raise NotFacts(name)
    return read
