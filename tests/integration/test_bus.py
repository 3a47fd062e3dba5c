"""A real service process on a real RabbitMQ: what a caller is told when things go well, badly, or not at all."""

import json
import signal
import time
from datetime import UTC, datetime, timedelta

import pika
import pytest

from services.ballot.belenios.keys.credential import new_uuid
from services.runtime.bus import relay, topology
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.hosting.consumers import Reader
from services.runtime.refusals import Refusal
from tests.servers.supervised import answers, ballot_box
from tests.waiting import wait_until


def election(name="Comité des essais"):
    now = datetime.now(UTC)
    return {
        "uuid": new_uuid(),
        "voting_event": new_uuid(),
        "name": name,
        "description": "",
        "questions": [{"question": "Qui ?", "answers": ["A", "B"], "blank": True, "minimum": 1, "maximum": 1}],
        "opens_at": now.isoformat(),
        "closes_at": (now + timedelta(days=1)).isoformat(),
    }


@pytest.fixture
def ballot_process(rabbitmq, tmp_path):
    with ballot_box(rabbitmq.uri_of("ballot"), tmp_path) as supervised:
        yield supervised


@pytest.fixture
def caller(rabbitmq):
    client = RpcClient(rabbitmq.uri_of("gateway"))
    yield client
    client.close()


def test_a_queue_that_was_deleted_is_declared_again_and_its_event_kept(rabbitmq):
    queue = topology.queue_name("ballot", "election_sealed", "identity")
    event = {"id": new_uuid(), "source": "ballot", "type": "election_sealed", "payload": {}}
    relaying = relay.RabbitPublisher(rabbitmq.uri_of("relay"))
    relaying.publish(event)
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.amqp_uri)) as connection:
        channel = connection.channel()
        channel.queue_delete(queue)
        with pytest.raises(relay.Undeliverable, match="UnroutableError"):
            relaying.publish(event)
        relaying.publish(event)
        assert json.loads(channel.basic_get(queue, auto_ack=True)[2]) == event
        channel.queue_delete(queue)
    relaying.close()


def test_a_message_that_nobody_can_read_does_not_stop_a_service(rabbitmq, ballot_process, caller):
    wait_until(answers(caller), 120)
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.amqp_uri)) as connection:
        queue = topology.queue_name("reassort", "credentials_issued", "ballot")
        for content_type, body in (("application/json", b"{"), ("text/strange", b"x"), ("application/json", b"[1]")):
            connection.channel().basic_publish("", queue, body, pika.BasicProperties(content_type=content_type))
    said = ballot_process.log.read_text
    wait_until(lambda: said().count("message_rejected") == 3, 120, "all three")
    assert caller.call("ballot", "health", {}, timeout=20)["database"] == "ok"
    assert ballot_process.process.poll() is None


def test_a_broker_that_is_stopped_in_an_orderly_way_interrupts_no_listener(rabbitmq, caller):
    with pytest.raises(RpcUnavailable):
        caller.call("nobody", "health", {}, timeout=20)
    listener = caller._thread
    rabbitmq.stop()
    with pytest.raises(RpcUnavailable):
        caller.call("nobody", "health", {}, timeout=2)
    rabbitmq.start()
    wait_until(caller._listening.is_set, 120, "replies are listened to again")
    assert caller._thread is listener
    assert listener.is_alive()


def test_a_service_nobody_runs_is_unavailable_at_once(caller):
    with pytest.raises(RpcUnavailable):
        caller.call("nobody", "health", {}, timeout=20)


def test_calls_refusals_timeouts_and_a_broker_that_dies(rabbitmq, ballot_process, caller):
    wait_until(answers(caller), 120)

    wanted = election()
    assert caller.call("ballot", "create_election", wanted, timeout=20)["uuid"] == wanted["uuid"]

    with pytest.raises(Refusal) as refused:
        caller.call("ballot", "describe_election", {"election": new_uuid()}, timeout=20)
    assert refused.value.code == "election_unknown"

    with pytest.raises(Refusal) as refused:
        caller.call("ballot", "create_election", wanted | {"surprise": "x-secret-x"}, timeout=20)
    assert refused.value.code == "invalid_request"
    assert "surprise" in refused.value.details["fields"]
    assert "x-secret-x" not in str(refused.value)

    # A caller that gives up is not served behind its back later.
    late = election()
    ballot_process.send_signal(signal.SIGSTOP)
    with pytest.raises(RpcTimeout):
        caller.call("ballot", "create_election", late, timeout=0.5)
    # The request may already be in the stopped process; one sent now waits in the queue until it expires.
    later = [election() for _ in range(30)]
    for each in later:
        # On a machine that is busy the broker may not even have taken it in that time.
        with pytest.raises((RpcTimeout, RpcUnavailable)):
            caller.call("ballot", "create_election", each, timeout=0.05)
    time.sleep(0.2)  # longer than the expiration of the last one
    ballot_process.send_signal(signal.SIGCONT)
    wait_until(answers(caller), 120)
    with pytest.raises(Refusal) as refused:
        caller.call("ballot", "describe_election", {"election": later[-1]["uuid"]}, timeout=20)
    assert refused.value.code == "election_unknown"

    # The broker dies and comes back: calls fail clearly meanwhile, and work again without a restart of the caller.
    rabbitmq.kill()
    with pytest.raises((RpcUnavailable, RpcTimeout)):
        caller.call("ballot", "health", {}, timeout=3)
    rabbitmq.start()

    def answers_again():
        ballot_process.restart_if_it_gave_up()
        return answers(caller)()

    wait_until(answers_again, 120)
    lines = ballot_process.log.read_text().splitlines()
    strays = [line for line in lines if not line.startswith("{")]
    assert strays == [], "even giving up is a JSON line"
    assert caller.call("ballot", "describe_election", {"election": wanted["uuid"]}, timeout=20)["state"] == "draft"


def test_a_new_password_interrupts_no_call_and_the_old_one_opens_nothing(rabbitmq, ballot_process, caller):
    wait_until(answers(caller), 120)
    old = rabbitmq.uri_of("gateway")
    new = old.replace(rabbitmq._passwords["gateway"], "a-new-password")
    rabbitmq.control("change_password", "gateway", "a-new-password")
    try:
        assert caller.call("ballot", "health", {}, timeout=20)["service"] == "ballot"
        replaced = RpcClient(new)
        assert replaced.call("ballot", "health", {}, timeout=20)["service"] == "ballot"
        replaced.close()
        with pytest.raises(pika.exceptions.AMQPError):
            pika.BlockingConnection(pika.URLParameters(old))
    finally:
        rabbitmq.control("change_password", "gateway", rabbitmq._passwords["gateway"])


def test_listeners_are_back_as_soon_as_the_broker_is(monkeypatch):
    """kombu would pause two seconds longer each time: what is late by that much is ours, not the broker's."""
    asked = {}

    class Connection:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def ensure_connection(self, _errback, _retries, **pauses):
            asked.update(pauses)

    reader = Reader()
    monkeypatch.setattr(reader, "create_connection", Connection)
    with reader.establish_connection():
        pass
    assert asked["interval_max"] <= 1.0
