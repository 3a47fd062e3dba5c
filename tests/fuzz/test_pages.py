"""Every form and every route of the pages, found by the URL map, under what nobody in good faith would send."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.fuzz.pages import GUARDED, Target, client, csrf_token, parsed, paths, query_names, solved, targets
from tests.tour.portal import Portal

HOSTILE = [
    "",
    " ",
    "\x00",
    "a\x00b@example.org",
    "<zqx>",
    "</textarea><zqx>",
    '"><zqx onfocus=zqx autofocus>',
    "' onmouseover='zqx",
    "javascript:zqx()",
    "{{ 7 * 7 }}",
    "%(zqx)s %s %n",
    "../../../etc/passwd",
    "' OR 1=1 --",
    "\r\nSet-Cookie: zqx=1",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202e\u200b\ufeff",
    "İıŞşĞğ",
    "a" * 20_000,
    "é" * 3_000,
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "[]",
    "null",
    "true",
    "on",
    "other",
    "11111111-1111-4111-8111-111111111111",
    "3yT9RzCXGmGW5w",
]
VALUES = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60).filter(lambda text: text.isprintable()))
QUIETLY = settings(
    max_examples=8, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
READS = {"resume_session", "own_elections", "voting_event", "open_link", "describe_election", "captcha_text"}
"""What the gateway may ask on the way to a refusal: it changes nothing."""


def expect_decency(answer: TestResponse, what: Any) -> None:
    """No incident, no markup of the visitor's, words in French, no header of the visitor's."""
    assert answer.status_code < 500, (answer.status_code, what)
    assert "zqx" not in answer.headers.get("Set-Cookie", "").split("isoloir")[0], what
    location = answer.headers.get("Location", "/")
    assert location.startswith("/"), (location, what)
    assert not location.startswith("//"), (location, what)
    if answer.mimetype == "text/html" and answer.data and answer.status_code not in {301, 302, 303, 308}:
        assert parsed(answer.text).planted == [], what
        assert "<zqx" not in answer.text, what
        assert '<html lang="fr">' in answer.text, what
        assert len(re.findall(r"<h1[ >]", answer.text)) >= 1, what
        assert "Traceback" not in answer.text, what


def test_forms_with_hostile_fields(portal: Portal) -> None:
    every = targets(portal)
    assert len(every) > 12
    for target in every:
        for signed_in in (False, True):
            throw_at_form(portal, target, client(portal, target.endpoint, signed_in=signed_in))


def throw_at_form(portal: Portal, target: Target, opened: FlaskClient) -> None:
    """Fields missing, doubled, unknown and hostile, always with a good token."""
    names = sorted(target.fields) or ["whatever"]
    kept = opened.get_cookie("isoloir")

    @QUIETLY
    @given(
        sent=st.dictionaries(
            st.one_of(st.sampled_from(names), st.sampled_from(names), st.just("zqx-unknown")),
            st.one_of(VALUES, st.lists(VALUES, min_size=2, max_size=3)),
            max_size=len(names) + 1,
        ),
        worked=st.booleans(),
    )
    def throw(sent: dict[str, Any], worked: bool) -> None:
        # Each try begins where the first began: a form that ended the session must not spare the others.
        if kept is not None:
            opened.set_cookie("isoloir", kept.value)
        if worked and target.endpoint in GUARDED:
            sent["challenge"] = solved(portal, GUARDED[target.endpoint])
        answer = opened.post(target.path, data={**sent, "csrf_token": csrf_token(opened)})
        expect_decency(answer, (target.path, sent))

    throw()


def test_forms_with_other_kinds_of_bodies(portal: Portal) -> None:
    """JSON, files, broken multipart, too many parts, too much: refused in words, never an incident."""
    for target in targets(portal):
        opened = client(portal, target.endpoint, signed_in=True)
        token = {"X-CSRFToken": csrf_token(opened)}
        for body in (
            {"json": {"identifier": ["<zqx>"]}},
            {"data": b"\xff\xfe\x00", "content_type": "application/x-www-form-urlencoded"},
            {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
            {"data": b"", "content_type": "multipart/form-data"},
            {"data": {f"part{number}": "1" for number in range(200)}, "content_type": "multipart/form-data"},
            {"data": b"a=" + b"b" * 700_000, "content_type": "application/x-www-form-urlencoded"},
            {"data": "charset", "content_type": "text/plain; charset=zqx"},
        ):
            answer = opened.post(target.path, headers=token, **body)
            expect_decency(answer, (target.path, str(body)[:100]))


def test_nothing_changes_without_the_token(portal: Portal) -> None:
    """No token, another session's, garbage: 400 in French, and no command goes over the bus."""
    stranger = portal.app.test_client()
    others = csrf_token(stranger)
    every = targets(portal)
    assert len(every) >= 5
    for target in every:
        filled = dict.fromkeys(target.fields, "quelque.chose@example.org")
        for token in (None, "", "zqx", others):
            opened = client(portal, target.endpoint, signed_in=True)
            before = len(portal.rpc.calls)
            answer = opened.post(target.path, data={**filled, **({} if token is None else {"csrf_token": token})})
            assert answer.status_code == 400, target.path
            assert "cookies" in answer.text, target.path
            made = {method for _service, method in portal.rpc.calls[before:]}
            assert made <= READS, (target.path, made)


def test_queries_of_junk(portal: Portal) -> None:
    names = sorted(query_names(portal))
    assert {"apres", "recherche", "adresse"} <= set(names)
    for endpoint, path in paths(portal):
        for signed_in in (False, True):
            throw_at_page(path, names, client(portal, endpoint, signed_in=signed_in))


def throw_at_page(path: str, names: list[str], opened: FlaskClient) -> None:
    """GET with hostile queries."""

    @QUIETLY
    @given(query=st.dictionaries(st.sampled_from([*names, "zqx"]), VALUES, max_size=3))
    def throw(query: dict[str, str]) -> None:
        expect_decency(opened.get(path, query_string=query), (path, query))

    throw()


def test_paths_of_junk(portal: Portal) -> None:
    """Blanks of rules filled with anything, and methods that no page has."""
    opened = client(portal, "home.show", signed_in=True)
    for rule in portal.app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.rule.startswith("/api/"):
            continue
        for junk in ("zqx", "%3Czqx%3E", "%00", "..%2f..%2fetc", "9" * 300, "%F0%9F%98%80", "%ff", "-1", "0"):
            path = re.sub(r"<[^>]+>", junk, rule.rule)
            for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
                if method == "GET" or junk == "zqx":
                    expect_decency(opened.open(path, method=method), (method, path))


@pytest.mark.parametrize("cookie", ["", "zqx", "a.b.c", "eyJ2b3RlciI6WzFdfQ.x.y", "=" * 4000, "\x7f\x01"])
def test_cookies_of_junk(portal: Portal, cookie: str) -> None:
    for _endpoint, path in paths(portal):
        opened = portal.app.test_client()
        expect_decency(opened.get(path, headers={"Cookie": f"isoloir={cookie}"}), (path, cookie))
