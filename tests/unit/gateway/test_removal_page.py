"""A voter taken off the roll from a page: seen first, confirmed by the name of the voting event, then followed."""

from typing import Any

import pytest

from services.identity.contract.staff.rights import RIGHTS, Right, Role
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import AGENT_SESSION, FakeRpc, agent_session
from tests.unit.gateway.test_console import NAME, operator
from tests.unit.gateway.test_roll_page import sealed

__all__ = ["operator"]
PAGE = "/agents/echeance/retrait"
REMOVAL: dict[str, Any] = {
    "state": "waiting",
    "who": "Zoé Brindille",
    "assignment": "Lycée des Rivages",
    "leaves": ["CSA"],
    "stays": [],
    "codes_made": True,
}
FORM = {"identifier": " Zoe.Brindille@rivages.example", "reason": "Départ de l’établissement avant le scrutin."}


@pytest.fixture
def remover(operator: Browser, rpc: FakeRpc) -> Browser:
    """An operator, before a roll that may change."""
    sealed(operator, rpc, yes=False)
    rpc.table["identity", "ask_removal"] = lambda asked: {"removal": asked["removal"], **REMOVAL}
    return operator


def asked(rpc: FakeRpc, *, dry_run: bool) -> list[dict[str, Any]]:
    """What identity was asked."""
    return [one.payload for one in rpc.made("identity", "ask_removal") if one.payload["dry_run"] is dry_run]


def hidden(page: str, name: str) -> str:
    """A hidden value of the confirmation."""
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.mark.parametrize("reason", [FORM["reason"], "é" * 499], ids=["kept", "too-long-to-keep"])
def test_who_it_is_is_seen_before_anything_is_done_and_then_it_is_done_once(
    remover: Browser, rpc: FakeRpc, reason: str
) -> None:
    page = remover.post(PAGE, FORM | {"reason": reason}).text.replace("\u00a0", " ")
    for said in ("Zoé Brindille", "Lycée des Rivages", "Son code de vote et sa notice ne vaudront plus."):
        assert said in page, said
    assert asked(rpc, dry_run=False) == []
    form = {name: hidden(page, name) for name in ("identifier", "reason", "removal")}
    assert "Ce n’est pas le nom" in remover.post(PAGE, form | {"confirmation": "autre"}).text
    assert asked(rpc, dry_run=False) == []
    form["elections"] = hidden(page, "elections")
    answer = remover.post(PAGE, form | {"confirmation": NAME})
    assert answer.location == f"{PAGE}?retrait={form['removal']}"
    [done] = asked(rpc, dry_run=False)
    assert done["elections"] == ["CSA"], (
        "those that were seen: another one that he has since come to is not left unseen"
    )
    assert (done["identifier"], done["session"], done["token"]) == (
        "zoe.brindille@rivages.example",
        AGENT_SESSION,
        None,
    )
    for state, said in (("waiting", "n’a pas encore répondu"), ("done", "est retiré"), ("refused", "déjà scellé")):
        rpc.table["identity", "removal"] = {"removal": form["removal"], **REMOVAL, "state": state}
        assert said in remover.get(answer.location).text


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal("identifier_unknown"), "n’est pas celle d’un électeur"),
        (Refusal("voter_not_in_election", elections="CAP"), "n’est pas inscrit à"),
        (Refusal("removal_reissued"), "registre public"),
    ],
    ids=["unknown", "elsewhere", "re-issued"],
)
def test_what_is_in_the_way_is_said_at_the_form(remover: Browser, rpc: FakeRpc, refusal: Refusal, said: str) -> None:
    rpc.table["identity", "ask_removal"] = refusal
    page = remover.post(PAGE, FORM)
    assert page.status_code == 409
    assert said in page.text
    assert "zoe.brindille@rivages.example" in page.text
    assert remover.post(PAGE, FORM | {"reason": "bref"}).status_code == 422


def test_whoever_is_leaving_already_is_followed_under_the_number_of_who_was_first(
    remover: Browser, rpc: FakeRpc
) -> None:
    """Two operators: the second is shown the removal that there is, not his own words on it, and not an unknown number."""
    first = "77777777-7777-4777-8777-777777777777"
    page = remover.post(PAGE, FORM).text
    form = {name: hidden(page, name) for name in ("identifier", "reason", "removal")}
    rpc.table["identity", "ask_removal"] = rpc.table["identity", "removal"] = {"removal": first, **REMOVAL}
    for sent in (form | {"confirmation": NAME}, FORM):
        answer = remover.post(PAGE, sent)
        assert answer.location == f"{PAGE}?retrait={first}"
        assert "n’a pas encore répondu" in remover.get(answer.location).text
    assert len(asked(rpc, dry_run=False)) == 1


def test_others_have_no_such_page_and_a_sealed_roll_no_form(remover: Browser, rpc: FakeRpc) -> None:
    for role in Role:
        rpc.table["identity", "agent_session"] = agent_session(role)
        expected = 200 if Right.RUN_ELECTIONS in RIGHTS[role] else 403
        assert remover.get(PAGE).status_code == expected, role
        if expected == 403:
            assert remover.post(PAGE, FORM).status_code == 403, role
    rpc.table["identity", "agent_session"] = agent_session("operator")
    sealed(remover, rpc, yes=True)
    page = remover.get(PAGE).text
    assert "R211-528" in page
    assert 'name="reason"' not in page
