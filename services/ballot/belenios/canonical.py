"""Strict compact JSON (section 1): what is hashed and signed has exactly one form."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from .errors import Malformed, NotCanonical

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 16
# Largest integer that every JSON reader represents exactly; the protocol's own limit (2^30-1) is lower.
MAX_INTEGER_DIGITS = 15

# Possessive, and never failing once begun: linear time and constant memory whatever the text.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def dumps(value: Any) -> str:
    """Serialise as the protocol does: no spaces, insertion order, raw UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def loads(
    text: str | bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, require_canonical: bool = True
) -> Any:
    """Parse strictly; the text must be its own canonical serialisation unless ``require_canonical`` is false.

    Raises Malformed (too-large, bad-utf8, too-deep, bad-json, duplicate-key, bad-number) or NotCanonical.
    Key *order* is checked by ``fields``, which knows what order is due.
    """
    text = _decoded(text, max_bytes)
    _check_depth(text, max_depth)
    try:
        value = json.loads(
            text, object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float, parse_int=_integer
        )
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("bad-json") from error
    if not require_canonical and "\\u" not in text:
        return value
    again = dumps(value)
    if "\\u" in text:
        # An escaped lone surrogate parses, but is no Unicode text: it could not be hashed.
        try:
            again.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Malformed("bad-utf8", "lone surrogate") from error
    if require_canonical and again != text:
        raise NotCanonical("not-canonical")
    return value


def fields(value: Any, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """Return ``value`` if it is an object with exactly these keys in this order (``optional`` ones may be absent).

    Raises Malformed("wrong-shape").
    """
    if not isinstance(value, dict):
        raise Malformed("wrong-shape", "not an object")
    expected = [name for name in names if name in value or name not in optional]
    if list(value) != expected:
        raise Malformed("wrong-shape", f"keys must be {', '.join(names)}")
    return value


def items(value: Any, length: int | None = None) -> list[Any]:
    """Return ``value`` if it is an array (of ``length`` entries, if given). Raises Malformed("wrong-shape")."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise Malformed("wrong-shape", "not an array" if length is None else f"not an array of {length}")
    return value


def string(value: Any) -> str:
    """Return ``value`` if it is a string. Raises Malformed("wrong-shape")."""
    if not isinstance(value, str):
        raise Malformed("wrong-shape", "not a string")
    return value


def integer(value: Any, low: int, high: int) -> int:
    """Return ``value`` if it is an integer in [low, high] (a boolean is not). Raises Malformed("wrong-shape")."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Malformed("wrong-shape", f"not an integer from {low} to {high}")
    return value


def _decoded(text: str | bytes, max_bytes: int) -> str:
    if len(text) > max_bytes:
        raise Malformed("too-large", f"more than {max_bytes} bytes")
    try:
        if isinstance(text, str):
            if not text.isascii() and len(text.encode("utf-8")) > max_bytes:
                raise Malformed("too-large", f"more than {max_bytes} bytes")
            return text
        return text.decode("utf-8")
    except UnicodeError as error:
        raise Malformed("bad-utf8") from error


def _check_depth(text: str, max_depth: int) -> None:
    # Before the parser, which recurses. Only an excess of opening brackets is looked for; the rest is the parser's.
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > max_depth:
            raise Malformed("too-deep", f"more than {max_depth} levels")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Malformed("duplicate-key")
    return result


def _no_float(text: str) -> NoReturn:
    raise Malformed("bad-number", "only integers")


def _integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS + text.startswith("-") or text == "-0":
        raise Malformed("bad-number", "integer out of range")
    return int(text)
