"""`isoloir operator campaign|claims|assistance …` against the real gateway on a loopback port, over the fake bus."""

from pathlib import Path
from typing import Any

import pytest

from deploy.operator.commands import campaigns
from services.runtime.refusals import Refusal
from tests.unit.gateway.fake_rpc import EVENT_UUID, FakeRpc
from tests.unit.gateway.terminal import run

CAMPAIGN = "8d6f2a0b-0c52-4c3c-9d5b-0d6f2a0b8f01"


def progress(queued: int, **changes: Any) -> dict[str, Any]:
    """What identity says of the campaign."""
    return {
        "voting_event": EVENT_UUID,
        "name": "Ouverture du portail",
        "opened_at": "2026-10-13T08:00:00+00:00",
        "voters": 450,
        "queued": queued,
        "activated": 7,
        **changes,
    }


@pytest.fixture
def campaign(rpc: FakeRpc, monkeypatch: pytest.MonkeyPatch) -> FakeRpc:
    """A campaign of 450 voters, of whom 50 were written to before a crash."""
    monkeypatch.setattr(campaigns, "EVERY", 0.01)
    rpc.table["identity", "open_campaign"] = {"campaign": CAMPAIGN}
    rpc.table["identity", "campaign_progress"] = [progress(50), progress(450), progress(450)]
    rpc.table["identity", "send_campaign_page"] = [
        {"queued": 200, "finished": False},
        {"queued": 200, "finished": True},
    ]
    failed = {"channel": "email", "state": "failed", "count": 1}
    rpc.table["notification", "message_counts"] = [
        {"counts": [{"channel": "email", "state": "queued", "count": 449}, failed]},
        {"counts": [{"channel": "email", "state": "sent", "count": 449}, failed]},
        {"counts": [{"channel": "email", "state": "sent", "count": 449}, failed]},
    ]
    rpc.table["notification", "list_failures"] = {
        "failures": [
            {
                "message_id": "m-1",
                "channel": "email",
                "template": "opening_campaign",
                "state": "failed",
                "attempts": 1,
                "reason": "smtp_550",
                "diagnostic": "[b] smtp",
                "at": "2026-10-13T09:00:00+00:00",
            }
        ]
    }
    return rpc


def test_a_campaign_goes_on_where_it_stopped_and_shows_failures(address: str, campaign: FakeRpc) -> None:
    result = run(address, "campaign", "start")
    assert result.exit_code == 0, result.output
    assert campaign.made("identity", "open_campaign")[0].payload == {
        "voting_event": EVENT_UUID,
        "name": "Ouverture du portail",
    }
    pages = campaign.made("identity", "send_campaign_page")
    assert [call.payload for call in pages] == [{"campaign": CAMPAIGN, "limit": 200}] * 2
    assert "450 électeur(s) sur 450 ; 7 compte(s) activé(s)" in result.output
    assert "remis au serveur de messagerie" in result.output
    assert "449" in result.output
    assert "smtp_550 [b] smtp" in result.output
    assert all(call.payload["campaign"] == CAMPAIGN for call in campaign.made("notification", "message_counts"))


def test_a_campaign_can_be_left_to_itself(address: str, campaign: FakeRpc) -> None:
    campaign.table["identity", "campaign_progress"] = [progress(50), progress(450)]
    campaign.table["notification", "message_counts"] = {"counts": []}
    campaign.table["notification", "list_failures"] = {"failures": []}
    assert run(address, "campaign", "start", "--no-follow", "--name", "Rappel").exit_code == 0
    assert campaign.made("identity", "open_campaign")[0].payload["name"] == "Rappel"


