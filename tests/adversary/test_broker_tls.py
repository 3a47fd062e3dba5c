"""The broker by TLS: every part of the system speaks it, and to none but the broker that the certificate names."""

import datetime
import ipaddress
import os
import subprocess

import pika
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.broker import LocalBroker, TlsFiles
from services.ballot.belenios.credential import new_uuid
from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import relay
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.storage.database import Database
from tests.integration.test_bus import ISOLOIR, Supervised
from tests.waiting import wait_until


def certificates(folder, address="127.0.0.1"):
    """An authority, and a certificate of it for an address, as PEM files."""
    folder.mkdir()
    now = datetime.datetime.now(datetime.UTC)

    def write(name, key, subject, issuer, signer, extensions):
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        path = folder / f"{name}.pem"
        path.write_bytes(builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return path

    authority, broker = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    constraint = (x509.BasicConstraints(ca=True, path_length=None), True)
    ca = write("ca", authority, "Isoloir tests", "Isoloir tests", authority, [constraint])
    name = (x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
    certificate = write("broker", broker, "broker", "Isoloir tests", authority, [name])
    return TlsFiles(ca, certificate, folder / "broker.key")


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    node = LocalBroker(tls=certificates(folder / "mine"))
    node.start()
    yield node
    node.close()


def test_services_relay_and_callers_speak_tls(node, tmp_path):
    assert node.amqp_uri.startswith("amqps://")
    publisher = relay.RabbitPublisher(node.uri_of("relay"))
    publisher.publish({"id": new_uuid(), "source": "ballot", "type": "election_sealed", "payload": {}})
    publisher.close()

    url = f"sqlite:///{tmp_path}/ballot.sqlite"
    Database(url, "ballot").upgrade()
    environment = {
        "PATH": os.environ["PATH"],
        "AMQP_URI": node.uri_of("ballot"),
        "ISOLOIR_BALLOT_DATABASE_URL": url,
        "ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY": "5" * 64,
        "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY": "6" * 64,
        "PYTHONWARNINGS": "ignore",
    }
    process = Supervised([*ISOLOIR, "serve", "ballot"], environment, tmp_path / "ballot.jsonl")
    client = RpcClient(node.uri_of("gateway"))

    def answers():
        try:
            return client.call("ballot", "health", {}, timeout=2)["database"] == "ok"
        except (RpcTimeout, RpcUnavailable):
            return False

    try:
        wait_until(answers, 120, "the service answers by TLS")
        told = subprocess.run([*ISOLOIR, "health", "ballot"], env=environment, capture_output=True, timeout=60)
        assert (told.returncode, told.stderr) == (0, b"")
    finally:
        client.close()
        process.end()


def test_nobody_speaks_to_a_broker_that_the_certificate_does_not_name(node, tmp_path):
    other = certificates(tmp_path / "other")
    by_another_authority = node.uri_of("gateway").partition("?")[0] + f"?cacertfile={other.authority}"
    by_another_name = node.uri_of("gateway").replace("127.0.0.1", "localhost")
    without_files = node.uri_of("gateway").partition("?")[0]
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


def test_the_broker_takes_nothing_in_clear(node):
    with pytest.raises((pika.exceptions.AMQPError, OSError)):
        pika.BlockingConnection(pika.URLParameters(node.uri_of("gateway").partition("?")[0].replace("amqps", "amqp")))


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
