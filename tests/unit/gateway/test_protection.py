"""What holds for every route: anti-forgery tokens, headers, nothing kept, nothing inline, sizes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

import gateway
from gateway.edge.security_headers import CONTENT_SECURITY_POLICY
from tests.unit.gateway.conftest import OPERATOR_TOKEN, Browser
from tests.unit.gateway.fake_rpc import FakeRpc, permit

TEMPLATES = Path(gateway.__file__).parent / "pages"
SAMPLES = {
    "election:uuid": "QcmdAnVK7vcXSv",
    "token": "x",
    "name": "x",
    "table": "services",
    "path:filename": "logo.svg",
    "number": "captcha-1",
    "int:number": "1",
    "int:question": "2",
    "uuid:voter": "6f1c2a34-0000-4000-8000-000000000002",
    "uuid:message_id": "6f1c2a34-0000-4000-8000-000000000001",
}


def paths(app: Flask, methods: set[str]) -> list[tuple[str, str]]:
    """(method, path) of every rule with one of the methods, samples in place of variables."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<([^>]+)>", lambda match: SAMPLES[match[1]], rule.rule)
        found += [(method, path) for method in sorted((rule.methods or set()) & methods)]
    return found


def test_unsafe_routes_need_the_anti_forgery_token(app: Flask, rpc: FakeRpc) -> None:
    unsafe = paths(app, {"POST", "PUT", "PATCH", "DELETE"})
    assert len(unsafe) > 25
    for method, path in unsafe:
        if path.startswith("/callbacks/"):
            continue  # signed by the operator of short messages, who has no cookie: test_callbacks.py
        browser = Browser(app.test_client()).sign_in()
        answer = browser.client.open(path, method=method)
        if path.startswith("/api/v1/operator/"):
            assert answer.status_code == 401, path
        else:
            assert answer.status_code == 400, path
            assert "cookie" in (answer.json or {"message": answer.text})["message"], path
    assert rpc.calls == []


def test_a_token_of_another_session_is_refused(app: Flask) -> None:
    stolen = Browser(app.test_client()).csrf()
    browser = Browser(app.test_client())
    browser.csrf()
    answer = browser.client.post("/api/v1/access", json={"identifier": "a@b"}, headers={"X-CSRFToken": stolen})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "csrf_refused"


@pytest.mark.parametrize(
    ("path", "way_back"), [("/identification", "/identification"), ("/mot-de-passe/oubli", "/"), ("/deconnexion", "/")]
)
def test_a_form_of_an_older_session_leads_back_to_its_page(app: Flask, path: str, way_back: str) -> None:
    """Whoever signs in or out in another tab: loading the refusal again would only be refused again."""
    browser = Browser(app.test_client())
    browser.csrf()
    answer = browser.client.post(path, data={"csrf_token": "of another session"})
    assert answer.status_code == 400
    assert f'href="{way_back}">Ouvrir la page de nouveau</a>' in answer.text


def test_a_browser_that_brings_no_cookie_back_is_told(app: Flask) -> None:
    answer = app.test_client(use_cookies=False).post("/identification", data={"identifier": "a@b.fr"})
    assert answer.status_code == 400
    assert "Votre navigateur refuse les cookies" in answer.text
    assert "navigation privée" in answer.text
    answer = app.test_client(use_cookies=False).get("/activation")
    assert "Votre navigateur refuse les cookies" in answer.text


def test_every_answer_carries_the_security_headers(app: Flask) -> None:
    reached = paths(app, {"GET", "POST", "DELETE"})
    reached += [("GET", "/nulle-part"), ("GET", "/api/v1/nulle-part"), ("POST", "/healthz")]
    for method, path in reached:
        answer = Browser(app.test_client()).client.open(path, method=method)
        policy = answer.headers["Content-Security-Policy"]
        assert policy == "; ".join(f"{name} {value}" for name, value in CONTENT_SECURITY_POLICY.items()), path
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert "camera=()" in answer.headers["Permissions-Policy"], path
        assert "X-Correlation-Id" in answer.headers, path
        if not path.startswith("/static/"):
            assert answer.headers["Cache-Control"] == "no-store", path


def test_cookie_is_closed_to_scripts_and_to_other_sites(app: Flask, make_app: Callable[..., Flask]) -> None:
    cookie = app.test_client().get("/identification").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    secure = make_app(secure_cookies=True).test_client()
    assert secure.get("/identification").status_code == 302
    answer = secure.get("/identification", headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert secure.get("/healthz").status_code == 200


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_inline_script_or_style(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<style", text, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text, re.IGNORECASE)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)\s*=", text, re.IGNORECASE)
    assert "javascript:" not in text
    assert "|safe" not in text.replace(" ", "")


@pytest.mark.parametrize("body", ["{", "[1,", "nul", '{"a": 1}}', "[" * 100_000])
def test_malformed_json_is_said_to_be(body: str, browser: Browser) -> None:
    answer = browser.client.post(
        "/api/v1/access", data=body, content_type="application/json", headers={"X-CSRFToken": browser.csrf()}
    )
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "malformed_json"


def test_unknown_and_missing_fields_are_named_without_their_values(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.send("/api/v1/session", {"identifier": "a@b.fr", "pasword": "hunter2-hunter2"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert set(answer.json["details"]["fields"]) == {"pasword", "password"}
    assert "hunter2" not in answer.text
    assert rpc.calls == []


@pytest.mark.parametrize("value", ["a\x00b@c.fr", 3, None, ["a@b.fr"], "x" * 300])
def test_texts_that_no_database_holds_are_refused(value: object, browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.send("/api/v1/access", {"identifier": value})
    assert answer.status_code == 422
    assert rpc.calls == []


def test_half_a_character_is_not_json_that_others_read(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.send("/api/v1/access", {"identifier": "\ud800@c.fr"})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "malformed_json"
    assert rpc.calls == []


def test_bodies_of_another_type_are_refused(browser: Browser) -> None:
    answer = browser.client.post("/api/v1/access", data={"identifier": "a@b"}, headers={"X-CSRFToken": browser.csrf()})
    assert answer.status_code == 415


def test_oversized_bodies_are_refused_and_operators_may_send_more(voter: Browser, rpc: FakeRpc) -> None:
    big = "x" * (600 * 1024)
    answer = voter.send("/api/v1/elections/QcmdAnVK7vcXSv/ballots", {"permit": permit(), "ballot": big})
    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["code"] == "too_large"
    page = voter.post("/identification", {"identifier": big})
    assert page.status_code == 413
    assert "volumineux" in page.text
    rpc.table["ballot", "set_trustees"] = {"public_key": "00"}
    operator = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
    body = {"election": "QcmdAnVK7vcXSv", "trustees": big}
    assert voter.client.post("/api/v1/operator/set-trustees", json=body, headers=operator).status_code == 200
    body["trustees"] = "x" * (9 * 1024 * 1024)
    assert voter.client.post("/api/v1/operator/set-trustees", json=body, headers=operator).status_code == 413
