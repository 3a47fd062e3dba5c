"""What the board sees: counter and attendance, seals, keys, interventions; and what anybody sees of the keys."""

import re
from typing import Any

import pytest

from services.runtime.contracts.client import RpcTimeout
from services.runtime.integrity import software
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc, agent_session, described

KEYS = {
    "keys": [
        {"owner": 1, "group": "administration", "name": "Inès", "role": "president", "received": True, "usable": True},
        {"owner": 2, "group": "delegates", "name": "Délia", "role": "delegate", "received": False, "usable": False},
        {"owner": 3, "group": "delegates", "name": "Dario", "role": "delegate", "received": False, "usable": True},
        {"owner": 4, "group": "delegates", "name": "Sami", "role": "substitute", "received": True, "usable": True},
    ],
    "groups": [
        {"group": "administration", "threshold": 1, "received": 1},
        {"group": "delegates", "threshold": 2, "received": 1},
    ],
    "enough": False,
}


def entry(number: int, action: str, **details: str) -> dict[str, Any]:
    """An entry of the journal."""
    return {
        "number": number,
        "at": "2026-12-04T07:00:00+00:00",
        "agent": None,
        "actor": "Luz Bergamote",
        "action": action,
        "subject": None,
        "details": {"as": "operator", **details},
        "previous": "0" * 64,
        "digest": "1" * 64,
        "who": None,
    }


@pytest.fixture
def member(browser: Browser, rpc: FakeRpc) -> Browser:
    """A delegate who is signed in."""
    rpc.table["identity", "agent_session"] = agent_session("delegate")
    rpc.table["identity", "read_journal"] = {
        "entries": [
            entry(9, "command", command="close-election", election=ONLINE),
            entry(8, "voter_looked_at"),
            entry(7, "command", command="start-commit-roll"),
            entry(6, "command", command="close-election", election="Zb3dAnVK7vcXSw"),
        ],
        "next": None,
        "total": 9,
        "head": "1" * 64,
    }
    rpc.table["ballot", "tally_keys"] = KEYS
    rpc.table["identity", "list_board_acts"] = {"acts": []}
    rpc.table["identity", "board_decisions"] = {"decisions": []}
    return browser.as_agent()


