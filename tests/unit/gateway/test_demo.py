"""The demonstration's page: what was sent, whatever state its files are in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.unit.gateway.conftest import Browser

EML = (
    "From: Election Professionnelle <no@example.org>\r\nTo: {to}\r\nSubject: =?utf-8?q?Acc=C3=A8s?=\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A demonstration that has sent one of each, and met some accidents."""
    for room in ("mail", "sms", "print"):
        (tmp_path / room).mkdir()
    body = "Suivez http://127.0.0.1:8080/lien/abc_DEF-1. <b>Merci</b>"
    (tmp_path / "mail" / "1.eml").write_bytes(EML.format(to="ada@ac-demo.fr", body=body).encode())
    (tmp_path / "mail" / "2.eml").write_bytes(EML.format(to="bob@ac-demo.fr", body="Bonjour Bob").encode())
    (tmp_path / "mail" / "3.eml").write_bytes(b"\xff\xfe\x00 not a message")
    (tmp_path / "mail" / "4.eml").write_bytes(b"To: x@y\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xe9")
    (tmp_path / "sms" / "1.json").write_text(
        json.dumps({"to": "0600000000", "body": "Votre code", "at": "2026-12-04T07:00:00+00:00"})
    )
    (tmp_path / "sms" / "2.json").write_text("{")
    (tmp_path / "sms" / "3.json").write_text("[]")
    (tmp_path / "print" / "notice 1.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "secret.pdf").write_bytes(b"%PDF outside")
    (tmp_path / "print" / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    return tmp_path


def test_messages_are_shown_with_links_and_without_markup(browser: Browser, folder: Path) -> None:
    page = browser.get("/demo").text
    assert '<a href="http://127.0.0.1:8080/lien/abc_DEF-1">' in page
    assert "&lt;b&gt;Merci" in page
    assert "Accès" in page
    assert "Votre code" in page
    assert "jeudi" in page or "vendredi 4 décembre 2026" in page
    assert "Ce fichier est illisible." in page


def test_filter_by_address(browser: Browser, folder: Path) -> None:
    page = browser.get("/demo?adresse=BOB@").text
    assert "Bonjour Bob" in page
    assert "lien/abc" not in page


def test_notices_are_served_and_nothing_else(browser: Browser, folder: Path) -> None:
    assert "notice 1 (PDF)" in browser.get("/demo").text
    assert browser.get("/demo/notices/notice%201.pdf").data == b"%PDF-1.7"
    for path in ("link.pdf", "..%2fsecret.pdf", "%2e%2e/secret.pdf", "absent.pdf", "..%5csecret.pdf", "%00.pdf"):
        assert browser.get(f"/demo/notices/{path}").status_code == 404, path


def test_voters_and_names_of_notices_when_they_are_given(browser: Browser, folder: Path) -> None:
    (folder / "voters.json").write_text(json.dumps([{"identifier": "ada@ac-demo.fr", "name": "Ada"}, 3, {"name": "x"}]))
    (folder / "notices.json").write_text(json.dumps([{"file": "notice 1.pdf", "name": "Notice d’Ada"}]))
    page = browser.get("/demo").text
    assert ">ada@ac-demo.fr</code> – Ada" in page
    assert "Notice d’Ada (PDF)" in page
    (folder / "voters.json").write_text("not json")
    assert browser.get("/demo").status_code == 200


def test_empty_folder(browser: Browser) -> None:
    assert "Aucun message." in browser.get("/demo").text


def test_no_demonstration_no_page(make_app: Callable[..., Flask]) -> None:
    client = make_app(demo_dir="").test_client()
    assert client.get("/demo").status_code == 404
    assert "Démonstration" not in client.get("/identification").text


def test_where_one_process_holds_everything_the_page_says_so(make_app: Callable[..., Flask], folder: Path) -> None:
    said = "un seul processus tient tous les services"
    alone = make_app(demo_dir=str(folder)).test_client()
    apart = make_app(demo_dir=str(folder), amqp_uri="amqp://gateway:x@127.0.0.1:5672/isoloir").test_client()
    assert said in alone.get("/demo").text
    assert said not in apart.get("/demo").text
