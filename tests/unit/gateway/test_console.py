"""The console's buttons: each starts what the command line would, once it can be done, in the journal first."""

import dataclasses
from typing import Any

import pytest

from services.ballot.contract.sealing_gaps import Absence, Present
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc, agent_session, states
from tests.unit.gateway.jobs import job
from tests.unit.gateway.test_preparation import READY

NAME = "elections 2026"
"""As somebody copies « Élections 2026 »."""
SEALING = {
    "president": "Ondine Bruine",
    "secretary": "",
    "delegates": "Inès Galet\r\nDélia Verveine\r\n",
    "confirmation": NAME,
}
JOB = {"job": "11111111-2222-4333-8444-555555555555"}


@pytest.fixture
def operator(browser: Browser, rpc: FakeRpc) -> Browser:
    """An operator, before a draft that can be sealed."""
    rpc.table["identity", "agent_session"] = agent_session("operator")
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 9, "signed": 0}]}
    rpc.table["identity", "list_campaigns"] = {"campaigns": []}
    rpc.table["identity", "note_agent_command"] = {"number": 1}
    rpc.table["reassort", "code_counts"] = {"voters": 9, "spares": 9, "credentials": 18, "notices": 9}
    rpc.table["notification", "message_counts"] = {"counts": []}
    for service in ("identity", "reassort", "ballot"):
        rpc.table[service, "jobs"] = {"jobs": []}
    stands(rpc, "draft")
    return browser.as_agent()


def stands(rpc: FakeRpc, state: str, **gaps: Any) -> None:
    """Have the urn be so."""
    rpc.table["ballot", "election_states"] = states(state)
    rpc.table["ballot", "sealing_checks"] = dataclasses.replace(READY, sealed=state != "draft", **gaps).dump()


def noted(rpc: FakeRpc) -> list[tuple[str, str | None]]:
    """What the journal was told, in order."""
    return [(call.payload["command"], call.payload["election"]) for call in rpc.made("identity", "note_agent_command")]


def test_codes_are_started_noted_and_their_progress_is_there_at_every_reload(operator: Browser, rpc: FakeRpc) -> None:
    stands(rpc, "draft", holders=None)
    assert "Produire les codes" in operator.get("/agents/echeance").text
    rpc.table["reassort", "start_generate_codes"] = JOB
    rpc.calls.clear()
    answer = operator.post("/agents/echeance/codes")
    assert (answer.status_code, answer.location) == (303, "/agents/echeance")
    assert noted(rpc) == [("start-generate-codes", None)]
    changing = [call.method for call in rpc.calls if call.method in ("note_agent_command", "start_generate_codes")]
    assert changing == ["note_agent_command", "start_generate_codes"]  # in the journal before it is done
    rpc.table["reassort", "jobs"] = {"jobs": [job("running", step="codes", done=300, total=900, remaining_seconds=61)]}
    page = operator.get("/agents/echeance").text
    assert '<progress value="300" max="900"' in page
    assert "Encore 2 minutes environ." in page
    assert "Produire les codes" not in page  # asked for again it would be the same job: nothing to press meanwhile
    # Where it came to nothing the page says why, and what to do about it.
    rpc.table["reassort", "jobs"] = {"jobs": [job("refused", step="codes", reason="entitlements_changed")]}
    rpc.table["reassort", "job"] = Refusal("entitlements_changed")
    operator.client.application.extensions["isoloir_figures"].forget("preparation_work")
    page = operator.get("/agents/echeance").text
    assert "rétablissez la liste électorale" in page
    assert "Produire les codes" in page


def test_the_sealing_names_who_is_present_and_starts_roll_and_urns(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "start_seal_roll"] = JOB
    assert "9 inscrits" in operator.get("/agents/echeance/scellement").text.replace("\u202f", " ")
    answer = operator.post("/agents/echeance/scellement", SEALING)
    assert (answer.status_code, answer.location) == (303, "/agents/echeance")
    [sealed] = rpc.made("identity", "start_seal_roll")
    assert sealed.payload == {
        "voting_event": EVENT_UUID,
        "present": ["Ondine Bruine", "Inès Galet", "Délia Verveine"],
    }
    assert noted(rpc) == [("start-seal-election", ONLINE), ("start-seal-roll", None)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"delegates": "Inès Galet"}, "au moins 2 délégués présents (R211-552)"),
        ({"delegates": "Inès Galet\nines  galet\nInès GALET"}, "nommée deux fois"),
        ({"confirmation": "oui"}, "Ce n’est pas le nom de l’échéance"),
        ({"confirmation": ""}, "rien n’est fait sans cela"),
        ({"president": ""}, "Nommez qui préside."),
    ],
    ids=["one-delegate", "twice", "wrong-name", "no-name", "no-president"],
)
def test_a_sealing_that_is_refused_changes_nothing_and_keeps_what_was_typed(
    changes: dict[str, str], said: str, operator: Browser, rpc: FakeRpc
) -> None:
    page = operator.post("/agents/echeance/scellement", SEALING | changes)
    assert page.status_code == 422
    assert said in page.text.replace("\u00a0", " ")
    if "delegates" not in changes:
        assert "Délia Verveine" in page.text
    assert noted(rpc) == []
    assert rpc.made("identity", "start_seal_roll") == []