def text(page: str) -> str:
    """What is read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1])).replace("\u202f", " ")


def test_members_see_counter_and_attendance_and_what_was_done(member: Browser) -> None:
    page = text(member.get("/agents/bureau").text)
    assert "5 émargements sur 8 inscrits" in page
    assert "clore un scrutin" in page
    assert "fiche" not in page
    page = text(member.get(f"/agents/bureau/{ONLINE}").text)
    assert "Aucun résultat partiel n’existe" in page
    assert page.count("clore un scrutin") == 1


def test_whoever_reads_the_journal_sees_who_stopped_a_vote_and_an_operator_does_not(
    member: Browser, rpc: FakeRpc
) -> None:
    asked = {"role": "president", "at": "2026-12-09T09:00:00+00:00", "name": "Inès Galet"}
    agreed = {"role": "delegate", "at": "2026-12-09T09:05:00+00:00", "name": "Délia Verveine"}
    rpc.table["identity", "board_decisions"] = {
        "decisions": [{"act": "stop", "reason": "Incendie du local.", "asked": asked, "agreed": agreed}]
    }
    page = text(member.get(f"/agents/bureau/{ONLINE}").text)
    assert "Proposé par Inès Galet , Présidence du bureau" in page
    assert "Confirmé par Délia Verveine , Délégation de liste" in page
    assert "Incendie du local." in page
    rpc.table["identity", "agent_session"] = agent_session("operator")
    assert "Inès Galet" not in member.get(f"/agents/bureau/{ONLINE}").text


@pytest.mark.parametrize(
    ("ballots", "said"),
    [
        (5, "Autant de bulletins que d’émargements"),
        (7, "Émargements et bulletins diffèrent"),
        (4, "Plus d’émargements"),
    ],
)
def test_once_the_urn_is_closed_counts_that_differ_are_said(
    member: Browser, rpc: FakeRpc, ballots: int, said: str
) -> None:
    rpc.table["ballot", "describe_election"] = described(state="closed", ballots=ballots)
    assert said in text(member.get(f"/agents/bureau/{ONLINE}").text)


@pytest.mark.parametrize(
    ("ballots", "said"),
    [(7, "Autant de bulletins comptés que d’émargements"), (6, "Plus d’émargements que de bulletins comptés")],
)
def test_ballots_that_are_replaced_are_none_of_those_that_signatures_stand_for(
    member: Browser, rpc: FakeRpc, ballots: int, said: str
) -> None:
    rpc.table["ballot", "describe_election"] = described(state="closed", revoting=True, ballots=ballots, replaced=2)
    assert said in text(member.get(f"/agents/bureau/{ONLINE}").text)


def test_the_seal_of_the_attendance_list_is_shown_once_it_is_set(member: Browser, rpc: FakeRpc) -> None:
    assert "Liste d’émargement" not in text(member.get(f"/agents/bureau/{ONLINE}").text), "not before the urn is closed"
    rpc.table["ballot", "describe_election"] = described(
        state="closed", ballots=5, closed_at="2026-12-10T16:30:00+00:00"
    )
    assert "pas encore scellée" in text(member.get(f"/agents/bureau/{ONLINE}").text)
    seal = {"at": "2026-12-10T16:31:00+00:00", "signed": 5, "digest": "d" * 64, "head": "e" * 64, "signature": ""}
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 8, "signed": 5, "seal": seal}]}
    page = text(member.get(f"/agents/bureau/{ONLINE}").text)
    assert "5 émargements" in page
    assert "d" * 64 in page


def test_a_poll_book_that_is_behind_is_no_fault_and_one_that_is_silent_hides_nothing(
    member: Browser, rpc: FakeRpc
) -> None:
    rpc.table["ballot", "describe_election"] = described(ballots=7)
    assert "diffèrent" not in text(member.get(f"/agents/bureau/{ONLINE}").text)
    rpc.table["identity", "attendance"] = RpcTimeout("identity")
    page = text(member.get(f"/agents/bureau/{ONLINE}").text)
    assert "ne répond pas" in page
    assert "Bulletins dans l’urne 7" in page


def test_a_member_of_another_election_sees_nothing_of_this_one(member: Browser, rpc: FakeRpc) -> None:
    named = agent_session("delegate")
    named["agent"]["elections"] = ["Zb3dAnVK7vcXSw"]
    rpc.table["identity", "agent_session"] = named
    assert "émargements sur" not in text(member.get("/agents/bureau").text)
    assert member.get(f"/agents/bureau/{ONLINE}").status_code == 404


def test_an_observer_reads_no_journal(member: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "agent_session"] = agent_session("observer")
    assert "Interventions" not in text(member.get("/agents/bureau").text)
    assert rpc.made("identity", "read_journal") == []


def test_anybody_sees_which_keys_are_in_and_which_are_missing(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "tally_keys"] = KEYS
    assert "Clés du dépouillement" not in browser.get(f"/urne/{ONLINE}").text
    rpc.table["ballot", "describe_election"] = described(state="tallied")
    page = text(browser.get(f"/urne/{ONLINE}").text)
    assert "Délégués : 1 reçues sur 2 nécessaires" in page
    assert "n° 1 · Inès Reçue" in page
    assert "n° 2 · Délia Remplacée par son suppléant" in page
    assert "n° 3 · Dario Attendue" in page


def waiting(**changes: Any) -> dict[str, Any]:
    """A suspension that another member has asked for."""
    return {
        "number": 4,
        "act": "suspend",
        "reason": "Le portail affiche une page d’erreur.",
        "asked_by": "Inès",
        "role": "president",
        "own": False,
        "asked_at": "2026-12-04T07:00:00+00:00",
        "expires_at": "2026-12-06T07:00:00+00:00",
        **changes,
    }


def test_a_decision_is_asked_for_with_its_reason_and_agreed_to_by_another(member: Browser, rpc: FakeRpc) -> None:
    path = f"/agents/bureau/{ONLINE}/decisions"
    refused = member.post(path, {"act": "suspend", "reason": "court"})
    assert "10 caractères au moins" in refused.text
    assert rpc.made("identity", "ask_board_act") == []
    rpc.table["identity", "ask_board_act"] = {"number": 4}
    form = {"act": "suspend", "reason": "Le portail affiche une page d’erreur."}
    assert member.post(path, form).location == path
    assert rpc.made("identity", "ask_board_act")[0].payload["act"] == "suspend"
    rpc.table["identity", "list_board_acts"] = {"acts": [waiting(), waiting(number=5, act="stop", own=True)]}
    page = member.get(path).text
    assert page.count('name="number"') == 1
    assert "Suspendre, reprendre ou arrêter le vote (2 en attente)" in text(member.get(f"/agents/bureau/{ONLINE}").text)
    rpc.table["identity", "decide_board_act"] = {}
    assert member.post(f"{path}/reponse", {"number": "4", "decision": "approve"}).location == path
    rpc.table["identity", "decide_board_act"] = Refusal("approval_presides")
    member.post(f"{path}/reponse", {"number": "4", "decision": "approve"})
    assert "préside le bureau" in member.get(path).text
    made = [call.payload["approve"] for call in rpc.made("identity", "decide_board_act")]
    assert made == [True, True]


@pytest.mark.parametrize(
    ("state", "act", "said"),
    [
        ("sealed", "stop", "Un vote ne s’arrête pas avant son ouverture"),
        ("published", "suspend", "Ce vote est clos"),
        ("open", "resume", "il n’y a rien à reprendre"),
    ],
)
def test_what_the_urn_would_not_do_is_neither_asked_for_nor_decided(
    member: Browser, rpc: FakeRpc, state: str, act: str, said: str
) -> None:
    rpc.table["ballot", "describe_election"] = described(state=state)
    path = f"/agents/bureau/{ONLINE}/decisions"
    refused = member.post(path, {"act": act, "reason": "Le portail affiche une page d’erreur."})
    assert said in refused.text
    assert "affiche une page" in refused.text
    rpc.table["identity", "list_board_acts"] = {"acts": [waiting(act=act)]}
    member.post(f"{path}/reponse", {"number": "4", "decision": "approve"})
    assert said in member.get(path).text
    assert rpc.made("identity", "ask_board_act") + rpc.made("identity", "decide_board_act") == []
    # To refuse it is always possible: it would wait for two days otherwise.
    rpc.table["identity", "decide_board_act"] = {}
    member.post(f"{path}/reponse", {"number": "4", "decision": "refuse"})
    assert [call.payload["approve"] for call in rpc.made("identity", "decide_board_act")] == [False]


def test_a_suspension_is_public_and_its_reason_too(browser: Browser, rpc: FakeRpc) -> None:
    stopped = {"suspends": True, "at": "2026-12-04T07:00:00+00:00", "reason": "Alerte <feu>", "members": ["A", "B"]}
    rpc.table["ballot", "describe_election"] = described(state="suspended", interruptions=[stopped])
    page = browser.get(f"/urne/{ONLINE}").text
    assert "Vote suspendu par le bureau" in page
    assert "Alerte &lt;feu&gt;" in page


def integrity(*differences: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a service tells of what was sealed."""
    return {
        "sealed_at": "2026-12-02T08:00:00+00:00",
        "emptiness": {"ballots": 0},
        "software": software.digest_of(software.manifest()),
        "checking": False,
        "checked_at": "2026-12-04T06:00:00+00:00",
        "parts": ["software", "lists"],
        "differences": list(differences),
        "total": len(differences),
        "alarm": len(differences),
        **changes,
    }


