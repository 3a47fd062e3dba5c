"""Patterns of the OpenAPI document, derived from the validators that really run.

marshmallow matches Python's regular expressions from the start of a text. A client matches those of the document as
ECMAScript does (flag u), anywhere: `\\Z` means nothing there, and what is not anchored refuses nothing. Every pattern is
translated here. One that would mean something else in ECMAScript ends the start of the gateway: nobody is misled.
"""

import re
from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

# What Python's \s matches in a text: not quite what ECMAScript's does.
BLANKS = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SYNTAX = set("^$\\.*+?()[]{}|/")
_SAME = set("nrtfvxu")


class NotPublishable(ValueError):
    """A pattern has no equal in ECMAScript, or is not anchored at its end."""


def ecma_pattern(pattern: str) -> str:
    """Translate a regular expression that a whole text must match.

    Args:
        pattern: Python's, as for `re.fullmatch` with a str, without flags.

    Returns:
        What matches the same texts as an ECMAScript regular expression with the flag u, anchored with ^ and $.

    Raises:
        NotPublishable: for what means something else there.
    """
    body = "".join(_translated(pattern))
    return f"^(?:{body})$" if "|" in body else f"^{body}$"


def _whole(pattern: str) -> str:
    """What a whole text must match, of what `re.match` is called with."""
    if not pattern.endswith(r"\Z") or "|" in pattern.replace("[^|", "["):
        raise NotPublishable(f"{pattern!r} does not end with \\Z: it would accept anything after what it matches")
    return pattern.removeprefix(r"\A")[:-2]


def _translated(body: str) -> list[str]:
    pieces: list[str] = []
    in_class = False
    position = 0
    while position < len(body):
        character = body[position]
        position += 1
        if character == "\\":
            pieces.append(_escaped(body[position : position + 1], body, in_class=in_class))
            position += 1
        elif in_class:
            in_class = character != "]"
            pieces.append(character)
        elif character == "[":
            in_class = True
            pieces.append(character)
        elif character == ".":
            pieces.append(r"[^\n]")  # in ECMAScript a point does not match three other line ends either
        elif character in "^$" or (
            body.startswith("(?", position - 1) and body[position + 1 : position + 2] not in ":=!"
        ):
            raise NotPublishable(f"{body!r}: {character!r} at {position - 1}")
        else:
            pieces.append(character)
    return pieces


def _escaped(character: str, body: str, *, in_class: bool) -> str:
    if character == "s":
        return BLANKS if in_class else f"[{BLANKS}]"
    if character == "S" and not in_class:
        return f"[^{BLANKS}]"
    if character in _SAME or character in _SYNTAX or (in_class and character == "-"):
        return "\\" + character
    if character.isalnum():
        # \d, \w, \b follow Unicode in Python alone; \A and \Z exist there alone.
        raise NotPublishable(f"{body!r}: \\{character}")
    return character  # an escape that the flag u forbids, of what stands for itself


class PublishedConverter(OpenAPIConverter):
    """From marshmallow's schemas to JSON Schema: every pattern that is checked, none that is not."""

    def schema2jsonschema(self, schema: Schema) -> dict[str, Any]:
        """Describe a schema, open: requests are closed where the document is put together."""
        described: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        described.pop("additionalProperties", None)
        return described

    def field2pattern(self, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
        """Describe what the validators of a field match.

        Args:
            field: a field whose validators are marshmallow's Regexp, or carry a `pattern` that says the same as they do.

        Returns:
            {"pattern"}, or {"allOf"} of several; {} where there is none.
        """
        found = []
        for validator in field.validators:
            regex = getattr(validator, "regex", None)
            written = regex.pattern if isinstance(regex, re.Pattern) else getattr(validator, "pattern", None)
            if isinstance(regex, re.Pattern) and regex.flags != re.UNICODE:
                raise NotPublishable(f"{written!r} has flags")
            if written is not None:
                found.append({"pattern": ecma_pattern(_whole(written))})
        if len(found) > 1:
            return {"allOf": found}
        return found[0] if found else {}
