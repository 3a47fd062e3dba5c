"""Patterns of the OpenAPI document, derived from the validators that really run.

The contracts match Python's regular expressions with whole texts. A client matches those of the document as ECMAScript
does (flag u), anywhere: `\\Z` means nothing there, and what is not anchored refuses nothing. Every pattern is translated
here. One that would mean something else in ECMAScript ends the start of the gateway: nobody is misled.
"""

from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields, validate

from services.runtime.contracts import kinds

# What Python's \s matches in a text: not quite what ECMAScript's does.
BLANKS = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SYNTAX = set("^$\\.*+?()[]{}|/")
_SAME = set("nrtfvxu")


FUNCTIONS: dict[Any, str] = {
    kinds.no_control: r"^[^\x00-\x1f\x7f-\x9f]*$",
    kinds.no_control_but_lines: r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
    kinds.storable: r"^[^\x00]*$",
    kinds.tight: f"^(?:[^{BLANKS}](?:[\\s\\S]*[^{BLANKS}])?)?$",
    kinds.no_blank_edges: f"^[^{BLANKS}](?:[\\s\\S]*[^{BLANKS}])?$",
    # Whole years whose every moment is within reach, whatever its offset.
    kinds.within_reach: r"^2(?:00[1-9]|0[1-9][0-9]|[1-8][0-9]{2}|9[0-8][0-9])-[^\n]*$",
}
"""What each validator of the contracts lets pass, of texts that JSON can hold (halves of surrogate pairs are no such)."""


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

    def dict2properties(self, field: fields.Field[Any], **more: Any) -> dict[str, Any]:
        """Describe a map: besides its values, which names it may have, where the contract lists them."""
        described: dict[str, Any] = super().dict2properties(field, **more)
        names = getattr(field, "key_field", None)
        for validator in names.validators if names else ():
            if isinstance(validator, validate.OneOf):
                described["propertyNames"] = {"enum": list(validator.choices)}
        return described

    def field2pattern(self, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
        """Describe which texts the validators of a field let pass.

        Args:
            field: a field whose validators are those of services/runtime/contracts/kinds.py.

        Returns:
            {"pattern"}, or {"allOf"} of several; {} where there is none.

        Raises:
            NotPublishable: for a validator that nothing is known of: its limit would be missing in the document.
        """
        found = [published for validator in field.validators if (published := _published(validator))]
        least = max((one.min or 0 for one in field.validators if isinstance(one, validate.Length)), default=0)
        if least and isinstance(field, kinds.Prose | kinds.Line):
            # Its length is that of the trimmed text: so many characters besides blanks are enough.
            found.append(f"^(?:[{BLANKS}]*[^{BLANKS}]){{{least}}}[\\s\\S]*$")
        if len(found) > 1:
            return {"allOf": [{"pattern": pattern} for pattern in found]}
        return {"pattern": found[0]} if found else {}


def _published(validator: Any) -> str:
    if isinstance(validator, kinds.Form):
        return ecma_pattern(validator.pattern)
    if isinstance(validator, validate.Length | validate.Range | validate.OneOf):
        return ""
    if validator in FUNCTIONS:
        return FUNCTIONS[validator]
    raise NotPublishable(f"{validator!r}: say in gateway/api/documentation/patterns.py which texts it lets pass")
