"""The body of an API request: JSON that says so, and that every program reads alike (I-JSON, RFC 7493)."""

import json
import math
from typing import Any, NoReturn

from flask import Request, abort, request
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Blueprint
from marshmallow import Schema
from webargs.flaskparser import FlaskParser

from services.runtime.refusals import Refusal

LONGEST_NUMBER = 1000
"""Characters of a number: more than anybody needs, fewer than Python converts."""

DEEPEST = 32
"""Objects and lists within each other: nobody sends more than five."""


class MalformedJson(ValueError):
    """A body that is not JSON, or that two programs could read differently."""


def read(body: str | bytes) -> Any:
    """Read a body.

    Args:
        body: a text, or its UTF-8.

    Returns:
        What it says; a number without fraction is an int however it is written (1.0, 1e2), as JSON Schema has it.

    Raises:
        MalformedJson: for what is not JSON, NaN and infinities, numbers that no double holds, a name that an object has
            twice, nesting deeper than DEEPEST, and halves of surrogate pairs.
    """
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
        found = json.loads(
            text, parse_constant=_refuse, parse_int=_whole, parse_float=_number, object_pairs_hook=_without_doubles
        )
        if r"\u" in text:
            # Only an escape can smuggle half a pair in. No database, no bus and no other text could hold it.
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise MalformedJson from None
    _refuse_depth(found)
    return found


def _refuse_depth(found: Any) -> None:
    level = [found]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for node in level
            if isinstance(node, dict | list)
            for inner in (node.values() if isinstance(node, dict) else node)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise MalformedJson("depth")


def _refuse(constant: str) -> NoReturn:
    raise MalformedJson(constant)


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise MalformedJson("number")
    return int(digits)


def _number(written: str) -> int | float:
    number = float(written)
    if len(written) > LONGEST_NUMBER or not math.isfinite(number):
        raise MalformedJson("number")
    return int(number) if number.is_integer() else number


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson("name")
    return found


class StrictJson(DefaultJSONProvider):
    """Flask's JSON, read strictly wherever the gateway reads it."""

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Read a text. Raises MalformedJson."""
        return read(s)


class Parser(FlaskParser):
    """webargs, reading bodies strictly."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The body, read. Raises Refusal malformed_json."""
        try:
            return read(req.get_data(cache=True))
        except MalformedJson:
            raise Refusal("malformed_json") from None


def install(blueprint: Blueprint) -> None:
    """Refuse bodies of another type: a form posted from another site must never look like an API call."""
    blueprint.ARGUMENTS_PARSER = Parser()

    @blueprint.before_request
    def expect_json() -> None:
        if request.method in {"POST", "PUT", "PATCH"} and not request.is_json:
            abort(415)
