"""Whoever has the broker account of one process can do on the bus what that process does, and nothing more."""

import ast
import json
import re
import uuid
from pathlib import Path

import pika
import pytest
from pika.exceptions import AMQPError, ChannelClosedByBroker

import services
from deploy.production.broker.accounts import accounts, calls_of, methods_of, processes
from deploy.production.broker.definitions import definitions
from services.runtime.bus import topology
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import RpcUnavailable
from services.runtime.service_names import SERVICES, WORKERS

REFUSED = 403


class Account:
    """The broker as one account has it."""

    def __init__(self, broker, name):
        self.name = name
        self.connection = pika.BlockingConnection(pika.URLParameters(broker.uri_of(name)))

    def tries(self, act):
        """The code that the broker answers with; 0 where it lets it happen."""
        channel = self.connection.channel()
        channel.confirm_delivery()
        try:
            act(channel)
            channel.queue_declare("rpc-identity", passive=True)  # an answer to what has none of its own
        except ChannelClosedByBroker as closed:
            return closed.reply_code
        except AMQPError as error:
            return type(error).__name__
        channel.close()
        return 0


@pytest.fixture(scope="module")
def account(rabbitmq):
    opened = {}

    def of(name):
        return opened.setdefault(name, Account(rabbitmq, name))

    yield of
    for one in opened.values():
        one.connection.close()
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.amqp_uri)) as connection:
        for queue in every_queue():
            connection.channel().queue_purge(queue)


def call(service, method):
    return lambda channel: channel.basic_publish(topology.rpc_exchange(service), f"{service}.{method}", b"{}")


def every_queue():
    return [queue.name for queue in topology.queues()]


def own_queues(name):
    events = [one.queue for one in topology.event_bindings() if one.queue.endswith(f"--{name}.inbox")]
    return {topology.rpc_queue(name), *events} if name in SERVICES else set()


@pytest.mark.parametrize("name", ["notification", "ballot", "gateway", "bounces", "reassort-worker"])
def test_nobody_reads_the_queue_of_another(account, name):
    for queue in set(every_queue()) - own_queues(name):
        assert account(name).tries(lambda channel, queue=queue: channel.basic_get(queue)) == REFUSED, queue


def test_notifications_account_can_neither_ask_nor_forge_nor_close(account):
    attacker = account("notification")
    assert attacker.tries(call("identity", "list_bearers")) == REFUSED
    assert attacker.tries(call("identity", "resume_session")) == REFUSED
    assert attacker.tries(call("ballot", "cast_ballot")) == REFUSED
    assert attacker.tries(call("ballot", "close_election")) == REFUSED
    assert attacker.tries(lambda channel: channel.basic_publish("ballot.events", "election_sealed", b"{}")) == REFUSED
    straight = topology.queue_name("ballot", "election_sealed", "identity")
    assert attacker.tries(lambda channel: channel.basic_publish("", straight, b"{}")) == REFUSED
    assert attacker.tries(lambda channel: channel.basic_publish("", "rpc-ballot", b"{}")) == REFUSED


@pytest.mark.parametrize("name", [one for one in processes() if one != "relay"])
def test_the_broker_lets_through_the_calls_that_the_contracts_name_and_no_other(account, name):
    allowed = calls_of(name)
    for service in SERVICES:
        for method in methods_of(service):
            expected = 0 if method in allowed.get(service, []) else REFUSED
            asked = account(name).tries(call(service, method))
            assert asked == expected, (name, service, method)


def test_only_the_relay_publishes_events_and_only_those_of_the_topology(account):
    for source, event_type in topology.SUBSCRIPTIONS:
        exchange = topology.exchange_name(source)
        for name in [*processes(), "operations"]:
            tried = account(name).tries(
                lambda channel, at=exchange, key=event_type: channel.basic_publish(at, key, b"{}")
            )
            assert tried == (0 if name == "relay" else REFUSED), (name, source, event_type)
    assert account("relay").tries(lambda channel: channel.basic_publish("ballot.events", "made_up", b"{}")) == REFUSED


@pytest.mark.parametrize("name", ["gateway", "ballot", "reassort-worker"])
def test_nobody_listens_in(account, name):
    key = str(uuid.uuid4())
    queue = topology.reply_queue(name, key)
    attacker = account(name)
    for exchange, kind in topology.exchanges().items():
        for binding in ("#", "identity.*", "identity.log_in", "election_sealed", "*"):

            def listen(channel, exchange=exchange, binding=binding):
                channel.queue_declare(queue, durable=True, arguments={"x-expires": 10_000})
                channel.queue_bind(queue, exchange, binding)

            assert attacker.tries(listen) == REFUSED, (exchange, kind, binding)
    for foreign in ("mine", f"reply.identity.{key}", "reply.gateway.x", "amq.gen-x"):
        assert attacker.tries(lambda channel, foreign=foreign: channel.queue_declare(foreign)) == REFUSED, foreign
    assert attacker.tries(lambda channel: channel.queue_delete("rpc-identity")) == REFUSED
    assert attacker.tries(lambda channel: channel.exchange_delete("rpc.identity")) == REFUSED


def test_a_refused_caller_is_told_that_the_service_is_not_there(rabbitmq):
    client = RpcClient(rabbitmq.uri_of("notification"))
    try:
        for service, method in (("identity", "list_bearers"), ("ballot", "close_election")):
            with pytest.raises(RpcUnavailable, match="AccessRefused"):
                client.call(service, method, {}, timeout=20)
    finally:
        client.close()


def test_every_call_between_services_in_the_code_is_one_that_the_contract_lets_through():
    """Else a job of one service would wait for ever for another that it may not ask."""
    clients = {f"{service.capitalize()}Client": service for service in SERVICES}
    found = set()
    for path in sorted(Path(services.__path__[0]).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            clients[name.name]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and not path.match("contract/*")
            for name in node.names
            if name.name in clients
        }
        called = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        home = path.relative_to(Path(services.__path__[0])).parts[0]
        caller = "bounces" if path.parent.name == "bounces" else home
        found |= {(caller, service, method) for service in imported for method in called & set(methods_of(service))}
    assert found == {
        (caller.removesuffix("-worker"), service, method)
        for caller in processes()
        if caller != "gateway"
        for service, methods in calls_of(caller).items()
        if service != caller  # each asks itself whether it is well
        for method in methods
    }


def test_every_process_of_the_bus_has_an_account_and_the_file_no_password():
    assert set(processes()) - set(WORKERS) == {*SERVICES, "relay", "gateway", "bounces"}
    passwords = {one.name: f"{one.name}-{uuid.uuid4().hex}" for one in accounts()}
    made = json.dumps(definitions(passwords))
    assert not [password for password in passwords.values() if password in made]
    assert {one["name"] for one in json.loads(made)["users"]} == set(passwords)
    for spoilt in ({"gateway": ""}, {"gateway": passwords["ballot"]}):
        with pytest.raises(ValueError, match="password"):
            definitions(passwords | spoilt)
    for one in accounts():
        for pattern in (one.configure, one.write, one.read):
            assert re.fullmatch(r"\^.*\$", pattern), "the broker searches anywhere in a name otherwise"
        written = {exchange for exchange in topology.exchanges() if re.search(one.write, exchange)}
        assert written - {topology.NOWHERE, topology.DEAD_LETTERS} == set(one.topics), "each is restricted by key too"
