"""The least and the most that a JSON schema lets through: where two layers disagree on a limit, one of the two shows it."""

import re
from typing import Any

LEAST, MOST = "least", "most"
SAMPLES = (
    "2026-11-25T08:00:00+00:00",
    "a@b.fr",
    "ada.lovelace@ac-demo.fr",
    "first_pet",
    "11111111-1111-4111-8111-111111111111",
)
LENGTHS = (0, 1, 2, 10, 14, 22, 36, 43, 64)
"""Lengths that our patterns have within themselves, where no `maxLength` says them."""
MANY = 60  # how many members of a list without a limit, and how many characters of such a text


def extreme(document: dict[str, Any], schema: dict[str, Any] | bool, which: str) -> Any:
    """A value at the edge of a schema.

    Args:
        document: where its references lead.
        schema: of the dialect of OpenAPI 3.1, as our documents use it.
        which: LEAST or MOST, in length, size and number of members.

    Returns:
        A value that the schema lets through.

    Raises:
        ValueError: no sample fits a text's patterns; then it wants another in SAMPLES.
    """
    if isinstance(schema, bool) or not schema:
        return None
    schema = _flat(document, schema)
    chosen = 0 if which == LEAST else -1
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][chosen]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return extreme(document, schema[word][-1 if which == LEAST else 0], which)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = "null" if which == LEAST and "null" in kind else next(name for name in kind if name != "null")
    match kind:
        case "object":
            return _object(document, schema, which)
        case "array":
            count = schema.get("minItems", 0) if which == LEAST else min(schema.get("maxItems", MANY), MANY)
            members = [extreme(document, schema.get("items", {}), which) for _ in range(count)]
            return members[:1] if schema.get("uniqueItems") else members
        case "integer" | "number":
            low = schema.get("minimum", 0)
            return low if which == LEAST else schema.get("maximum", max(low, 2**31 - 1))
        case "boolean":
            return which == MOST
        case "string":
            return _text(schema, which)
    return None


def _flat(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its references and `allOf` in one; of several patterns, all."""
    found: dict[str, Any] = {"patterns": []}
    parts = [schema, *schema.get("allOf", ())]
    while parts:
        part = parts.pop(0)
        if "$ref" in part:
            target: Any = document
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            parts += [target, *target.get("allOf", ())]
        found["patterns"] += [part["pattern"]] if "pattern" in part else []
        found |= {word: value for word, value in part.items() if word not in {"$ref", "allOf", "pattern"}}
    return found


def _object(document: dict[str, Any], schema: dict[str, Any], which: str) -> dict[str, Any]:
    names = schema.get("required", ()) if which == LEAST else schema.get("properties", {})
    found = {name: extreme(document, schema["properties"][name], which) for name in names}
    others = schema.get("additionalProperties")
    if which == MOST and isinstance(others, dict):
        found[schema.get("propertyNames", {"enum": ["a"]})["enum"][-1]] = extreme(document, others, which)
    return found


def _text(schema: dict[str, Any], which: str) -> str:
    shortest = schema.get("minLength", 0)
    longest = schema.get("maxLength", 2**31)
    lengths = {*LENGTHS, shortest, MANY if longest == 2**31 else longest}
    fitting = [
        sample
        for sample in (*SAMPLES, *("a" * length for length in lengths))
        if shortest <= len(sample) <= longest and all(re.search(pattern, sample) for pattern in schema["patterns"])
    ]
    match schema.get("format"):
        case "date-time":
            fitting = SAMPLES[0:1]
        case "email":
            fitting = ["a@b.fr", "a" * 60 + "@" + "b" * 60 + ".fr"]
        case "uuid":
            fitting = [SAMPLES[-1]]
    if not fitting:
        raise ValueError(f"no sample for {schema}")
    return (min if which == LEAST else max)(fitting, key=len)
