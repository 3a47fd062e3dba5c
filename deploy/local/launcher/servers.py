"""What the launcher asks of the broker and of the databases, whoever runs them, and where processes find them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol
from urllib.parse import urlsplit

from deploy.production.broker.accounts import processes


class PostgresDatabases(Protocol):
    """A set of four databases and accounts: deploy.local.postgresql's LocalCluster or ServiceDatabases."""

    def urls(self) -> dict[str, str]:
        """Service → URL for the service's account."""

    def relay_urls(self) -> dict[str, str]:
        """Service → URL for the relay's account."""

    def owner_urls(self) -> dict[str, str]:
        """Service → URL for the account that owns the tables, and migrates them."""

    def grant(self) -> None:
        """Give services and relay their rights, after the migrations."""


class Node(Protocol):
    """A broker that runs already: deploy.local.broker's LocalBroker, or deploy.local.broker_cluster's BrokerCluster."""

    def uri_of(self, account: str) -> str:
        """``amqp://…`` for an account."""

    def out_of_memory(self) -> AbstractContextManager[None]:
        """While it lasts it takes no messages."""


def at_port(address: str, port_of: Callable[[int], int]) -> str:
    """An address with another port of the same host."""
    port = urlsplit(address).port if address else None
    return address if port is None else address.replace(f":{port}/", f":{port_of(port)}/", 1)


def own_accounts(node: Node) -> Callable[[str], str]:
    """Process → address of the broker with its own account, '' for those that have nothing to say on the bus."""
    known = set(processes())
    return lambda process: node.uri_of(process) if process in known else ""
