"""A real service process on a real RabbitMQ: what a caller is told when things go well, badly, or not at all."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pika
import pytest

from services.ballot.belenios.credential import new_uuid
from services.runtime.bus import relay, topology
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database
from tests.servers import event_keys
from tests.waiting import wait_until

ISOLOIR = [sys.executable, "-c", "from deploy.cli.main import main; main()"]


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
    url = f"sqlite:///{tmp_path}/ballot.sqlite"
    Database(url, "ballot").upgrade()
    environment = {
        "PATH": os.environ["PATH"],
        "AMQP_URI": rabbitmq.uri_of("ballot"),
        "ISOLOIR_BALLOT_DATABASE_URL": url,
        "ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY": "5" * 64,
        "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY": "6" * 64,
        **event_keys.environment("ballot"),
        "PYTHONWARNINGS": "ignore",
    }
    supervised = Supervised([*ISOLOIR, "serve", "ballot"], environment, tmp_path / "ballot.jsonl")
    yield supervised
    supervised.end()


class Supervised:
    """A process that is started again when it gave up: what deploy.local.launcher does."""

    def __init__(self, command, environment, log):
        self.command, self.environment, self.log = command, environment, log
        self.start()

    def start(self):
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=out, stderr=subprocess.STDOUT)

    def restart_if_it_gave_up(self):
        if self.process.poll() is not None:
            self.start()

    def send_signal(self, number):
        self.process.send_signal(number)

    def end(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()


@pytest.fixture
def caller(rabbitmq):
    client = RpcClient(rabbitmq.uri_of("gateway"))
    yield client
    client.close()


def answers(caller):
    def ask():
        try:
            return caller.call("ballot", "health", {}, timeout=2)["database"] == "ok"
        except (RpcTimeout, RpcUnavailable):
            return False

    return ask


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
