"""The voting event step by step: what is done, what is next, what waits for what, from facts and on the page (E13)."""

import dataclasses
from typing import Any

import pytest

from gateway.figures.kept import KeptFigures
from gateway.preparation.steps import Election, Facts, State, Step, standings
from services.ballot.contract.elections import SealingChecks
from services.ballot.contract.limits import State as Urn
from services.ballot.contract.sealing_gaps import Kind
from services.runtime.contracts.client import RpcTimeout
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc, agent_session, states

READY = SealingChecks(sealed=False, keys=True, holders=9, expected=9, received=9)
BARE = SealingChecks(sealed=False, keys=False, holders=None, expected=None, received=0)


def facts(urn: Urn, checks: SealingChecks = READY, voters: int = 9, **changes: Any) -> Facts:
    """An event with one election, all printed and written to."""
    sealed = dataclasses.replace(checks, sealed=urn is not Urn.DRAFT)
    return Facts(True, [Election("CSA", voters, urn, sealed)], **({"notices": (9, 9), "written_to": (9, 9)} | changes))


def told(found: Facts) -> dict[State, set[str]]:
    """State → the steps that are so."""
    by_state: dict[State, set[str]] = {}
    for one in standings(found):
        by_state.setdefault(one.state, set()).add(one.step.value)
    return by_state


SEALED = {"definition", "roll", "codes", "notices", "keys", "sealing", "campaign"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Facts(defined=False), {"next": {"definition"}}),
        (
            facts(Urn.DRAFT, BARE, 0, notices=(0, 0), written_to=(0, 0)),
            {"done": {"definition"}, "next": {"roll", "keys"}},
        ),
        (
            facts(Urn.DRAFT, BARE, notices=(0, 0), written_to=(0, 9)),
            {"done": {"definition", "roll"}, "next": {"codes", "keys", "campaign"}},
        ),
        (
            facts(Urn.DRAFT, notices=(3, 9), written_to=(9, 9)),
            {"done": SEALED - {"notices", "sealing"}, "next": {"notices", "sealing"}},
        ),
        (facts(Urn.SEALED), {"done": SEALED, "waiting": {"vote"}}),
        (facts(Urn.OPEN), {"done": SEALED, "under_way": {"vote"}, "waiting": {"closing"}}),
        (facts(Urn.SUSPENDED), {"done": SEALED, "under_way": {"vote"}, "waiting": {"closing"}}),
        (facts(Urn.CLOSED), {"done": SEALED | {"vote", "closing"}, "next": {"tally"}}),
        (facts(Urn.PUBLISHED), {"done": {step.value for step in Step}}),
    ],
    ids=["nothing", "draft", "roll", "ready", "sealed", "open", "suspended", "closed", "published"],
)
def test_each_step_is_done_next_or_blocked(found: Facts, expected: dict[str, set[str]]) -> None:
    by_state = told(found)
    everything = {step.value for step in Step}
    blocked = everything - set().union(*expected.values())
    assert by_state == {State(state): steps for state, steps in expected.items()} | (
        {State.BLOCKED: blocked} if blocked else {}
    )


def test_a_blocked_step_names_what_it_waits_for_and_a_next_one_what_is_missing() -> None:
    untried = dataclasses.replace(READY, holders=7, untried=["Delia Verveine"])
    found = {one.step: one for one in standings(facts(Urn.DRAFT, untried))}
    assert found[Step.SEALING].state is State.BLOCKED
    assert list(found[Step.SEALING].before) == [Step.CODES, Step.KEYS]
    ((code, gap),) = found[Step.KEYS].missing
    assert (code, gap.kind, gap.names) == ("CSA", Kind.TRIAL, ("Delia Verveine",))
    ((code, gap),) = found[Step.CODES].missing
    assert (gap.kind, gap.count) == (Kind.VOTERS, 2)


def test_what_could_not_be_asked_is_never_called_done() -> None:
    unknown = {one.step: one.state for one in standings(Facts(True, None, None, None))}
    assert unknown.pop(Step.DEFINITION) is State.DONE
    assert set(unknown.values()) == {State.UNKNOWN}


@pytest.fixture
def operator(browser: Browser, rpc: FakeRpc) -> Browser:
    """An operator, before a draft that lacks its keys."""
    rpc.table["identity", "agent_session"] = agent_session("operator")
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 9, "signed": 0}]}
    rpc.table["ballot", "election_states"] = states("draft")
    rpc.table["ballot", "sealing_checks"] = {**READY.dump(), "keys": False}
    rpc.table["reassort", "code_counts"] = {"voters": 9, "spares": 9, "credentials": 18, "notices": 9}
    rpc.table["notification", "message_counts"] = {"counts": [{"channel": "paper", "state": "sent", "count": 4}]}
    rpc.table["identity", "list_campaigns"] = {"campaigns": []}
    for service in ("identity", "reassort", "ballot"):
        rpc.table[service, "jobs"] = {"jobs": []}
    return browser.as_agent()


def test_the_page_says_what_is_next_and_the_command_that_does_it(operator: Browser, rpc: FakeRpc) -> None:
    page = operator.get("/agents/echeance").text.replace("\u00a0", " ")
    assert page.count('aria-current="step"') == 3  # notices, keys, opening message
    for said in (
        "4 sur 9.",
        "les clés du bureau ne sont pas déposées",
        "isoloir operator ceremony status",
        "Écrire à tous les électeurs…",
        "Attend : Clés du bureau.",
    ):
        assert said in page, said
    assert "Sceller…" not in page
    # However many look, the services are asked once.
    operator.get("/agents/echeance?vif=1")
    assert len(rpc.made("ballot", "sealing_checks")) == 1
    assert [call.payload for call in rpc.made("identity", "attendance")] == [{"voting_event": EVENT_UUID}]


def test_without_an_event_or_a_service_it_says_so(operator: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "sealing_checks"] = RpcTimeout("ballot", "sealing_checks")
    assert "N’a pas pu être lu" in operator.get("/agents/echeance").text
    app = operator.client.application
    app.extensions["isoloir_figures"] = KeptFigures()
    app.extensions["isoloir"].identity._event = (-1e9, None)
    rpc.table["identity", "voting_event"] = Refusal("no_voting_event")
    page = operator.get("/agents/echeance")
    assert page.status_code == 200
    assert "import-event" in page.text
