"""The official record as the portal gives it (E10): facts as data, and a draft as PDF, once there is a result."""

import io
import json

import pytest
from pypdf import PdfReader

from services.record.facts import Facts
from services.runtime.contracts.client import RpcTimeout
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, RECEIPT_KEY, FakeRpc, described

RECORD = f"/api/v1/elections/{ONLINE}/record"


@pytest.fixture
def published(rpc: FakeRpc) -> FakeRpc:
    """An election that is over, closed by the board, and its poll book."""
    rpc.table["ballot", "describe_election"] = described(
        state="published",
        result='{"result":[[1,3,2]]}',
        ballots=6,
        sealed_at="2026-12-01T07:00:00+00:00",
        present=["Zélie Présidente", "Ours Délégué", "Ève Déléguée"],
        closed_at="2026-12-10T15:00:00+00:00",
        close_reason="Incendie du local",
    )
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 8, "signed": 6}]}
    return rpc


def text(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_facts_are_what_the_command_reads(browser: Browser, published: FakeRpc) -> None:
    answer = browser.get(RECORD)
    facts = Facts.parse(answer.json)
    assert (facts.election, facts.voting_event, facts.name) == (ONLINE, "Élections 2026", "Comité social")
    assert (facts.registered, facts.attendance, facts.ballots) == (8, 6, 6)
    assert facts.present_at_sealing == ("Zélie Présidente", "Ours Délégué", "Ève Déléguée")
    assert [one.reason for one in facts.interventions] == ["Incendie du local"]
    (asked,) = published.made("identity", "attendance")
    assert asked.payload == {"voting_event": EVENT_UUID}


def test_the_pdf_says_that_it_is_a_draft(browser: Browser, published: FakeRpc) -> None:
    answer = browser.get(f"{RECORD}.pdf")
    assert answer.mimetype == "application/pdf"
    said = text(answer.data)
    for words in (
        "Projet, établi par le portail seul",
        "Incendie du local",
        "Liste Nuages 3",
        "Votes blancs 1",
        "75,00 %",
    ):
        assert words in said, words


def test_the_record_stands_without_the_poll_book(browser: Browser, published: FakeRpc) -> None:
    published.table["identity", "attendance"] = RpcTimeout("identity.attendance", 2.0)
    assert browser.get(RECORD).json["attendance"] is None
    assert "Différence non expliquée" in text(browser.get(f"{RECORD}.pdf").data)


def test_no_record_before_the_result(browser: Browser, rpc: FakeRpc) -> None:
    for path in (RECORD, f"{RECORD}.pdf"):
        answer = browser.get(path)
        assert (answer.status_code, json.loads(answer.text)["code"]) == (404, "result_not_published")
    assert "record.pdf" not in browser.get(f"/urne/{ONLINE}").text


def test_the_result_page_offers_both(browser: Browser, published: FakeRpc) -> None:
    page = browser.get(f"/urne/{ONLINE}").text
    assert f'href="{RECORD}.pdf"' in page
    assert f'href="{RECORD}"' in page
    assert f"isoloir record {ONLINE}.bel" in page


def test_published_heads_are_lines_that_the_verifier_reads(browser: Browser, rpc: FakeRpc) -> None:
    head = {
        "election": ONLINE,
        "number": 0,
        "height": 3,
        "head": "ab" * 32,
        "at": 1_790_000_000,
        "signature": "cd" * 64,
    }
    pages = {-1: {"heads": [head], "next": 0}, 0: {"heads": [head | {"number": 1}], "next": None}}
    rpc.table["ballot", "list_heads"] = lambda payload: pages[payload["after"]]
    answer = browser.get(f"/api/v1/elections/{ONLINE}/heads")
    assert answer.mimetype == "application/jsonl"
    assert [json.loads(line) for line in answer.text.splitlines()] == [head, head | {"number": 1}]
    page = browser.get(f"/urne/{ONLINE}").text
    assert f'href="/api/v1/elections/{ONLINE}/heads"' in page
    assert f"--heads-key {RECEIPT_KEY}" in page
