"""Claims and assistance: the voter's space over a fake bus (B2, B5)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import (
    CAPTCHA,
    CAPTCHA_TEXT,
    IDENTIFIER,
    ONLINE,
    SESSION,
    FakeRpc,
)
from tests.unit.gateway.space import CLAIM, DURING, OTHER, session

REQUEST = {"name": "Ada Lovelace", "email": IDENTIFIER, "subject": "voting_code", "text": "Notice jamais reçue."}


@pytest.fixture(autouse=True)
def answers(rpc: FakeRpc) -> None:
    """Identity answers as the whole portal does."""
    session(rpc)


def test_a_claim_is_recorded_and_its_number_said(voter: Browser, rpc: FakeRpc) -> None:
    answer = voter.post("/reclamations", {**CLAIM, "text": "  Première ligne.\r\nSeconde ligne.  "})
    assert (answer.status_code, answer.location) == (303, "/reclamations")
    made = rpc.made("identity", "submit_claim")[0]
    assert made.payload == {
        "session": SESSION,
        "election": ONLINE,
        "subject": "wrong_name",
        "text": "Première ligne.\nSeconde ligne.",
    }
    assert made.idempotency_key
    page = voter.get("/reclamations").text
    assert "Votre réclamation n° 7 est enregistrée" in page.replace("\u00a0", " ")
    voter.post("/reclamations", {**CLAIM, "election": ""})
    assert rpc.made("identity", "submit_claim")[1].payload["election"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "nonsense"}, "subject"),
        ({"election": "nonsense"}, "election"),
        ({"election": OTHER}, "election"),
        ({"text": ""}, "text"),
        ({"text": "court"}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "un texte avec \x00 dedans"}, "text"),
        ({"text": "un texte avec \x85 dedans"}, "text"),
    ],
)
def test_errors_of_a_claim_are_at_their_field(
    changes: dict[str, str], field: str, voter: Browser, rpc: FakeRpc
) -> None:
    answer = voter.post("/reclamations", {**CLAIM, **changes})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert re.search(rf'id="{field}"[^>]*aria-describedby="[^"]*{field}-error', answer.text)
    assert "<title>Erreur" in answer.text
    assert "Not a valid" not in answer.text
    assert rpc.made("identity", "submit_claim") == []


def test_claims_about_other_elections(voter: Browser, rpc: FakeRpc) -> None:
    assert "Autres scrutins" in voter.get("/reclamations").text
    assert voter.post("/reclamations", {**CLAIM, "subject": "missing", "election": OTHER}).status_code == 303
    rpc.table["identity", "submit_claim"] = Refusal("too_many_claims", most=20)
    answer = voter.post("/reclamations", CLAIM)
    assert answer.status_code == 429
    assert "Mon nom s’écrit autrement." in answer.text, "what was typed is not lost"


def test_claims_show_their_state_and_answer(voter: Browser, rpc: FakeRpc) -> None:
    claim: dict[str, Any] = {
        "claim": 3,
        "election": ONLINE,
        "subject": "wrong_name",
        "text": "Première\n<script>",
        "state": "submitted",
        "answer": None,
        "submitted_at": "2026-12-01T07:00:00+00:00",
        "answered_at": None,
    }
    answered = {**claim, "claim": 4, "state": "rejected", "answer": "Vu & refusé.", "answered_at": DURING}
    answered["submitted_at"] = "2026-12-02T07:00:00+00:00"
    rpc.table["identity", "list_claims"] = {"claims": [claim, answered]}
    page = voter.get("/reclamations").text.replace("\u00a0", " ")
    assert page.index("Réclamation n° 4") < page.index("Réclamation n° 3"), "newest first"
    for words in (
        "Reçue",
        "Rejetée",
        "Vu &amp; refusé.",
        "Pas encore de réponse.",
        "&lt;script&gt;",
        "1er décembre 2026",
    ):
        assert words in page
    assert "<script>" not in page


# Assistance


def test_assistance_of_a_voter_is_acknowledged_with_its_number(voter: Browser, rpc: FakeRpc) -> None:
    page = voter.get("/assistance").text
    assert f'value="{IDENTIFIER}"' in page
    assert 'value="Ada Lovelace"' in page
    answer = voter.post("/assistance", REQUEST)
    assert (answer.status_code, answer.location) == (303, "/assistance/accuse-de-reception")
    assert rpc.made("identity", "submit_assistance")[0].payload == {"session": SESSION, **REQUEST, "language": "fr"}
    page = voter.get(answer.location).text
    assert "<strong>31</strong>" in page


def test_no_acknowledgement_without_a_request(voter: Browser) -> None:
    assert voter.get("/assistance/accuse-de-reception").location == "/assistance"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b\x00.fr"}, "email"),
        ({"subject": "nonsense"}, "subject"),
        ({"text": "court"}, "text"),
    ],
)
def test_errors_of_a_request_are_at_their_field(
    changes: dict[str, str], field: str, voter: Browser, rpc: FakeRpc
) -> None:
    answer = voter.post("/assistance", {**REQUEST, **changes})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert rpc.made("identity", "submit_assistance") == []


def test_refusals_of_identity_are_said_in_the_form(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "submit_assistance"] = Refusal("too_many_requests", retry_after=60)
    answer = voter.post("/assistance", REQUEST)
    assert answer.status_code == 429
    assert 'id="email-error"' in answer.text
    assert "Notice jamais reçue." in answer.text
    rpc.table["identity", "submit_assistance"] = Refusal("invalid_request", fields={"email": ["no"]})
    answer = voter.post("/assistance", REQUEST)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_forms_need_the_anti_forgery_token(voter: Browser, rpc: FakeRpc) -> None:
    assert voter.client.post("/reclamations", data=CLAIM).status_code == 400
    assert voter.client.post("/assistance", data=REQUEST).status_code == 400
    assert rpc.made("identity", "submit_claim") == rpc.made("identity", "submit_assistance") == []


def test_assistance_without_a_session_asks_for_a_code(browser: Browser, rpc: FakeRpc) -> None:
    page = browser.get("/assistance").text
    assert 'name="captcha_id"' in page
    assert IDENTIFIER not in page
    answer = browser.post("/assistance", {**REQUEST, "captcha_id": CAPTCHA, "captcha": CAPTCHA_TEXT})
    assert (answer.status_code, answer.location) == (303, "/assistance/accuse-de-reception")
    assert rpc.made("identity", "check_captcha")[0].payload["form"] == "assistance"
    assert rpc.made("identity", "submit_assistance")[0].payload == {"session": None, **REQUEST, "language": "fr"}
    assert "<strong>31</strong>" in browser.get(answer.location).text


def test_no_request_without_the_right_code(browser: Browser, rpc: FakeRpc) -> None:
    browser.get("/assistance")
    assert browser.post("/assistance", REQUEST).status_code == 422
    rpc.table["identity", "check_captcha"] = Refusal("captcha_wrong")
    answer = browser.post("/assistance", {**REQUEST, "captcha_id": CAPTCHA, "captcha": "wrong"})
    assert answer.status_code == 422
    assert 'id="captcha-error"' in answer.text
    assert "Notice jamais reçue." in answer.text
    answer = browser.post("/assistance", {**REQUEST, "captcha_id": CAPTCHA, "another_code": "1"})
    assert answer.status_code == 200
    assert "Notice jamais reçue." in answer.text
    assert rpc.made("identity", "submit_assistance") == []


def test_assistance_lets_the_browser_work_instead(
    make_app: Callable[..., Flask], rpc: FakeRpc, browser: Browser
) -> None:
    visitor = Browser(make_app(challenge="proof_of_work").test_client())
    assert "data-challenge" in visitor.get("/assistance").text
    assert visitor.post("/assistance", REQUEST).status_code == 422
    assert visitor.post("/assistance", {**REQUEST, "challenge": visitor.solved("assistance")}).status_code == 303
    assert visitor.post("/assistance", {**REQUEST, "challenge": visitor.solved("access")}).status_code == 422
    assert len(rpc.made("identity", "submit_assistance")) == 1
