"""The operator's client: what the contracts refuse is said before anything travels."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.contract_check import METHODS, check
from gateway.api.operator import COMMANDS
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc


@pytest.fixture
def client() -> Iterator[OperatorClient]:
    """A client of a portal that is not there: whatever is sent is « unreachable »."""
    client = OperatorClient("http://127.0.0.1:9", OPERATOR_TOKEN, check)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("ask", "field", "code"),
    [
        (lambda client: client.close_election(ONLINE, "x" * 1001), "reason", "too_long"),
        (lambda client: client.close_election(ONLINE, " "), "reason", "blank"),
        (lambda client: client.seal_election("not Base58: l", []), "election", "wrong_form"),
        (lambda client: client.submit_partial_decryption(ONLINE, 0, "{}"), "owner", "too_small"),
        (lambda client: client.code_counts("u" * 64), "voting_event", "wrong_form"),
        (lambda client: client.list_failures(limit=5000), "limit", "too_large"),
        (lambda client: client.answer_claim(0, "accepted", "Oui."), "claim", "too_small"),
        (lambda client: client.answer_assistance(0, "Oui."), "request", "too_small"),
        (lambda client: client.open_campaign("u" * 64, "ouverture"), "voting_event", "wrong_form"),
        (lambda client: client.create_election({"uuid": ONLINE, "colour": "red"}), "colour", "unknown_field"),
    ],
)
def test_a_mistake_is_said_in_french_before_anything_travels(
    ask: Callable[[OperatorClient], Any], field: str, code: str, client: OperatorClient
) -> None:
    with pytest.raises(OperatorRefusal) as refused:
        ask(client)
    assert refused.value.code == "invalid_request"
    problem = refused.value.details["fields"][field]
    assert problem["code"] == code
    assert problem["message"].endswith((".", "\u202f!"))


def test_the_portal_says_the_same(address: str, client: OperatorClient, rpc: FakeRpc) -> None:
    with pytest.raises(OperatorRefusal) as here:
        client.close_election(ONLINE, "")
    portal = OperatorClient(address, OPERATOR_TOKEN)
    with pytest.raises(OperatorRefusal) as there:
        portal.close_election(ONLINE, "")
    portal.close()
    assert (here.value.code, here.value.message, here.value.details) == (
        there.value.code,
        there.value.message,
        there.value.details,
    )
    assert rpc.calls == []


def test_what_the_contracts_have_is_asked_as_they_have_it() -> None:
    for command in COMMANDS:
        assert METHODS[command.method.name] is command.method
