"""Another voting code by the API: within a session, with what the services say passed on, and no secret kept."""

import pytest

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import REISSUE, SESSION, FakeRpc, newest, standing

ASKED = {"form": "f" * 22, "phone": "06 12 34 56 78", "numen": "13E0812345ABC", "birth_date": "07/04/1980"}
KEY = "ab" * 32


def test_strangers_ask_for_nothing(browser: Browser, rpc: FakeRpc) -> None:
    for answer in (
        browser.get("/api/v1/reissue"),
        browser.get("/api/v1/reissue/code"),
        browser.send("/api/v1/reissue", ASKED),
        browser.send("/api/v1/reissue/challenge", {"answer": "Rex"}),
        browser.send("/api/v1/reissue/link", {"token": "t", "browser_key": KEY}),
        browser.send("/api/v1/reissue/code", method="DELETE"),
    ):
        assert answer.status_code == 401
    assert not [call for call in rpc.calls if "reissue" in call.method]


def test_by_facts_and_a_challenge(voter: Browser, rpc: FakeRpc) -> None:
    refused = voter.send("/api/v1/reissue", ASKED)
    assert (refused.json or {})["code"] == "challenge_required"
    answer = voter.send_solved("reissue", "/api/v1/reissue", ASKED)
    assert answer.status_code == 202
    assert answer.json == {"request": REISSUE, "channel": "sms", "masked": "06xxxxxxx", "left": 2, "new": True}
    [call] = rpc.made("identity", "ask_reissue")
    assert call.payload == {"session": SESSION, **ASKED}


@pytest.mark.parametrize(
    ("code", "details", "status", "said"),
    [
        ("reissue_closed", {"opens_at": None, "closes_at": "x"}, 409, "n’est pas ouvert"),
        ("reissue_used_up", {"most": 3}, 409, "cellule de soutien"),
        ("reissue_nothing_left", {}, 409, "voté pour tous vos scrutins"),
        ("reissue_proof_wrong", {}, 422, "ne correspondent pas"),
        ("reissue_resting", {"minutes": 2}, 429, "2 minutes"),
        ("phone_shared", {}, 409, "trop d’électeurs"),
    ],
)
def test_refusals_are_sentences(
    voter: Browser, rpc: FakeRpc, code: str, details: dict[str, object], status: int, said: str
) -> None:
    rpc.table["identity", "ask_reissue"] = Refusal(code, **details)
    answer = voter.send_solved("reissue", "/api/v1/reissue", ASKED)
    assert answer.status_code == status
    assert said in (answer.json or {})["message"]


def test_by_challenge_link_and_screen(voter: Browser, rpc: FakeRpc) -> None:
    assert voter.send("/api/v1/reissue/challenge", {"answer": "Rex"}).json == {"until": "2026-12-04T08:00:00+00:00"}
    assert voter.send("/api/v1/reissue/link", {"token": "t", "browser_key": KEY}).status_code == 202
    [call] = rpc.made("identity", "follow_reissue_link")
    assert call.payload == {"session": SESSION, "token": "t", "phone": None, "browser_key": KEY}
    rpc.table["identity", "reissue_standing"] = standing(newest=newest(), left=2)
    assert voter.get("/api/v1/reissue/code").json == {"state": "open", "sealed": None}
    rpc.table["reassort", "shown_code"] = {"sealed": "box"}
    assert voter.get("/api/v1/reissue/code").json == {"state": "open", "sealed": "box"}
    assert voter.send("/api/v1/reissue/code", method="DELETE").status_code == 204
    assert [call.payload for call in rpc.made("reassort", "forget_shown_code")] == [{"request": REISSUE}]


def test_only_ones_own_last_request_is_looked_at(voter: Browser, rpc: FakeRpc) -> None:
    assert voter.get("/api/v1/reissue/code").json == {"state": "none", "sealed": None}
    rpc.table["identity", "reissue_standing"] = standing(newest=newest(channel="sms", masked="06xxxxxxx"))
    assert voter.get("/api/v1/reissue/code").json == {"state": "open", "sealed": None}
    assert rpc.made("reassort", "shown_code") == []


def test_a_code_that_did_not_arrive_is_asked_for_again(voter: Browser, rpc: FakeRpc) -> None:
    again = {"form": "g" * 22, "phone": "07 12 34 56 78"}
    answer = voter.send("/api/v1/reissue/resend", again)
    assert (answer.status_code, (answer.json or {})["masked"]) == (202, "07xxxxxxx")
    rpc.table["identity", "resend_reissue"] = Refusal("reissue_not_failed")
    assert "cellule de soutien" in (voter.send("/api/v1/reissue/resend", again).json or {})["message"]
