"""Bodies, queries, headers and cookies that no client of ours writes: clear errors, and never a 500."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from gateway.api.json_body import MalformedJson, read
from gateway.app import create_app
from gateway.edge.words import WORDS
from gateway.settings import Settings
from tests.unit.gateway.conftest import OPERATOR_TOKEN, VALUES
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc

THOUSANDS = settings(
    max_examples=500, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
RIGHT = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
PATHS = ["/api/v1/access", "/api/v1/link", "/api/v1/session", "/api/v1/assistance", "/api/v1/activation"]
PATHS += ["/api/v1/operator/code-counts", "/api/v1/operator/stage-roll", "/api/v1/operator/create-election"]

NOT_NUMBERS = st.sampled_from(
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "-1e999",
        "1" * 5000,
        "-" + "9" * 200_000,
        "1." + "0" * 5000,
        "01",
        "+1",
        "0x1",
    ]
)
BROKEN_TEXTS = st.sampled_from(
    [r'"\ud800"', r'"\udc00\ud800"', r'"a\uDFFFb"', '"\x00"', '"\x1f"', '"\\x"', '"\\u12"', '"', "'a'", r'"\ud83d"']
)
NESTED = st.integers(40, 100_000).map(lambda depth: "[" * depth + "]" * depth) | st.integers(40, 20_000).map(
    lambda depth: '{"a":' * depth + "1" + "}" * depth
)
TWICE = st.sampled_from(['{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', r'{"a":1,"\u0061":2}'])
HOSTILE = NOT_NUMBERS | BROKEN_TEXTS | NESTED | TWICE
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def around(draw: st.DrawFn) -> str:
    """A hostile piece within what is JSON otherwise."""
    piece = draw(HOSTILE)
    for name in draw(st.lists(st.sampled_from(["voting_event", "identifier", "rows", "x"]), max_size=3)):
        piece = draw(st.sampled_from([f'{{"{name}": {piece}}}', f"[{piece}]", f'{{"{name}": {piece}, "é": 1.5e3}}']))
    return piece


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    archives = tmp_path_factory.mktemp("archives")
    return create_app(Settings(**VALUES, demo_dir="/nonexistent", archive_dir=archives), FakeRpc())


@pytest.fixture(scope="module")
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture(scope="module")
def token(client: FlaskClient) -> str:
    assert client.get("/api/v1/session").json
    return str(client.get("/api/v1/session").json["csrf_token"])  # type: ignore[index]


def told(answer: TestResponse) -> str:
    """The code of an error, which is one of the table and under its status."""
    body = json.loads(answer.get_data())
    assert answer.status_code < 500, body
    assert WORDS[body["code"]].status == answer.status_code
    return str(body["code"])


def send(client: FlaskClient, token: str, path: str, body: bytes, **more: Any) -> TestResponse:
    headers = {"X-CSRFToken": token, "Content-Type": "application/json", **RIGHT, **more}
    return client.post(path, data=body, headers=headers)


@THOUSANDS
@given(path=st.sampled_from(PATHS), body=around())
@example(path=PATHS[0], body='{"identifier": ' + "1" * 5000 + "}")
@example(path=PATHS[5], body="")
def test_what_is_not_i_json_is_malformed(client: FlaskClient, token: str, path: str, body: str) -> None:
    assert told(send(client, token, path, body.encode("utf-8"))) == "malformed_json"


@THOUSANDS
@given(path=st.sampled_from(PATHS), body=st.binary(max_size=60) | PLAIN.map(json.dumps).map(str.encode))
def test_any_body_is_answered_by_a_code(client: FlaskClient, token: str, path: str, body: bytes) -> None:
    """None of these has the fields that are asked for."""
    assert told(send(client, token, path, body)) in {"malformed_json", "invalid_request"}


@THOUSANDS
@given(value=PLAIN)
def test_what_python_writes_is_read_as_it_was(value: Any) -> None:
    assert read(json.dumps(value)) == value
    assert read(json.dumps(value, ensure_ascii=False).encode("utf-8")) == value


@pytest.mark.parametrize(
    ("written", "number"), [("1.0", 1), ("1e2", 100), ("-0.0", 0), ("1.5", 1.5), ("1" * 999, int("1" * 999))]
)
def test_a_number_without_fraction_is_whole(written: str, number: float) -> None:
    found = read(written)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize("body", [b"", b"\xff", b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b"{}{}", b'{"a":}', b"nan"])
def test_what_other_readers_let_pass_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        read(body)


WRITTEN = [
    "1" * 5000,
    "-1",
    "1.5",
    "1e3",
    "NaN",
    "Infinity",
    "１",
    "1_0",
    "%00",
    "%FF",
    "%ED%A0%80",
    "%",
    "&" * 50,
    "=",
]
QUERIES = st.builds(
    lambda name, value, times: "&".join([f"{name}={value}"] * times),
    st.sampled_from(["after", "limit", "form", "after%00", "é", ""]),
    st.sampled_from(WRITTEN),
    st.integers(1, 2),
)


@THOUSANDS
@given(
    path=st.sampled_from([f"/api/v1/elections/{ONLINE}/trackers", "/api/v1/challenge"]),
    query=QUERIES | st.text(st.characters(codec="latin-1"), max_size=30),
)
def test_any_query_is_answered(client: FlaskClient, path: str, query: str) -> None:
    answer = client.get(path, query_string=query)
    if answer.status_code != 200:
        assert told(answer) == "invalid_request"


@pytest.mark.parametrize("value", ["１", "1_0", "+1", " 1", "1.0", "1e2", "0x1", "", "1" * 5000, "-1", "1001"])
def test_a_whole_number_in_a_query_is_written_in_digits(client: FlaskClient, value: str) -> None:
    answer = client.get(f"/api/v1/elections/{ONLINE}/trackers", query_string={"limit": value})
    assert told(answer) == "invalid_request"


NAMES = [
    "Authorization",
    "Accept",
    "Accept-Language",
    "Content-Type",
    "Content-Encoding",
    "Cookie",
    "Host",
    "If-None-Match",
    "If-Modified-Since",
    "Origin",
    "Range",
    "Referer",
    "Transfer-Encoding",
    "X-Correlation-Id",
    "X-CSRFToken",
    "X-Forwarded-For",
]
TRICKS = [
    "Bearer é",
    "Bearer " + "x" * 5000,
    "isoloir=" + "a" * 4000,
    "isoloir=.eJw.x.y",
    'isoloir="\\377"',
    "bytes=0-9",
    "q=" + "9" * 5000,
    "fr;q=1e999, en;q=nan",
    "application/json; charset=x",
    "application/json; charset=utf-16",
    "text/html",
    "chunked",
    "a" * 8000,
]
HEADERS = st.dictionaries(
    st.sampled_from(NAMES),
    st.sampled_from(TRICKS) | st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=40),
    min_size=1,
    max_size=4,
)


@THOUSANDS
@given(
    path=st.sampled_from(["/api/v1/session", f"/api/v1/elections/{ONLINE}/trackers", "/api/v1/operator/code-counts"]),
    headers=HEADERS,
    length=st.sampled_from([None, None, "", "abc", "-1", "9" * 30, "1e3", "２"]),
)
def test_any_header_is_answered(app: Flask, path: str, headers: dict[str, str], length: str | None) -> None:
    client = app.test_client()
    method = "POST" if "operator" in path else "GET"
    environ = {} if length is None else {"CONTENT_LENGTH": length}
    if "Content-Type" in headers:
        environ["CONTENT_TYPE"] = headers.pop("Content-Type")
    answer = client.open(path, method=method, data=b"{}", headers=headers, environ_overrides=environ)
    if answer.status_code >= 400:
        told(answer)
    assert answer.headers["X-Correlation-Id"].isprintable()
