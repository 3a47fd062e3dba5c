"""Load testers at named addresses pass the challenge; nobody else does, and not in an election by mistake."""

from collections.abc import Callable

import pytest
from flask import Flask
from pydantic import ValidationError

from gateway.settings import Settings
from tests.unit.gateway.conftest import VALUES, Browser
from tests.unit.gateway.fake_rpc import CAPTCHA, IDENTIFIER, PASSWORD, FakeRpc

TESTERS = "198.51.100.0/28, 2001:db8::7"
LOG_IN = {"identifier": IDENTIFIER, "password": PASSWORD}


@pytest.fixture
def portal(make_app: Callable[..., Flask]) -> Flask:
    """A portal that knows load testers, and takes one form a minute from an address."""
    return make_app(test_addresses=TESTERS, ratelimit_enabled=True, address_limit="1 per minute", trusted_proxies=1)


def from_address(app: Flask, address: str) -> Browser:
    browser = Browser(app.test_client())
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


@pytest.mark.parametrize("address", ["198.51.100.7", "2001:db8::7"])
def test_a_tester_passes_and_is_not_counted_by_address(portal: Flask, rpc: FakeRpc, address: str) -> None:
    for _ in range(3):
        assert from_address(portal, address).send("/api/v1/session", LOG_IN).status_code == 201
    spent = [call.payload["proof"] for call in rpc.made("identity", "spend_proof")]
    assert len(set(spent)) == 3, "identity has as much to remember as for a voter"


def test_a_page_takes_what_a_tester_sends_without_the_code(portal: Flask, rpc: FakeRpc) -> None:
    tester = from_address(portal, "198.51.100.7")
    form = {"identifier": IDENTIFIER, "captcha_id": CAPTCHA, "captcha": ""}
    assert tester.post("/identification", form).location in {"/lien-envoye", "/mot-de-passe"}
    assert rpc.made("identity", "check_captcha") == []


@pytest.mark.parametrize("address", ["198.51.100.16", "127.0.0.1", "2001:db8::8"])
def test_others_do_the_work_and_are_counted(portal: Flask, rpc: FakeRpc, address: str) -> None:
    told = from_address(portal, address).send("/api/v1/session", LOG_IN)
    assert (told.status_code, (told.json or {}).get("code")) == (422, "challenge_required")
    assert from_address(portal, address).send("/api/v1/session", LOG_IN).status_code == 429
    assert rpc.made("identity", "log_in") == []


def test_nobody_becomes_a_tester_by_a_header(portal: Flask, rpc: FakeRpc) -> None:
    stranger = from_address(portal, "203.0.113.9")
    told = stranger.send("/api/v1/session", LOG_IN, headers={"X-Forwarded-For": "198.51.100.7"})
    assert (told.json or {}).get("code") == "challenge_required"


def test_in_an_election_somebody_must_have_decided_it() -> None:
    earnest = {**VALUES, "demonstration": False, "operator_token": ""}
    with pytest.raises(ValidationError, match="ISOLOIR_GATEWAY_TEST_ADDRESSES_IN_EARNEST"):
        Settings(**earnest, test_addresses=TESTERS)
    assert len(Settings(**earnest, test_addresses=TESTERS, test_addresses_in_earnest=True).networks_of_tests()) == 2
    assert Settings(**earnest).networks_of_tests() == []


@pytest.mark.parametrize("wrong", ["0.0.0.0/0", "10.0.0.0/8", "2001:db8::/32", "somewhere"])
def test_no_provider_is_a_tester(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r"too large|IPv4"):
        Settings(**VALUES, test_addresses=wrong)


def test_operators_are_told(portal: Flask) -> None:
    asked = {"headers": {"Authorization": f"Bearer {VALUES['operator_token']}"}, "json": {}}
    told = portal.test_client().post("/api/v1/operator/condition", **asked)
    assert told.json is not None
    assert told.json["test_addresses"] == TESTERS
