"""What a stranger says of himself, and of the portal, in headers."""

import pytest

from gateway.app import create_app
from gateway.settings import Settings
from tests.unit.gateway.conftest import OPERATOR_TOKEN, VALUES, Browser
from tests.unit.gateway.fake_rpc import FakeRpc


def client(**values):
    settings = Settings(**{**VALUES, "public_url": "https://vote.example.org", **values})
    return create_app(settings, FakeRpc()).test_client()


@pytest.fixture(scope="module")
def portal_by_tls():
    return client(secure_cookies=True)


@pytest.mark.parametrize("host", ["evil.example", "vote.example.org.evil.example", "evil.example:443", "[", "x@evil"])
def test_the_portal_answers_under_its_own_names_only(portal_by_tls, host):
    for path in ("/", "/identification", "/nothing", "/healthz", "/api/v1/voting-event"):
        answer = portal_by_tls.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text + str(answer.headers)


def test_its_own_names_whatever_their_port_and_case():
    portal = client(hosts="Other.example.org")
    for host in (
        "vote.example.org",
        "VOTE.example.org:443",
        "127.0.0.1:8080",
        "localhost",
        "[::1]:8080",
        "other.example.org",
    ):
        assert portal.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("peer", "believed"), [("10.0.0.7", True), ("192.0.2.1", False), ("10.0.1.7", False), ("", False), ("::1", False)]
)
def test_only_a_proxy_of_ours_says_who_somebody_is(peer, believed):
    """Else whoever reaches the gateway's port has as many addresses, and limits, as he likes."""
    portal = client(
        ratelimit_enabled=True, address_limit="1 per minute", trusted_proxies=1, proxy_addresses="10.0.0.0/24"
    )
    browser = Browser(portal)
    data = {"csrf_token": browser.csrf()}
    answers = [
        portal.post(
            "/identification",
            data={**data, "identifier": f"v{number}@example.org"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
            environ_base={"REMOTE_ADDR": peer},
        ).status_code
        for number in range(1, 4)
    ]
    taken = 303  # to the form again, which has no captcha
    assert answers == [taken, taken if believed else 429, taken if believed else 429]


def test_under_tls_the_cookie_is_this_hosts_alone(portal_by_tls):
    answer = portal_by_tls.get("/identification", headers={"X-Forwarded-Proto": "https"})
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-isoloir", "__Host-isoloir_attente"}
    for cookie in cookies:
        assert {part.strip() for part in cookie.split(";")[1:]} >= {"Secure", "HttpOnly", "Path=/"}
        assert "domain" not in cookie.lower()


def test_an_integer_of_five_thousand_digits_is_a_mistake_of_whoever_sends_it():
    portal = client()
    body = b'{"uuid": ' + b"9" * 5000 + b"}"
    answer = portal.post("/api/v1/operator/describe-election", data=body, content_type="application/json",
                         headers={"Authorization": f"Bearer {VALUES['operator_token']}"})  # fmt: skip
    assert answer.status_code == 400


def test_the_operators_api_is_not_at_the_publics_port():
    """Whoever has an agent's token, but reaches the public's address alone, finds nothing to send it to."""
    portal = client(bind="127.0.0.1:8080", operator_bind="127.0.0.1:8081")
    by_token = {"Authorization": f"Bearer {OPERATOR_TOKEN}", "Host": "127.0.0.1"}
    for headers in ({}, {"X-Forwarded-Port": "8081", "Host": "127.0.0.1:8081"}):
        answer = portal.post(
            "/api/v1/operator/health", json={}, headers=by_token | headers, environ_overrides={"SERVER_PORT": "8080"}
        )
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    answer = portal.post(
        "/api/v1/operator/health", json={}, headers=by_token, environ_overrides={"SERVER_PORT": "8081"}
    )
    assert answer.status_code == 200
    assert portal.get("/identification", headers={"Host": "127.0.0.1"}).status_code == 200


def test_the_two_ports_differ():
    with pytest.raises(ValueError, match="OPERATOR_BIND"):
        Settings(**VALUES, bind="127.0.0.1:8080", operator_bind="0.0.0.0:8080")