def test_a_change_is_admitted_by_two_members_with_its_reason(member: Browser, rpc: FakeRpc) -> None:
    address = f"/agents/bureau/{ONLINE}/integrite"
    changed = {"part": "configuration", "what": "attendance_minimum", "sealed": "20", "now": "30"}
    rpc.table["ballot", "integrity"] = integrity(changed, change="cd" * 32)
    rpc.table["identity", "roll_integrity"] = integrity(emptiness={"signatures": 0}, parts=["roll"])
    rpc.table["identity", "ask_board_act"] = {"number": 4}
    page = text(member.get(address).text)
    assert "Quelque chose diffère" in page
    assert "Admettre le changement" in page
    member.post(f"{address}/admettre", {"reason": "court"})
    assert rpc.made("identity", "ask_board_act") == []
    answer = member.post(f"{address}/admettre", {"reason": "Correctif de sécurité du serveur"})
    assert answer.headers["Location"].endswith("/decisions")
    [asked] = rpc.made("identity", "ask_board_act")
    assert {name: asked.payload[name] for name in ("act", "reason", "changes")} == {
        "act": "admit_change",
        "reason": "Correctif de sécurité du serveur",
        "changes": ["cd" * 32],
    }
    admitted = {
        "at": "2026-12-04T07:00:00+00:00", "change": "cd" * 32, "reason": "Correctif", "members": ["Inès", "Délia"]
    }  # fmt: skip
    rpc.table["ballot", "integrity"] |= {"admitted": [admitted], "alarm": 0}
    page = text(member.get(address).text)
    assert "Ce qui diffère a été admis par le bureau" in page
    assert "Inès, Délia" in page
    assert "Admettre le changement" not in page
    # Another election's board has admitted the same for the roll: that is no decision about this urn.
    rpc.table["identity", "roll_integrity"] |= {"admitted": [admitted]}
    rpc.table["ballot", "integrity"] |= {"admitted": [], "alarm": 1}
    assert "Admettre le changement" in text(member.get(address).text)
    rpc.table["ballot", "integrity"] |= {"admitted": [admitted], "alarm": 0}
    assert "Quelque chose diffère" not in page
    again = member.post(f"{address}/admettre", {"reason": "Correctif de sécurité du serveur"})
    assert len(rpc.made("identity", "ask_board_act")) == 1
    assert again.status_code in (303, 409)