def test_an_interrupted_campaign_says_how_to_go_on(
    address: str, campaign: FakeRpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(campaigns, "_follow", interrupted)
    result = run(address, "campaign", "start")
    assert result.exit_code == 130
    assert "Relancez la même commande" in result.output


def test_progress_of_all_campaigns_or_one(address: str, campaign: FakeRpc) -> None:
    named = [{"campaign": CAMPAIGN, **progress(450)}, {"campaign": "other", **progress(3, name="Rappel")}]
    campaign.table["identity", "list_campaigns"] = {"campaigns": named}
    campaign.table["identity", "campaign_progress"] = progress(450)
    campaign.table["notification", "message_counts"] = {"counts": []}
    result = run(address, "campaign", "progress", "--name", "Ouverture du portail")
    assert result.exit_code == 0, result.output
    assert result.output.count("Campagne «") == 1
    assert run(address, "campaign", "progress").output.count("Campagne «") == 2
    assert "Aucune campagne « Autre »." in run(address, "campaign", "progress", "--name", "Autre").output


CLAIM = {
    "claim": 12,
    "election": None,
    "subject": "wrong_assignment",
    "text": "Mon [bold]affectation\nest fausse.",
    "state": "submitted",
    "answer": None,
    "submitted_at": "2026-10-20T08:00:00+00:00",
    "answered_at": None,
    "voter": {"surname": "Œuvray", "first_name": "Zoé", "identifier": "zoe@x.fr", "assignment": "Lycée"},
}


def test_claims_are_listed_and_answered(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    rpc.table["identity", "list_claims_queue"] = {"claims": [CLAIM, {**CLAIM, "claim": 13, "voter": None}], "next": 13}
    listed = run(address, "claims", "list")
    assert listed.exit_code == 0, listed.output
    assert "[bold]affectation" in listed.output
    assert "--after 13" in listed.output
    assert rpc.made("identity", "list_claims_queue")[0].payload == {"state": "submitted", "after": None, "limit": 50}
    rpc.table["identity", "answer_claim"] = {"claim": 12, "state": "accepted"}
    file = tmp_path / "answer.txt"
    file.write_text("Corrigé.\n", encoding="utf-8")
    answered = run(address, "claims", "answer", "12", "--state", "accepted", "--answer-file", str(file))
    assert answered.exit_code == 0, answered.output
    assert "Réclamation 12 : acceptée." in answered.output
    assert rpc.made("identity", "answer_claim")[0].payload == {"claim": 12, "state": "accepted", "answer": "Corrigé."}


@pytest.mark.parametrize(
    "arguments",
    [
        ("claims", "answer", "12", "--state", "rejected"),
        ("claims", "answer", "0", "--state", "rejected", "--answer", "x"),
        ("claims", "answer", "12", "--state", "submitted", "--answer", "x"),
        ("assistance", "answer", "3"),
        ("assistance", "answer", "3", "--answer", "  "),
    ],
)
def test_answers_that_cannot_be_are_refused_before_anything_is_sent(
    address: str, rpc: FakeRpc, arguments: tuple[str, ...]
) -> None:
    assert run(address, *arguments).exit_code == 2
    assert rpc.calls == []


def test_a_second_answer_is_refused_in_words(address: str, rpc: FakeRpc) -> None:
    rpc.table["identity", "answer_claim"] = Refusal("already_answered", state="rejected")
    result = run(address, "claims", "answer", "12", "--state", "accepted", "--answer", "Si.")
    assert result.exit_code == 1
    assert "déjà été donnée" in result.output


def test_assistance_is_listed_and_answered(address: str, rpc: FakeRpc) -> None:
    request = {
        "request": 3,
        "email": "a@x.fr",
        "name": "Anne",
        "signed_in": False,
        "language": "en",
        "subject": "voting_code",
        "text": "Je n’ai pas reçu ma notice.",
        "state": "open",
        "answer": None,
        "submitted_at": "2026-10-20T08:00:00+00:00",
        "answered_at": None,
    }
    rpc.table["identity", "list_assistance"] = {"requests": [request], "next": None}
    listed = run(address, "assistance", "list", "--state", "all")
    assert listed.exit_code == 0, listed.output
    assert "code de vote" in listed.output
    assert rpc.made("identity", "list_assistance")[0].payload["state"] is None
    rpc.table["identity", "answer_assistance"] = {"request": 3}
    assert "Demande 3 : réponse envoyée." in run(address, "assistance", "answer", "3", "--answer", "Voici.").output
    rpc.table["identity", "list_assistance"] = {"requests": [], "next": None}
    assert "Aucune demande" in run(address, "assistance", "list").output
