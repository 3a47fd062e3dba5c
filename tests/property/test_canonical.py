"""The canonical form: one text for one content; any input has a verdict."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ballot.belenios.canonical import dumps, loads
from services.ballot.belenios.errors import Malformed

text = st.text(st.characters(exclude_categories=["Cs"]))
contents = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(contents)
def test_what_is_written_is_read_and_written_again(content: object) -> None:
    raw = dumps(content)
    assert loads(raw) == loads(raw.encode()) == content
    assert dumps(loads(raw)) == raw


@settings(max_examples=200, deadline=None)
@given(contents, st.integers(0, 3), st.booleans())
def test_any_other_spelling_is_refused(content: object, indent: int, ascii_only: bool) -> None:
    other = json.dumps(content, indent=indent or None, ensure_ascii=ascii_only)
    try:
        again = loads(other)
    except Malformed:
        assert other != dumps(content)
    else:
        assert other == dumps(content)
        assert again == content


@settings(max_examples=300, deadline=None)
@given(st.binary() | st.text() | st.text('[]{}",:\\u0d8e-1.tfn ', max_size=60), st.booleans())
def test_any_input_has_a_verdict(raw: str | bytes, require_canonical: bool) -> None:
    try:
        value = loads(raw, require_canonical=require_canonical)
    except Malformed:
        return
    if require_canonical:
        assert dumps(value) == (raw if isinstance(raw, str) else raw.decode())
