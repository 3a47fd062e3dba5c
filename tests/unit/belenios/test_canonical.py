"""Strict JSON: one text for one content, and nothing that could hurt the reader."""

import pytest

from services.ballot.belenios.canonical import dumps, fields, integer, items, loads, string
from services.ballot.belenios.errors import Malformed, NotCanonical


def test_accents_and_quotes_are_written_raw() -> None:
    assert dumps({"b": 'é "x" \\ / \n', "a": [1, True]}) == '{"b":"é \\"x\\" \\\\ / \\n","a":[1,true]}'
    assert loads('{"b":"é","a":[]}') == {"b": "é", "a": []}
    assert loads('"é"'.encode()) == "é"


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}', '{"a":1}\n', ' {"a":1}', '"\\u00e9"', '"\\/"', '"\\u000a"', "[1 ,2]", '"\\ud83d\\ude00"'],
)
def test_another_text_of_the_same_content_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        loads(text)
    loads(text, require_canonical=False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "bad-json"),
        ("nul", "bad-json"),
        ('{"a":1', "bad-json"),
        ('"\x01"', "bad-json"),
        ("\ufeff[]", "bad-json"),
        ("{'a':1}", "bad-json"),
        ("[1,]", "bad-json"),
        ("01", "bad-json"),
        ("1.0", "bad-number"),
        ("1e3", "bad-number"),
        ("NaN", "bad-number"),
        ("-Infinity", "bad-number"),
        ("-0", "bad-number"),
        ("9" * 16, "bad-number"),
        ("9" * 100_000, "bad-number"),
        ('{"a":1,"a":1}', "duplicate-key"),
        ('{"a":1,"\\u0061":1}', "duplicate-key"),
        ("[" * 17 + "]" * 17, "too-deep"),
        ("[" * 1_000_000, "too-deep"),
        ('{"a":' * 100_000, "too-deep"),
        ('"\\ud800"', "bad-utf8"),
        ('"\ud800"', "bad-utf8"),
        (b'"\xff"', "bad-utf8"),
        (b'"\xed\xa0\x80"', "bad-utf8"),
    ],
)
@pytest.mark.parametrize("require_canonical", [True, False])
def test_refused(text: str | bytes, reason: str, require_canonical: bool) -> None:
    with pytest.raises(Malformed) as refusal:
        loads(text, require_canonical=require_canonical)
    assert refusal.value.reason == reason


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", ['"' + '\\"' * 500_000, '\\"' * 500_000, '"' + "\\" * 999_999, '"' * 999_999])
def test_quotes_that_never_close_take_linear_time(text: str) -> None:
    with pytest.raises(Malformed):
        loads(text)


def test_size_is_counted_in_bytes() -> None:
    assert loads('"éé"', max_bytes=6) == "éé"
    for text in ('"ééé"', '"ééé"'.encode(), '"éé"' + " "):
        with pytest.raises(Malformed, match="too-large"):
            loads(text, max_bytes=6)


def test_brackets_inside_strings_do_not_count_as_depth() -> None:
    assert loads('["' + "[" * 100 + '","\\"[[[[[[[[[[[[[[[[[[[[[["]')[0] == "[" * 100


def test_fields_wants_exactly_these_keys_in_this_order() -> None:
    assert fields({"a": 1, "c": 2}, ("a", "b", "c"), optional=("b",)) == {"a": 1, "c": 2}
    value: object
    for value in ({"c": 2, "a": 1}, {"a": 1}, {"a": 1, "c": 2, "d": 3}, [], None, "a"):
        with pytest.raises(Malformed, match="wrong-shape"):
            fields(value, ("a", "b", "c"), optional=("b",))


def test_a_boolean_is_no_integer() -> None:
    assert integer(3, 0, 3) == 3
    for value in (True, 4, -1, "3", None):
        with pytest.raises(Malformed):
            integer(value, 0, 3)


def test_items_and_string() -> None:
    assert items([1], 1) == [1]
    assert string("x") == "x"
    for call in (lambda: items({}), lambda: items([1], 2), lambda: string(1)):
        with pytest.raises(Malformed):
            call()
