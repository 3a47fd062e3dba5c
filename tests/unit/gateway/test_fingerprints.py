"""The short form of a sealed election's fingerprint, and where it stands (docs/adr/0029)."""

from services.identity.contract.event.sealings import short_form
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import FINGERPRINT, ONLINE, FakeRpc, agent_session, sealing

OF_TEST = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg"
"""SHA-256 of « test »; the booth's form of it: tests/booth/permit.test.js."""


def test_ten_bytes_in_fives_of_four_digits() -> None:
    assert short_form(OF_TEST) == "9F86 D081 884C 7D65 9A2F"
    assert short_form("") == short_form("no fingerprint!") == ""


def test_the_urn_shows_it_by_identitys_word(browser: Browser, rpc: FakeRpc) -> None:
    page = browser.get(f"/urne/{ONLINE}").text
    assert f"data-fingerprint>{short_form(FINGERPRINT)}</code>" in page
    assert "un autre scrutin" not in page


def test_an_urn_that_shows_another_election_is_said_to(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "sealing"] = sealing() | {"fingerprint": OF_TEST}
    page = browser.get(f"/urne/{ONLINE}").text
    assert short_form(OF_TEST) in page
    assert "L’urne présente un autre scrutin que celui qui a été scellé" in page


def test_the_urn_is_shown_while_identity_does_not_answer(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "sealing"] = Refusal("election_not_sealed")
    answer = browser.get(f"/urne/{ONLINE}")
    assert answer.status_code == 200
    assert "data-fingerprint" not in answer.text


def test_the_board_sees_it_too_and_is_told_of_another_election(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "agent_session"] = agent_session("observer")
    rpc.table["ballot", "tally_keys"] = Refusal("trustees_missing")
    member = browser.as_agent()
    page = member.get(f"/agents/bureau/{ONLINE}").text
    assert f"data-fingerprint>{short_form(FINGERPRINT)}</code>" in page
    assert "un autre scrutin" not in page
    rpc.table["identity", "sealing"] = sealing() | {"fingerprint": OF_TEST}
    page = member.get(f"/agents/bureau/{ONLINE}").text
    assert short_form(OF_TEST) in page
    assert "L’urne présente un autre scrutin que celui qui a été scellé" in page
