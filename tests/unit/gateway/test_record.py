"""The official record as the portal gives it (E10): facts as data, and a draft as PDF, once there is a result."""

import io
import json
from typing import Any

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


def test_the_seal_of_the_attendance_list_is_in_the_record(browser: Browser, published: FakeRpc) -> None:
    seal = {"at": "2026-12-10T15:01:00+00:00", "signed": 6, "digest": "d" * 64, "head": "e" * 64, "signature": ""}
    published.table["identity", "attendance"] = {
        "elections": [{"uuid": ONLINE, "entitled": 8, "signed": 6, "seal": seal}]
    }
    facts = Facts.parse(browser.get(RECORD).json)
    assert (facts.registered, facts.attendance) == (8, 6)
    last = facts.interventions[-1]
    assert (last.at.minute, last.what) == (1, "Scellement de la liste d’émargement")
    assert "d" * 64 in last.reason


def test_who_left_the_roll_before_sealing_is_told_and_not_named(browser: Browser, published: FakeRpc) -> None:
    told = {"at": "2026-11-30T09:00:00+00:00", "who": "Olga Opératrice", "reason": "Radiation\nau 1er novembre"}
    published.table["identity", "removals_told"] = {
        "removals": [{**told, "elections": [ONLINE]}, {**told, "elections": ["B" * 14]}]
    }
    first, *others = Facts.parse(browser.get(RECORD).json).interventions
    assert (first.who, first.what, first.reason) == (
        "Olga Opératrice",
        "Retrait d’un électeur de la liste électorale",
        "Radiation au 1er novembre",
    )
    assert [one.reason for one in others] == ["Incendie du local"]


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


TWO = "Bureau de vote, deux membres"


def decision(act: str, at: str, asked: str, agreed: str) -> dict[str, Any]:
    """A decision of the board as identity tells everybody: without names."""
    moment = f"2026-12-{'10' if act == 'stop' else '09'}T{at}:00+00:00"
    one = {"role": asked, "at": moment, "name": None}
    return {"act": act, "reason": "r", "asked": one, "agreed": one | {"role": agreed}}


def test_what_the_board_decided_about_the_vote_is_in_both(browser: Browser, published: FakeRpc) -> None:
    decided = [
        {
            "suspends": True,
            "at": "2026-12-09T09:00:00+00:00",
            "reason": "Portail\r\nen panne",
            "members": ["Inès", "Délia"],
        },
        {"suspends": False, "at": "2026-12-09T10:00:00+00:00", "reason": "Panne réparée", "members": ["Délia", "Inès"]},
    ]
    published.table["ballot", "describe_election"] |= {"interruptions": decided}
    published.table["identity", "board_decisions"] = {
        "decisions": [
            decision("suspend", "08:59", "president", "delegate"),
            decision("resume", "09:58", "delegate", "secretary"),
            decision("stop", "14:59", "secretary", "president"),
            decision("stop", "17:00", "delegate", "president"),
        ]
    }
    facts = Facts.parse(browser.get(RECORD).json)
    assert [(one.at.hour, one.who, one.what, one.reason) for one in facts.interventions] == [
        (9, f"{TWO} : présidence et délégation de liste", "Suspension du vote", "Portail en panne"),
        (10, f"{TWO} : délégation de liste et secrétariat", "Reprise du vote", "Panne réparée"),
        (15, f"{TWO} : secrétariat et présidence", "Fermeture de l’urne", "Incendie du local"),
    ]
    # Who they are is for the board's own page: no name leaves it, and none is asked for.
    assert "Inès" not in browser.get(RECORD).text
    assert {call.payload["session"] for call in published.made("identity", "board_decisions")} == {None}
    # Without identity's word the record stands, and says what the urn knows.
    published.table["identity", "board_decisions"] = RpcTimeout("identity")
    assert {one.who for one in Facts.parse(browser.get(RECORD).json).interventions} == {TWO, "Bureau de vote"}
    said = text(browser.get(f"{RECORD}.pdf").data)
    for words in ("Suspension du vote", "Portail en panne", "Reprise du vote", "Incendie du local"):
        assert words in said, words


def test_the_agents_journal_is_in_both_by_function_and_the_other_elections_is_not(
    browser: Browser, published: FakeRpc
) -> None:
    def entry(number: int, action: str, **details: str) -> dict[str, object]:
        at = f"2026-12-02T08:0{number}:00+00:00"
        own = {"number": number, "at": at, "function": "operator", "action": action, "digest": "c" * 64}
        return own | {"details": details}

    published.table["identity", "vote_journal"] |= {
        "entries": [
            entry(1, "command", command="close-election", election=ONLINE),
            entry(2, "command", command="close-election", election="AnotherOnesUid"),
            entry(3, "approval_asked", kind="suspend", election=ONLINE, reason="Panne\r\ngénérale")
            | {"function": "delegate"},
            entry(4, "agent_closed") | {"function": ""},
        ],
        "counts": [{"action": "voter_looked_at", "function": "support", "count": 1234}],
        "omitted": 5,
    }
    journal = Facts.parse(browser.get(RECORD, headers={"Accept-Language": "en"}).json).journal
    assert journal is not None
    assert [(one.number, one.who, one.what) for one in journal.lines] == [
        (1, "Exploitation", "A lancé une commande : clore un scrutin"),
        (3, "Délégation de liste au bureau de vote", "A demandé une validation"),
        (4, "Ligne de commande du serveur", "A fermé le compte d’un agent"),
    ]
    assert "motif : Panne générale" in journal.lines[1].about
    assert (journal.total, journal.head, journal.omitted) == (7, "ab" * 32, 5)
    said = text(browser.get(f"{RECORD}.pdf").data)
    for words in (
        "Journal des agents",
        "clore un scrutin",
        "A ouvert la fiche d’un électeur",
        "1 234",
        "5 autres entrées",
    ):
        assert words in said, words


def test_a_change_that_the_board_admitted_is_in_the_record(browser: Browser, published: FakeRpc) -> None:
    admitted = {
        "at": "2026-12-04T07:00:00+00:00", "change": "cd" * 32, "reason": "Correctif\r\nurgent", "members": ["Inès", "Délia"]
    }  # fmt: skip
    published.table["ballot", "integrity"] |= {"admitted": [admitted, admitted | {"change": "ef" * 32}]}
    facts = Facts.parse(browser.get(RECORD).json)
    [found] = [one for one in facts.interventions if "admis" in one.what]
    assert (found.who, found.reason[:16]) == ("Bureau de vote, deux membres", "Correctif urgent")


def test_the_record_stands_without_the_journal(browser: Browser, published: FakeRpc) -> None:
    published.table["identity", "vote_journal"] = RpcTimeout("identity.vote_journal", 2.0)
    assert browser.get(RECORD).json["journal"] is None
    assert "Le portail ne l'a pas donné" in text(browser.get(f"{RECORD}.pdf").data).replace("’", "'")


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
