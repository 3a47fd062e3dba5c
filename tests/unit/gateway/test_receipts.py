"""A voter's receipt as accessible PDF and by e-mail: only what the urn has signed, and nothing of it is kept (C5, B12)."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from services.runtime.refusals import Refusal
from tests.servers import verapdf
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import FINGERPRINT, IDENTIFIER, ONLINE, TRACKER, FakeRpc
from tests.unit.gateway.test_voting import written

PDF = "/api/v1/receipts/pdf"
MAIL = "/api/v1/receipts/mail"


def test_the_pages_say_where_until_when_and_how(browser: Browser, rpc: FakeRpc, tmp_path: Path) -> None:
    answer = browser.send(PDF, json={"receipt": written()})
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    words = PdfReader(BytesIO(answer.data)).pages[0].extract_text()
    for said in (
        TRACKER,
        f"http://localhost/urne/{ONLINE}",
        "jeudi 10 décembre 2026 à 17h00",
        "Comité social",
        FINGERPRINT,
        "ab" * 32,
        "sans vous identifier",
    ):
        assert said in words, said
    # Nothing runs off the page: what has no space is broken by us.
    assert max(map(len, words.splitlines())) <= 110
    # The same receipt gives the same bytes: no moment of the vote is in them.
    assert browser.send(PDF, json={"receipt": written()}).data == answer.data
    # What is copied from the page is a receipt again.
    rpc.table["ballot", "find_tracker"] = {"height": 4}
    assert 'data-verdict="valid"' in browser.post("/recu", {"receipt": words}).text
    english = browser.send(PDF, json={"receipt": written()}, headers={"Accept-Language": "en"}).data
    assert "Thursday 10 December 2026 at 17:00" in PdfReader(BytesIO(english)).pages[0].extract_text()
    for name, content in {"fr.pdf": answer.data, "en.pdf": english}.items():
        (tmp_path / name).write_bytes(content)
    try:
        found = verapdf.failures(tmp_path / "fr.pdf", tmp_path / "en.pdf")
    except verapdf.VeraPdfMissing as missing:
        pytest.skip(f"veraPDF cannot be had: {missing}")
    assert found == {"fr.pdf": [], "en.pdf": []}


@pytest.mark.parametrize("path", [PDF, MAIL])
@pytest.mark.parametrize("text", [written("00" * 64), "Accusé de réception", "{}"])
def test_nothing_is_made_of_what_the_urn_has_not_signed(voter: Browser, rpc: FakeRpc, path: str, text: str) -> None:
    answer = voter.send(path, json={"receipt": text})
    assert (answer.status_code, (answer.json or {})["code"]) == (422, "receipt_invalid")
    assert rpc.made("notification", "send_receipt") == []


def test_it_goes_to_the_address_of_whoever_is_signed_in(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["notification", "send_receipt"] = {"sent": True}
    assert voter.send(MAIL, json={"receipt": written()}).status_code == 204
    [call] = rpc.made("notification", "send_receipt")
    assert (call.payload["email"], call.payload["tracker"]) == (IDENTIFIER, TRACKER)
    assert json.loads(call.payload["receipt"])["election"] == ONLINE
    rpc.table["notification", "send_receipt"] = {"sent": False}
    answer = voter.send(MAIL, json={"receipt": written()})
    assert (answer.status_code, (answer.json or {})["code"]) == (503, "receipt_not_sent")
    rpc.table["identity", "sealing"] = Refusal("election_not_sealed")
    assert voter.send(MAIL, json={"receipt": written()}).status_code == 409


def test_strangers_have_nothing_sent(browser: Browser, rpc: FakeRpc) -> None:
    assert browser.send(MAIL, json={"receipt": written()}).status_code == 401
    assert rpc.made("notification", "send_receipt") == []


def test_neither_has_a_line_in_the_log(voter: Browser, rpc: FakeRpc, capfd: pytest.CaptureFixture[str]) -> None:
    rpc.table["notification", "send_receipt"] = {"sent": True}
    voter.send(MAIL, json={"receipt": written()})
    voter.send(PDF, json={"receipt": written()})
    voter.client.get("/api/v1/session")
    said = "".join(capfd.readouterr())
    assert "/api/v1/session" in said, "others have"
    assert "receipts" not in said
    assert TRACKER not in said
