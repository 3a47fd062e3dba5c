"""A broker with its memory alarm on takes no messages: whoever asks is told at once, and all is well once it is over."""

import os
import signal
import threading
import time

import pytest

from services.runtime.bus.rpc import PUBLISH_SECONDS, RpcClient
from services.runtime.contracts.client import RpcUnavailable
from tests.waiting import wait_until


@pytest.fixture
def caller(rabbitmq):
    client = RpcClient(rabbitmq.amqp_uri)
    yield client
    client.close()


def ask(caller):
    """How long it takes to be told that nobody answers. No queue takes such a call: an open broker says so too."""
    started = time.monotonic()
    with pytest.raises(RpcUnavailable) as told:
        caller.call("ballot", "no.such.method", {}, timeout=30.0)
    return str(told.value), time.monotonic() - started


def test_a_blocked_broker_is_known_and_nobody_waits_for_it(rabbitmq, caller, caplog):
    assert "blocked" not in ask(caller)[0]
    with rabbitmq.out_of_memory():
        answers = []
        askers = [threading.Thread(target=lambda: answers.append(ask(caller))) for _ in range(20)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(timeout=60)
        assert len(answers) == len(askers)
        # Twenty at once: room for a slow machine, and far from the thirty seconds that the callers would wait.
        assert max(seconds for _, seconds in answers) < PUBLISH_SECONDS + 10
        assert caller.broker_is_blocked
        assert ask(caller)[1] < PUBLISH_SECONDS
    wait_until(lambda: not caller.broker_is_blocked, 30, "the client knows that the alarm is over")
    assert "blocked" not in ask(caller)[0]


def test_a_frozen_broker_is_given_up_in_time(rabbitmq, caller):
    ask(caller)
    os.kill(rabbitmq.pid, signal.SIGSTOP)
    try:
        assert ask(caller)[1] < PUBLISH_SECONDS + 10
    finally:
        os.kill(rabbitmq.pid, signal.SIGCONT)
    wait_until(lambda: "ChannelError" in ask(caller)[0], 60, "the broker answers again")
