"""Whoever may write to a service's queue cannot stop it: what is no message is set aside, and what kills its reader too.

A few hundred messages of every kind by the administrator's account, which no process has: the broker takes far fewer from
anybody else (test_broker_accounts).
"""

import json
import os
import random
import subprocess
import uuid

import pika
import pytest
from sqlalchemy import select

from services.ballot.belenios.keys.credential import new_uuid
from services.runtime.bus import broker_queues, topology
from services.runtime.bus.delivery_tables import INBOX
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.storage.database import Database
from tests.servers import event_keys
from tests.servers.supervised import ISOLOIR, ballot_box
from tests.waiting import wait_until

SENT = 300
EVENTS = topology.queue_name("reassort", "activate", "ballot")
QUEUES = ("rpc-ballot", EVENTS)
SECRET = "x-secret-x"
"""What must not come into a log."""


@pytest.fixture(scope="module")
def ballot(rabbitmq, tmp_path_factory):
    with ballot_box(rabbitmq.uri_of("ballot"), tmp_path_factory.mktemp("ballot")) as started:
        yield started


@pytest.fixture(scope="module")
def channel(rabbitmq):
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.amqp_uri)) as connection:
        channel = connection.channel()
        for queue in topology.queues():
            channel.queue_purge(queue.name)
        channel.confirm_delivery()
        yield channel
        for queue in topology.queues():
            channel.queue_purge(queue.name)


@pytest.fixture
def answers(rabbitmq, ballot):
    client = RpcClient(rabbitmq.uri_of("gateway"))

    def answers():
        ballot.restart_if_it_gave_up()
        try:
            return client.call("ballot", "health", {}, timeout=2)["database"] == "ok"
        except (RpcTimeout, RpcUnavailable):
            return False

    yield answers
    client.close()


def dead(channel):
    return channel.queue_declare(topology.DEAD_LETTERS, passive=True).method.message_count


def call_body(payload):
    return {"args": [], "kwargs": {"payload": payload}}


def event_body(**changed):
    envelope = {
        "id": str(uuid.uuid4()),
        "source": "reassort",
        "type": "activate",
        "correlation_id": str(uuid.uuid4()),
        "occurred_at": "2026-11-25T12:00:00+00:00",
        "payload": {},
    }
    return envelope | changed


def properties(**changed):
    known = {
        "content_type": "application/json",
        "content_encoding": "utf-8",
        "reply_to": str(uuid.uuid4()),
        "correlation_id": str(uuid.uuid4()),
        "headers": {"nameko.call_id_stack": ["x"]},
    }
    return pika.BasicProperties(**(known | changed))


def malformed(chance):
    """A message that is none: queue, body, properties."""
    good_call, good_event = json.dumps(call_body({"x": SECRET})), json.dumps(event_body(payload={"x": SECRET}))
    if chance.random() < 0.6:
        queue, good = "rpc-ballot", good_call
        wrong = [
            (good, properties(reply_to=None)),
            (good, properties(reply_to="")),
            (good, properties(reply_to=chance.choice(["#", "ballot.health", "x" * 200, "../../etc"]))),
            (good, properties(correlation_id=None)),
            (good, properties(correlation_id="é" * 50)),
            (good, properties(headers={"nameko.seconds": chance.choice(["soon", -1, True, [1], {"a": 1}])})),
            (good, properties(headers={"nameko.call_id_stack": chance.choice([7, "x", [1], {"a": SECRET}])})),
            (good, properties(headers={"nameko.correlation_id": chance.choice([7, SECRET, ["a"]])})),
            (good, properties(headers={"nameko.idempotency_key": chance.choice([7, "x" * 65, [SECRET], ""])})),
            (json.dumps({"args": [SECRET], "kwargs": {}}), properties()),
            (json.dumps({"args": [], "kwargs": {"payload": chance.choice([None, 1, [SECRET], SECRET])}}), properties()),
            (json.dumps({"kwargs": {"payload": {}}}), properties()),
            (json.dumps(call_body({}) | {"args": {}}), properties()),
        ]
    else:
        queue, good = EVENTS, good_event
        wrong = [
            (json.dumps(event_body(**{chance.choice(["id", "source", "type", "correlation_id"]): value})), properties())
            for value in (None, 7, SECRET, ["x"], {"a": 1}, "\0")
        ]
        wrong += [(json.dumps(event_body(payload=value)), properties()) for value in (None, [SECRET], SECRET, 7)]
    wrong += [
        (chance.randbytes(chance.randrange(200)), properties()),
        (good[: chance.randrange(1, len(good))], properties()),
        (
            good,
            properties(content_type=chance.choice(["application/x-python-serialize", "text/plain", "", "a/b", None])),
        ),
        (good.encode("utf-16"), properties()),
        (good, properties(headers={"compression": "application/x-gzip"})),
        (good, properties(headers={"compression": SECRET})),
        (good.replace(f'"{SECRET}"', "9" * 5000), properties()),
        (good.replace(f'"{SECRET}"', "NaN"), properties()),
        (good.replace(f'"{SECRET}"', '"\\ud800"'), properties()),
        ("[" * 50_000 + "]" * 50_000, properties()),
        ("", properties()),
        (chance.choice(["null", "7", "[]", '"x"', "{}"]), properties()),
    ]
    body, told = chance.choice(wrong)
    return queue, body.encode() if isinstance(body, str) else body, told


