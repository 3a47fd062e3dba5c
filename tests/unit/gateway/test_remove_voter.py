"""`isoloir operator remove-voter` says whom it is about before it asks, and follows the removal to the urn's answer."""

from typing import Any

import pytest
from click.testing import Result

from deploy.operator.commands import roll_changes
from tests.unit.gateway import terminal
from tests.unit.gateway.fake_rpc import EVENT_UUID, FakeRpc

REASON = "Fin de détachement."


def removal(state: str, **changes: Any) -> dict[str, Any]:
    """A removal, as identity describes one."""
    known = {"removal": "5e5e5e5e-0000-4000-8000-00000000000a", "who": "Zoé Nom", "assignment": "Lycée"}
    return {**known, "state": state, "leaves": ["CSA"], "stays": [], "codes_made": True, **changes}


def run(address: str, *arguments: str, answer: str = "") -> Result:
    return terminal.run(address, "remove-voter", "a@x.fr", "--reason", REASON, *arguments, answer=answer)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roll_changes, "PAUSE", 0.0)
    monkeypatch.setattr(roll_changes, "LOOKS", 3)


@pytest.mark.parametrize(("arguments", "answer"), [(("--dry-run",), ""), ((), "n\n")])
def test_nothing_is_asked_for_but_what_would_be_done(
    address: str, rpc: FakeRpc, arguments: tuple[str, ...], answer: str
) -> None:
    rpc.table["identity", "ask_removal"] = removal("waiting")
    result = run(address, *arguments, answer=answer)
    assert "Zoé Nom (Lycée) quitte : CSA." in result.output
    (asked,) = rpc.made("identity", "ask_removal")
    assert (asked.payload["dry_run"], asked.payload["voting_event"]) == (True, EVENT_UUID)


@pytest.mark.parametrize(
    ("states", "said", "status"),
    [
        (["waiting", "done"], "L’électeur est retiré", 0),
        (["waiting", "refused"], "article R211-528", 1),
        (["waiting"], "Le retrait se termine sans vous", 0),
    ],
)
def test_it_is_followed_to_the_answer_of_the_urn(
    address: str, rpc: FakeRpc, states: list[str], said: str, status: int
) -> None:
    rpc.table["identity", "ask_removal"] = removal("waiting")
    rpc.table["identity", "removal"] = [removal(state) for state in states]
    result = run(address, "--scrutin", "CSA", "--yes")
    assert (result.exit_code, said in result.output) == (status, True), result.output
    rehearsed, asked = (call.payload for call in rpc.made("identity", "ask_removal"))
    assert asked == {**rehearsed, "dry_run": False}
    assert (asked["elections"], asked["reason"], asked["token"]) == (["CSA"], REASON, None)