def test_the_board_sees_whether_all_is_as_it_was_sealed_and_has_it_checked(member: Browser, rpc: FakeRpc) -> None:
    address = f"/agents/bureau/{ONLINE}/integrite"
    rpc.table["ballot", "integrity"] = integrity()
    rpc.table["identity", "roll_integrity"] = integrity(emptiness={"signatures": 0}, parts=["roll"])
    rpc.table["ballot", "describe_election"] = described(sealed_at="2026-12-02T08:00:00+00:00")
    assert address in member.get(f"/agents/bureau/{ONLINE}").text
    page = text(member.get(address).text)
    assert "Tout est comme au scellement" in page
    assert "Signatures sur la liste d’émargement 0" in page
    changed = {"part": "lists", "what": "questions[1].answers[1]", "sealed": "Liste A", "now": "Liste Z"}
    rpc.table["ballot", "integrity"] = integrity(changed, software="0" * 64)
    page = text(member.get(address).text)
    assert "Quelque chose diffère" in page
    assert "les listes de candidats : questions[1].answers[1]" in page
    assert "Au scellement : Liste A À la vérification : Liste Z" in page
    # The portal runs other software than the one that sealed.
    assert "le logiciel de ce portail" in page
    rpc.table["ballot", "start_check_integrity"] = rpc.table["identity", "start_check_roll_integrity"] = {"job": "j"}
    member.post(address)
    assert [call.payload for call in rpc.made("ballot", "start_check_integrity")] == [{"election": ONLINE}]
    assert len(rpc.made("identity", "start_check_roll_integrity")) == 1
    assert member.get("/agents/bureau/Zb3dAnVK7vcXSw/integrite").status_code == 404