def test_presence_is_one_rule_for_the_page_and_for_the_command() -> None:
    assert Present("Ondine", ["Inès", "Délia"], "Aubin").names == ["Ondine", "Aubin", "Inès", "Délia"]
    assert Present("Ondine", ["Inès", "Délia"]).absence is None
    assert Present("Ondine", ["Inès"], "Aubin").absence is Absence.DELEGATES
    assert Present("Ondine", ["Inès", "inès"]).absence is Absence.TWICE


def test_what_is_in_the_way_is_said_and_nothing_is_done(operator: Browser, rpc: FakeRpc) -> None:
    """The page of the act says what is in the way, and so does the act: nothing is done."""
    stands(rpc, "draft", keys=False)
    page = operator.get("/agents/echeance/scellement").text.replace("\u00a0", " ")
    assert "Il faut d’abord : Clés du bureau." in page
    assert '<form method="post" novalidate' not in page
    refused = operator.post("/agents/echeance/scellement", SEALING)
    assert refused.status_code == 409
    assert operator.post("/agents/echeance/cloture", {"confirmation": NAME}).status_code == 422
    rpc.table["ballot", "sealing_checks"] = Refusal("election_unknown")
    operator.post("/agents/echeance/codes")
    assert "Un service ne répond pas" in operator.get("/agents/echeance").text
    assert noted(rpc) == []
    assert {call.method for call in rpc.calls if call.idempotency_key} == {"agent_session"}


def test_the_opening_message_is_sent_by_the_server_once_its_name_is_copied(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "start_campaign"] = JOB
    assert operator.post("/agents/echeance/message", {"confirmation": "autre"}).status_code == 422
    assert (
        operator.post("/agents/echeance/message", {"confirmation": " Élections  2026 "}).location == "/agents/echeance"
    )
    [started] = rpc.made("identity", "start_campaign")
    assert started.payload == {"voting_event": EVENT_UUID, "name": "Ouverture du portail"}
    assert noted(rpc) == [("start-campaign", None)]


def test_a_vote_is_closed_before_its_time_with_a_public_reason(operator: Browser, rpc: FakeRpc) -> None:
    stands(rpc, "open")
    assert "Clore avant l’heure…" in operator.get("/agents/echeance").text
    rpc.table["ballot", "close_election"] = {"head": "ab" * 32, "ballots": 3}
    form = {"election": ONLINE, "reason": "Sinistre dans le local du bureau.", "confirmation": NAME}
    assert operator.post("/agents/echeance/cloture", form | {"reason": "bref"}).status_code == 422
    assert operator.post("/agents/echeance/cloture", form | {"election": "x" * 14}).status_code == 422
    assert rpc.made("ballot", "close_election") == []
    assert operator.post("/agents/echeance/cloture", form).location == "/agents/echeance"
    [closed] = rpc.made("ballot", "close_election")
    assert closed.payload == {"election": ONLINE, "reason": form["reason"]}
    assert noted(rpc) == [("close-election", ONLINE)]


@pytest.mark.parametrize("enough", [True, False], ids=["keys", "no-keys"])
def test_results_are_published_where_the_keys_are_together(enough: bool, operator: Browser, rpc: FakeRpc) -> None:
    stands(rpc, "closed")
    rpc.table["ballot", "tally_keys"] = {"keys": [], "groups": [], "enough": enough}
    rpc.table["ballot", "publish_result"] = {"result": "{}", "ballots": 3}
    answer = operator.post("/agents/echeance/publication", {"confirmation": NAME})
    if enough:
        assert answer.location == "/agents/echeance"
        assert noted(rpc) == [("publish-result", ONLINE)]
        assert len(rpc.made("ballot", "publish_result")) == 1
    else:
        assert "Des clés manquent encore" in operator.get("/agents/echeance/publication").text
        assert rpc.made("ballot", "publish_result") == []


def test_whoever_may_only_watch_sees_no_button(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "agent_session"] = agent_session("president")
    page = operator.get("/agents/echeance").text
    assert "Scellement" in page
    assert "Sceller…" not in page
    assert operator.get("/agents/echeance/scellement").status_code == 403


