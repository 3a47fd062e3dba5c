"""The private RabbitMQ node: what a crash leaves, and what nothing leaves."""

from collections.abc import Iterator
from pathlib import Path

import pika
import pytest

from deploy.local.broker import BrokerMissing, LocalBroker
from deploy.local.launcher.ports import answers


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[LocalBroker]:
    try:
        broker = LocalBroker(tmp_path / "broker")
    except BrokerMissing as error:
        pytest.fail(str(error))
    yield broker
    broker.close()


def test_a_confirmed_message_survives_sigkill(broker: LocalBroker) -> None:
    uri = broker.start()
    first_pid = broker.pid
    # What quorum queues keep in memory for their log stays far under what the node may have.
    assert broker.control("eval", "application:get_env(ra, wal_max_size_bytes).").strip() == "{ok,67108864}"
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    channel = connection.channel()
    channel.queue_declare("kept", durable=True)
    channel.confirm_delivery()
    persistent = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
    channel.basic_publish("", "kept", b"still here", persistent, mandatory=True)
    broker.kill()
    assert not answers(broker.port)
    assert broker.start() == uri
    assert broker.pid != first_pid
    again = pika.BlockingConnection(pika.URLParameters(uri))
    assert again.channel().basic_get("kept", auto_ack=True)[2] == b"still here"
    again.close()


def test_stop_leaves_no_process_and_no_port(broker: LocalBroker) -> None:
    broker.start()
    ports = (broker.port, broker._distribution_port, broker._epmd_port)
    assert all(answers(port) for port in ports)
    broker.stop()
    assert not any(answers(port) for port in ports)
    with pytest.raises(LookupError):
        _ = broker.pid


def test_the_address_is_closed_to_a_wrong_password(broker: LocalBroker) -> None:
    uri = broker.start()
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(uri.replace(":" + uri.split("@")[0].rpartition(":")[2], ":wrong")))


def test_secrets_of_the_node_are_closed_to_others(broker: LocalBroker) -> None:
    broker.commands()
    for name in ("password-isoloir", "password-gateway", "rabbitmq.conf", "definitions.json"):
        assert (broker.directory / name).stat().st_mode & 0o077 == 0