def test_no_malformed_message_stops_a_service_or_is_lost_without_a_word(ballot, channel, answers):
    wait_until(answers, 120)
    pid, before = ballot.process.pid, dead(channel)
    chance = random.Random(20261125)
    for _ in range(SENT):
        queue, body, told = malformed(chance)
        channel.basic_publish("", queue, body, told)
    wait_until(lambda: dead(channel) - before == SENT, 120, "all are set aside")
    assert answers()
    assert ballot.process.pid == pid
    log = ballot.log.read_text()
    assert log.count("message_rejected") == SENT
    assert SECRET not in log


def test_what_is_well_formed_and_wrong_is_answered(rabbitmq, ballot, answers):
    """The rules' no is no dead letter."""
    client = RpcClient(rabbitmq.amqp_uri)
    wait_until(answers, 120)
    try:
        with pytest.raises(Exception, match=r"election_unknown|invalid_request"):
            client.call("ballot", "describe_election", {"election": new_uuid()}, timeout=20)
    finally:
        client.close()


def test_an_event_that_its_sender_has_not_signed_is_set_aside(ballot, channel, answers):
    """Whoever holds the relay's account can publish in any service's name, but not sign for it."""
    wait_until(answers, 120)
    told = event_body()
    by_another = told | {"signature": event_keys.signed(told | {"source": "identity"})["signature"]}
    altered = event_keys.signed(told) | {"payload": {"request": "another"}}
    before = dead(channel)
    for event in (told, by_another, altered, event_keys.signed(told)):
        channel.basic_publish("", EVENTS, json.dumps(event).encode(), properties())
    database = Database(ballot.environment["ISOLOIR_BALLOT_DATABASE_URL"], "ballot")
    received = select(INBOX.c.event_id).where(INBOX.c.event_id == told["id"])

    def heard():
        with database.reading() as session:
            return session.scalar(received) is not None

    wait_until(heard, 60, "the event that is signed is received")
    wait_until(lambda: dead(channel) == before + 3, 60, "the three others are set aside")
    database.dispose()


def test_what_kills_its_reader_is_delivered_a_few_times_and_then_no_more(ballot, channel, answers):
    """amqp cannot read a header that is no UTF-8, and takes the whole process with it."""
    wait_until(answers, 120)
    before = dead(channel)
    channel.basic_publish("", "rpc-ballot", b"{}", properties(headers={"deadly": Latin("\xe9\xe8")}))
    wait_until(lambda: ballot.restart_if_it_gave_up() or dead(channel) > before, 240, "it is set aside")
    wait_until(answers, 120, "the service answers again")


class Latin(str):
    """A text that pika is to write as Latin-1."""

    def encode(self, *_encoding):
        return super().encode("latin-1")


def test_a_message_that_is_too_large_never_reaches_a_queue(rabbitmq):
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.amqp_uri)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="larger than"):
            channel.basic_publish("", "rpc-ballot", b"x" * (topology.LARGEST_MESSAGE + 1))


def test_operators_are_shown_what_was_set_aside(rabbitmq, channel, ballot, answers):
    wait_until(answers, 120)
    before = dead(channel)
    channel.basic_publish("", "rpc-ballot", SECRET.encode(), properties())
    wait_until(lambda: dead(channel) == before + 1, 60)
    for _ in range(2):  # to look removes nothing
        told = subprocess.run(
            [*ISOLOIR, "dead-letters", "--most", "5"],
            env={"PATH": os.environ["PATH"], "AMQP_URI": rabbitmq.uri_of("operations")},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert told.stdout.splitlines()[0] == str(before + 1)
        assert "rpc-ballot\trejected" in told.stdout
        assert SECRET not in told.stdout
    # The doctor asks through the portal, Prometheus asks the relay: to count takes no right, and no more can be done.
    for name in ("gateway", "relay"):
        standing = broker_queues.look_at(rabbitmq.uri_of(name))
        assert standing is not None
        assert standing.dead_letters == before + 1
        assert {one.queue: one.readers for one in standing.queues}["rpc-ballot"]
    assert broker_queues.look_at("") is None
