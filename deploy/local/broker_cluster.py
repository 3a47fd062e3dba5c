"""Three RabbitMQ nodes on this machine, as one broker: quorum queues live on all, and two carry on without the third."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.local.broker import (
    CONTROL,
    START_SECONDS,
    BrokerMissing,
    Company,
    LocalBroker,
    account_names,
    installed,
    port_mapper,
)
from deploy.local.launcher.ports import free_port
from deploy.local.launcher.process import Command, end, spawn, wait_until
from deploy.local.wires import Wire

NODES = 3
QUEUES = CONTROL.with_name("rabbitmq-queues")


class BrokerCluster:
    """The nodes, and one port in front of them that leads to whichever answers."""

    def __init__(self, nodes: int = NODES) -> None:
        if not installed():
            raise BrokerMissing
        self.directory = Path(tempfile.mkdtemp(prefix="isoloir-rabbitmq-cluster-"))
        passwords = {name: secrets.token_hex(16) for name in account_names()}
        self._epmd_port, cookie = free_port(), secrets.token_hex(10).upper()
        self.nodes = [
            LocalBroker(self.directory / str(number), company=Company(self._epmd_port, cookie, passwords, number == 1))
            for number in range(1, nodes + 1)
        ]
        self._front = Wire(*(node.port for node in self.nodes))
        self._mapper: tuple[subprocess.Popen[bytes], Command] | None = None

    @property
    def port(self) -> int:
        """Where clients connect to."""
        return self._front.port

    def uri_of(self, account: str) -> str:
        """``amqp://…`` of the cluster for an account; KeyError where there is none."""
        first = self.nodes[0]
        return first.uri_of(account).replace(f":{first.port}/", f":{self.port}/", 1)

    def start(self) -> None:
        """Start the nodes one after the other, join them, and have each queue on all of them."""
        mapper = port_mapper(self._epmd_port, {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}, self.directory / "epmd.log")
        self._mapper = spawn(mapper), mapper
        assert mapper.ready is not None
        wait_until(mapper.ready, START_SECONDS, "epmd")
        first, *others = self.nodes
        first.start()
        for node in others:
            node.start()
            for step in (("stop_app",), ("reset",), ("join_cluster", first.name), ("start_app",)):
                node.control(*step)
        for node in others:
            first.control("grow", node.name, "all", "--vhost-pattern", ".*", tool=QUEUES)
        wait_until(self.is_whole, START_SECONDS, "RabbitMQ")
        self._front.start()

    def is_whole(self) -> bool:
        """Whether each node takes connections."""
        return all(node.is_ready() for node in self.nodes)

    def pids(self) -> dict[str, int]:
        """« broker-1 », … → pid, of the nodes that run."""
        found = {}
        for number, node in enumerate(self.nodes, start=1):
            with contextlib.suppress(LookupError):
                found[f"broker-{number}"] = node.pid
        return found

    def kill(self, name: str) -> None:
        """SIGKILL a node and start it again, by the calling thread, with which it dies."""
        node = self.nodes[int(name.rpartition("-")[2]) - 1]
        node.kill()
        node.start()

    @contextlib.contextmanager
    def out_of_memory(self) -> Iterator[None]:
        """While it lasts, one node has its memory alarm on, which blocks those that publish on all of them."""
        with self.nodes[0].out_of_memory():
            yield

    def close(self) -> None:
        """Stop all, and remove the data."""
        self._front.stop()
        for node in reversed(self.nodes):
            node.stop()
        if self._mapper is not None:
            end(*self._mapper)
        shutil.rmtree(self.directory, ignore_errors=True)
