"""Several gateways count together in one Redis; without it each counts for itself, and the portal goes on."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

import gateway.edge.rate_limits as limits
from services.runtime.refusals import Refusal
from tests.servers.redis_store import redis_store
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import IDENTIFIER, PASSWORD, FakeRpc

GUESSES = int(limits.LOG_IN.split()[0])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Address and process of an empty store."""
    with redis_store(tmp_path) as found:
        yield found


def guess(app: Flask) -> int:
    browser = Browser(app.test_client())
    with browser.client.session_transaction() as session:
        session["identifier"] = IDENTIFIER
    return browser.post("/mot-de-passe", {"password": PASSWORD}).status_code


def test_two_gateways_count_together_and_go_on_without_the_store(
    make_app: Callable[..., Flask], rpc: FakeRpc, store: tuple[str, subprocess.Popen[bytes]]
) -> None:
    rpc.table["identity", "log_in"] = Refusal("log_in_refused")
    address, process = store
    one, other = (make_app(ratelimit_enabled=True, ratelimit_storage=address) for _ in range(2))
    assert {guess(app) for app in [one, other] * (GUESSES // 2)} == {401}
    assert [guess(one), guess(other)] == [429, 429]
    kept = redis.Redis.from_url(address)
    keys = kept.keys()
    kept.close()
    assert isinstance(keys, list)
    assert keys
    assert not [key for key in keys if IDENTIFIER.encode() in key or b"127.0.0.1" in key], "keys name nobody"
    process.kill()
    process.wait()
    assert {guess(app) for app in [one, other] * 3} == {401}


def test_a_store_that_is_frozen_holds_nobody_up(
    make_app: Callable[..., Flask], rpc: FakeRpc, store: tuple[str, subprocess.Popen[bytes]]
) -> None:
    rpc.table["identity", "log_in"] = Refusal("log_in_refused")
    address, process = store
    app = make_app(ratelimit_enabled=True, ratelimit_storage=address)
    assert guess(app) == 401
    process.send_signal(signal.SIGSTOP)
    try:
        assert guess(app) == 401, "without a limit of time this waits for ever"
    finally:
        process.send_signal(signal.SIGCONT)
