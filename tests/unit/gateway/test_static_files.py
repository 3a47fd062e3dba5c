"""A browser asks for a static file once, and again when its content is another."""

import os
import re

import pytest
from flask import Flask, url_for

from gateway.edge import static_files
from tests.unit.gateway.conftest import Browser


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site.css").write_text("a")
    app = Flask("example", static_folder=str(tmp_path), static_url_path="/static")
    static_files.install(app)
    return app


def address(app: Flask, filename: str = "site.css") -> str:
    with app.test_request_context():
        return url_for("static", filename=filename)


def test_every_file_of_a_page_is_kept_for_good(browser: Browser) -> None:
    page = browser.get("/identification").text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) > 2
    for file in files:
        answer = browser.get(file)
        assert answer.status_code == 200, file
        assert answer.cache_control.immutable, file
        assert answer.cache_control.max_age == static_files.YEAR_SECONDS
        assert answer.vary.as_set(preserve_casing=True) <= {"Accept-Encoding"}, "a shared cache keeps one for everybody"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("accepted", ["gzip", "br", "zstd", "deflate"])
def test_texts_travel_compressed(browser: Browser, accepted: str) -> None:
    page = browser.get("/identification", headers={"Accept-Encoding": accepted})
    assert page.headers["Content-Encoding"] == accepted
    assert len(page.data) < len(browser.get("/identification").data) / 2
    style = re.search(r'href="(/static/build/site\.css[^"]*)"', browser.get("/identification").text)
    assert style
    plain = browser.get(style[1])
    small = browser.get(style[1], headers={"Accept-Encoding": f"{accepted}, deflate"})
    assert "Content-Encoding" in small.headers
    assert len(small.data) < len(plain.data) / 2
    assert small.cache_control.immutable


def test_a_page_that_repeats_its_address_is_not_compressed(browser: Browser) -> None:
    """Its length would tell a stranger, who chooses the address, the anti-forgery token (BREACH)."""
    answer = browser.get("/identification?q=x", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


def test_new_content_is_another_address(site, tmp_path):
    old = address(site)
    assert old == address(site)
    (tmp_path / "site.css").write_text("b")
    os.utime(tmp_path / "site.css", ns=(1, 1))
    assert address(site) != old
    stale = site.test_client().get(old)
    assert stale.data == b"b"
    assert not stale.cache_control.immutable


@pytest.mark.parametrize("path", ["/static/site.css", "/static/site.css?v=", "/static/site.css?v=0000000000000000"])
def test_another_address_of_a_file_is_asked_for_again(site, path):
    answer = site.test_client().get(path)
    assert answer.data == b"a"
    assert not answer.cache_control.immutable


@pytest.mark.parametrize("name", ["missing.css", "../secret", "a\0b"])
def test_what_is_no_file_has_no_version_and_is_not_found(site, name):
    assert "v=" not in address(site, name)
    answer = site.test_client().get("/static/missing.css?v=1")
    assert answer.status_code == 404
    assert not answer.cache_control.immutable
