"""The broker by TLS: every part of the system speaks it, and to none but the broker that the certificate names."""

import subprocess

import pika
import pytest

from services.ballot.belenios.keys.credential import new_uuid
from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import relay
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import RpcUnavailable
from tests.servers.certificates import certificates
from tests.servers.supervised import ISOLOIR, answers, ballot_box
from tests.waiting import wait_until


def test_services_relay_and_callers_speak_tls(rabbitmq, tmp_path):
    publisher = relay.RabbitPublisher(rabbitmq.tls_uri_of("relay"))
    publisher.publish({"id": new_uuid(), "source": "ballot", "type": "election_sealed", "payload": {}})
    publisher.close()

    client = RpcClient(rabbitmq.tls_uri_of("gateway"))
    try:
        with ballot_box(rabbitmq.tls_uri_of("ballot"), tmp_path) as process:
            wait_until(answers(client), 120, "the service answers by TLS")
            command = [*ISOLOIR, "health", "ballot"]
            told = subprocess.run(command, env=process.environment, capture_output=True, timeout=60)
            assert (told.returncode, told.stderr) == (0, b"")
    finally:
        client.close()


def test_nobody_speaks_to_a_broker_that_the_certificate_does_not_name(rabbitmq, tmp_path):
    other = certificates(tmp_path / "other")
    by_another_authority = rabbitmq.tls_uri_of("gateway").partition("?")[0] + f"?cacertfile={other.authority}"
    by_another_name = rabbitmq.tls_uri_of("gateway").replace("127.0.0.1", "localhost")
    without_files = rabbitmq.tls_uri_of("gateway").partition("?")[0]
    for uri in (by_another_authority, by_another_name, without_files):
        client = RpcClient(uri)
        with pytest.raises(RpcUnavailable):
            client.call("ballot", "health", {}, timeout=5)
        client.close()
        with pytest.raises((pika.exceptions.AMQPError, OSError)):
            pika.BlockingConnection(BrokerAddress.parse(uri).pika_parameters())
    publisher = relay.RabbitPublisher(by_another_name)
    with pytest.raises(relay.Undeliverable):
        publisher.publish({"id": new_uuid(), "source": "ballot", "type": "election_sealed", "payload": {}})


def test_its_port_takes_nothing_in_clear(rabbitmq):
    with pytest.raises((pika.exceptions.AMQPError, OSError)):
        pika.BlockingConnection(
            pika.URLParameters(rabbitmq.tls_uri_of("gateway").partition("?")[0].replace("amqps", "amqp"))
        )


@pytest.mark.parametrize(
    "address",
    [
        "amqps://a:b@broker/isoloir?cacertfile=/nowhere.pem",
        "amqps://a:b@broker/isoloir?verify=verify_none",
        "amqp://a:b@broker/isoloir?cacertfile=/etc/hostname",
        "http://a:b@broker/",
    ],
)
def test_an_address_that_would_not_be_checked_is_refused(address):
    with pytest.raises(ValueError, match=r"should be|knows|names no"):
        BrokerAddress.parse(address)