def test_an_operator_who_is_limited_to_an_election_cannot_seal_another(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "note_agent_command"] = Refusal("right_missing")
    assert operator.post("/agents/echeance/scellement", SEALING).status_code == 403
    assert rpc.made("identity", "start_seal_roll") == []


HELD = {
    "election": ONLINE,
    "name": "SCRUTIN À BLANC – Comité social",
    "lines": [
        {"check": "keys", "held": True, "count": 5, "detail": "1/2, 2/3"},
        {"check": "foreign", "held": False, "count": None, "detail": "credential_not_yours"},
    ],
    "questions": [
        {
            "question": "Quelle liste ?",
            "answers": [
                {"answer": "Liste Nuages", "cast": 10, "counted": None},
                {"answer": None, "cast": 2, "counted": 2},
            ],
        }
    ],
}


def minutes(state: str, **changes: Any) -> dict[str, Any]:
    """A mock election as the urn tells it."""
    return {
        "minutes": {
            **JOB,
            "state": state,
            "asked_at": "2026-12-01T07:00:00+00:00",
            "done": None,
            "total": None,
            "finished_at": None,
            "reason": None,
            **changes,
        }
    }


def test_a_mock_election_is_started_followed_and_its_minutes_say_what_failed(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "mock_minutes"] = {"minutes": None}
    rpc.table["ballot", "start_mock"] = JOB
    assert "Aucun scrutin à blanc" in operator.get("/agents/echeance/blanc").text
    assert operator.post("/agents/echeance/blanc").location == "/agents/echeance/blanc"
    assert rpc.made("ballot", "start_mock")[0].payload == {"voting_event": EVENT_UUID, "ballots": 20}
    assert noted(rpc) == [("start-mock", None)]
    rpc.table["ballot", "mock_minutes"] = minutes("running", done=7, total=20)
    page = operator.get("/agents/echeance/blanc").text
    assert '<progress value="7" max="20"' in page
    assert "Faire un scrutin à blanc" not in page
    rpc.table["ballot", "mock_minutes"] = minutes("done", finished_at="2026-12-01T07:02:00+00:00", elections=[HELD])
    page = operator.get("/agents/echeance/blanc").text.replace("\u00a0", " ")
    for said in (
        "Ne scellez pas : une vérification a échoué",
        "SCRUTIN À BLANC – Comité social",
        "Un bulletin fait avec le code d’un autre électeur est refusé",
        "credential_not_yours",
        "Vote blanc",
    ):
        assert said in page, said
    assert "Tout concorde" not in page
    # The board reads the minutes, and starts nothing.
    rpc.table["identity", "agent_session"] = agent_session("delegate")
    page = operator.get("/agents/echeance/blanc").text
    assert "Comité social" in page
    assert "Faire un scrutin à blanc" not in page


def test_what_is_sealed_is_not_tried_and_a_try_that_came_to_nothing_says_so(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "mock_minutes"] = minutes("failed", reason="OperationalError")
    rpc.table["ballot", "start_mock"] = Refusal("election_sealed")
    operator.post("/agents/echeance/blanc")
    page = operator.get("/agents/echeance/blanc").text.replace("\u00a0", " ")
    assert "se fait avant le scellement" in page
    assert "Recommencez : il reprend" in page


def test_a_cell_is_invited_for_the_places_of_the_roll(operator: Browser, rpc: FakeRpc) -> None:
    known = {**agent_session("support")["agent"], "places": ["Académie des Rivages"]}
    rpc.table["identity", "list_agents"] = {"agents": [known]}
    rpc.table["identity", "invite_agent"] = {"agent": known["agent"]}
    form = {"name": "Luz Bergamote", "email": "luz@rivages.example", "role": "support"}
    written = form | {"places": " Académie  des Rivages\r\n\r\nLycée Jean-Macé "}
    assert operator.post("/agents/comptes", written).location == "/agents/comptes"
    assert rpc.made("identity", "invite_agent")[0].payload["places"] == ["Académie des Rivages", "Lycée Jean-Macé"]
    assert "Académie des Rivages" in operator.get("/agents/comptes").text
    assert "Seule une cellule" in operator.post("/agents/comptes", written | {"role": "observer"}).text
    assert "de deux lettres au moins" in operator.post("/agents/comptes", form | {"places": "A"}).text
    rpc.table["identity", "invite_agent"] = Refusal("invalid_request", fields={"places": [{"code": "not_a_choice"}]})
    page = operator.post("/agents/comptes", written)
    assert "tel que la liste l’écrit" in page.text
    assert "Lycée Jean-Macé" in page.text
