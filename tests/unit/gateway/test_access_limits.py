"""Throttling: per address, per identifier from one address, and never in the way of whoever follows a link."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from pydantic import ValidationError

import gateway.edge.rate_limits as limits
from gateway.settings import Settings
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import IDENTIFIER, LINK_TOKEN, PASSWORD, FakeRpc

OTHER = {"REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture
def limited(make_app: Callable[..., Flask]) -> Flask:
    """A portal that counts."""
    return make_app(ratelimit_enabled=True)


def amount(limit: str) -> int:
    return int(limit.split()[0])


def guess(browser: Browser) -> int:
    return browser.post("/mot-de-passe", {"password": PASSWORD}).status_code


def at_the_password(app: Flask, rpc: FakeRpc) -> Browser:
    browser = Browser(app.test_client())
    with browser.client.session_transaction() as session:
        session["identifier"] = IDENTIFIER
    return browser


def test_guesses_at_one_identifier_are_bounded_and_said_in_french(limited: Flask, rpc: FakeRpc) -> None:
    from services.runtime.refusals import Refusal

    rpc.table["identity", "log_in"] = Refusal("log_in_refused")
    statuses = [guess(at_the_password(limited, rpc)) for _ in range(amount(limits.LOG_IN) + 1)]
    assert set(statuses[:-1]) == {401}
    assert statuses[-1] == 429
    browser = at_the_password(limited, rpc)
    answer = browser.post("/mot-de-passe", {"password": PASSWORD})
    assert 0 < int(answer.headers["Retry-After"]) <= 601
    assert "Trop de demandes" in answer.text
    assert re.search(r"Attendez \d+\sseconde", answer.text)
    assert "suivez-le" in answer.text
    body = {"identifier": f" {IDENTIFIER.upper()} ", "password": PASSWORD}
    told = browser.send("/api/v1/session", body)
    assert told.status_code == 429
    assert told.json is not None
    assert told.json["code"] == "rate_limited"
    assert int(told.headers["Retry-After"]) > 0
    assert "Attendez" in told.json["message"]


def test_the_owner_gets_in_while_somebody_guesses(limited: Flask, rpc: FakeRpc) -> None:
    from services.runtime.refusals import Refusal

    rpc.table["identity", "log_in"] = Refusal("log_in_refused")
    while guess(at_the_password(limited, rpc)) != 429:
        pass
    rpc.table["identity", "log_in"] = {"session": "s"}
    # Even from the guesser's own address: the link is asked for and followed.
    owner = at_the_password(limited, rpc)
    assert owner.post("/mot-de-passe/oubli").location == "/lien-envoye"
    owner.get(f"/lien/{LINK_TOKEN}")
    assert owner.choose_password(PASSWORD).location == "/question-defi"
    # From elsewhere the password is not even counted with the guesses.
    elsewhere = at_the_password(limited, rpc)
    token = elsewhere.csrf()
    answer = elsewhere.client.post(
        "/mot-de-passe", data={"csrf_token": token, "password": PASSWORD}, environ_overrides=OTHER
    )
    assert answer.location == "/accueil"


def test_other_links_and_other_identifiers_are_counted_apart(limited: Flask, rpc: FakeRpc) -> None:
    browser = Browser(limited.test_client())
    browser.get("/lien/a-guessed-token")
    statuses = [browser.choose_password(PASSWORD).status_code for _ in range(amount(limits.LINK) + 1)]
    assert statuses[-1] == 429
    browser.get(f"/lien/{LINK_TOKEN}")
    assert browser.choose_password(PASSWORD).status_code == 303
    asked = [browser.identify(IDENTIFIER).status_code for _ in range(amount(limits.ACCESS) + 1)]
    assert asked[-1] == 429
    assert browser.identify("other@ac-demo.fr").status_code == 303


def test_one_address_is_bounded_generously(make_app: Callable[..., Flask], rpc: FakeRpc) -> None:
    browser = Browser(make_app(ratelimit_enabled=True, address_limit="5 per minute").test_client())
    statuses = [browser.identify(f"voter{n}@ac-demo.fr").status_code for n in range(6)]
    assert statuses == [303] * 5 + [429]
    assert browser.get("/aide/identifiant").status_code == 200
    assert browser.get("/identification").status_code == 200


@pytest.mark.parametrize("typed", ["", "3000", "many per minute", "0 per minute", "3000 per fortnight"])
def test_a_limit_that_cannot_be_read_stops_the_start(typed: str) -> None:
    with pytest.raises(ValidationError, match="address_limit"):
        Settings(secret_key="x" * 40, address_limit=typed)  # type: ignore[arg-type]


def test_the_address_comes_from_as_many_proxies_as_are_trusted(make_app: Callable[..., Flask], rpc: FakeRpc) -> None:
    def statuses(proxies: int) -> list[int]:
        app = make_app(ratelimit_enabled=True, address_limit="1 per minute", trusted_proxies=proxies)
        found = []
        for number in range(2):
            browser = Browser(app.test_client())
            data = {"csrf_token": browser.csrf(), "identifier": f"v{number}@ac-demo.fr"}
            headers = {"X-Forwarded-For": f"192.0.2.{number}"}
            found.append(browser.client.post("/identification", data=data, headers=headers).status_code)
        return found

    assert statuses(1) == [303, 303], "two people"
    assert statuses(0) == [303, 429], "a header that anybody writes is not believed"


def test_keys_in_the_store_name_nobody(limited: Flask, rpc: FakeRpc) -> None:
    Browser(limited.test_client()).identify(IDENTIFIER)
    keys = str(limited.extensions["isoloir_limiter"].storage.events.keys())
    assert "isoloir" in keys or keys
    assert IDENTIFIER not in keys
    assert "127.0.0.1" not in keys


def test_every_limited_endpoint_exists(limited: Flask) -> None:
    assert set(limits.LIMITS) <= set(limited.view_functions)
