"""A private RabbitMQ node, from the rabbitmq-server installed on the machine.

Everything is its own: data, logs, cookie, node name, ports and the port mapper (epmd), all on the loopback interface,
so that a node neither meets the machine's own RabbitMQ nor leaves anything running behind it. The distribution's
/usr/sbin wrapper is not used: it changes user and directory.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from deploy.local.launcher.ports import LOOPBACK, answers, free_port
from deploy.local.launcher.process import Command, end, kill_group, spawn, wait_until
from deploy.production.broker.accounts import accounts
from deploy.production.broker.definitions import VHOST, definitions, write
from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import topology

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
CONTROL = SERVER.with_name("rabbitmqctl")
EPMD_PLACES = "/usr/bin:/usr/local/bin:/usr/lib/erlang/bin"
INSTALL = "apt-get install rabbitmq-server"
START_SECONDS = 180.0  # a few on an idle machine; two cores shared by many need minutes

CONFIGURATION = """\
listeners.tcp.local = {host}:{port}
loopback_users.guest = true
load_definitions = {definitions}
max_message_size = {largest}
vm_memory_high_watermark.absolute = 512MiB
raft.wal_max_size_bytes = 67108864
disk_free_limit.absolute = 64MB
log.file = false
log.console = true
log.console.level = warning
log.console.use_colors = off
"""
TLS_CONFIGURATION = """\
listeners.ssl.local = {host}:{port}
ssl_options.cacertfile = {authority}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {key}
ssl_options.verify = verify_none
"""
ADMINISTRATOR = "isoloir"


@dataclass(frozen=True)
class TlsFiles:
    """PEM files of a node that speaks TLS too."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class Company:
    """What the nodes of one cluster have in common: the port of their mapper, which somebody else runs, the secret by which
    they know each other, and the passwords. `leads`: the node that begins, and loads the definitions.
    """

    epmd_port: int
    cookie: str
    passwords: Mapping[str, str]
    leads: bool


class BrokerMissing(RuntimeError):
    """rabbitmq-server is not on this machine; the message says how to install it."""

    def __init__(self) -> None:
        super().__init__(f"rabbitmq-server is not installed; install it with: {INSTALL}")


def account_names() -> list[str]:
    """Of all that have a password, the administrator of a private node first."""
    return [ADMINISTRATOR, *(one.name for one in accounts())]


def installed() -> bool:
    """Whether this machine has what a private node needs."""
    return SERVER.exists() and _epmd() is not None


def port_mapper(port: int, environment: Mapping[str, str], log: Path) -> Command:
    """What tells the nodes of a machine where each is. BrokerMissing."""
    epmd = _epmd()
    if epmd is None:
        raise BrokerMissing
    arguments = [epmd, "-address", LOOPBACK, "-port", str(port)]
    return Command("epmd", arguments, environment, log, stop_seconds=2.0, ready=lambda: answers(port))


def _epmd() -> str | None:
    return shutil.which("epmd", path=EPMD_PLACES)


def takes_connections(amqp_uri: str) -> bool:
    """Whether a connection with the account of this address opens, within a few seconds."""
    try:
        parameters = BrokerAddress.parse(amqp_uri).pika_parameters()
        parameters.socket_timeout = parameters.stack_timeout = parameters.blocked_connection_timeout = 3.0
        pika.BlockingConnection(parameters).close()
    except (AMQPError, OSError, ValueError, LookupError):  # the last two: not an address
        return False
    return True


def declare(amqp_uri: str) -> None:
    """Declare what a broker in earnest loads when it starts, on one that somebody else runs."""
    connection = pika.BlockingConnection(BrokerAddress.parse(amqp_uri).pika_parameters())
    topology.declare(connection.channel())
    connection.close()


class LocalBroker:
    """One node. Ports, name and password are chosen once: stop, kill and start again give the same address and data.

    Without ``directory`` a temporary one is used, and ``close()`` removes it. It has the accounts, rights and queues that a
    broker in earnest has (deploy.production.broker), and an administrator besides, for whoever looks into it. With ``tls``
    it has a second port that takes no other connections. With ``company`` it is one node of a cluster
    (deploy.local.broker_cluster).
    """

    def __init__(
        self, directory: Path | None = None, tls: TlsFiles | None = None, company: Company | None = None
    ) -> None:
        if not installed():
            raise BrokerMissing
        self._temporary = directory is None
        self.directory = (directory or Path(tempfile.mkdtemp(prefix="isoloir-rabbitmq-"))).resolve()
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port, self._distribution_port, self._epmd_port = free_port(), free_port(), free_port()
        self._tls, self._tls_port = tls, free_port()
        self._company = company
        given = company.passwords if company is not None else {}
        self._passwords = {
            name: self._keep(f"password-{name}", given.get(name) or secrets.token_hex(16)) for name in account_names()
        }
        if company is not None:
            self._epmd_port = company.epmd_port
            self._keep(".erlang.cookie", company.cookie)
        # The name is part of the data's path: another name after a restart would be an empty node.
        self._node = self._keep("node", f"isoloir-{secrets.token_hex(4)}@localhost")
        self._processes: list[tuple[subprocess.Popen[bytes], Command]] = []

    @property
    def name(self) -> str:
        """What other nodes call it."""
        return self._node

    @property
    def amqp_uri(self) -> str:
        """``amqp://…`` of the node for its administrator, password included."""
        return self.uri_of(ADMINISTRATOR)

    def uri_of(self, account: str) -> str:
        """``amqp://…`` of the node for an account; KeyError where there is none."""
        return f"amqp://{account}:{self._passwords[account]}@{LOOPBACK}:{self.port}/{VHOST}"

    def tls_uri_of(self, account: str) -> str:
        """``amqps://…`` of the node for an account; KeyError where there is none, LookupError where it speaks no TLS."""
        if self._tls is None:
            raise LookupError("this node has no certificate")
        where = f"{LOOPBACK}:{self._tls_port}/{VHOST}?cacertfile={self._tls.authority}"
        return f"amqps://{account}:{self._passwords[account]}@{where}"

    @property
    def pid(self) -> int:
        """Process id of the running node; LookupError when it is not running."""
        for process, command in self._processes:
            if command.name == "broker" and process.poll() is None:
                return process.pid
        raise LookupError("the broker is not running")

    def commands(self) -> list[Command]:
        """What to run, in this order: the port mapper in the foreground, then the node. Writes the configuration."""
        configuration = self.directory / "rabbitmq.conf"
        loaded = self.directory / "definitions.json"
        write(loaded, definitions(self._passwords, ADMINISTRATOR))
        text = CONFIGURATION.format(host=LOOPBACK, port=self.port, definitions=loaded, largest=topology.LARGEST_MESSAGE)
        if self._company is not None and not self._company.leads:
            text = text.replace(f"load_definitions = {loaded}\n", "")  # it has what the cluster has
        if self._tls is not None:
            text += TLS_CONFIGURATION.format(host=LOOPBACK, port=self._tls_port, **vars(self._tls))
        configuration.write_text(text)
        configuration.chmod(0o600)
        plugins = self.directory / "enabled_plugins"
        plugins.write_text("[].\n")
        log = self.directory / "log" / "broker.log"
        environment = self._environment(configuration, plugins)
        node = Command(
            "broker", [str(SERVER)], environment, log, self.directory, stop_seconds=30.0, ready=self.is_ready
        )
        if self._company is not None:
            # It takes connections with the cluster's accounts only once it has joined.
            return [replace(node, ready=lambda: answers(self.port))]
        return [port_mapper(self._epmd_port, environment, log), node]

    def is_ready(self) -> bool:
        """Whether an AMQP connection with the node's account opens."""
        return answers(self.port) and takes_connections(self.amqp_uri)

    def start(self) -> str:
        """Start the node (again) and wait until it takes connections. Returns its AMQP URI."""
        self.stop()
        for command in self.commands():
            process = spawn(command)
            self._processes.append((process, command))
            assert command.ready is not None
            try:
                wait_until(command.ready, START_SECONDS, command.name, alive=lambda: process.poll() is None)  # noqa: B023
            except TimeoutError as error:
                tail = command.log.read_text(errors="replace")[-2000:]
                self.stop()
                raise RuntimeError(f"RabbitMQ did not start ({error}); the end of its log:\n{tail}") from error
        return self.amqp_uri

    def stop(self) -> None:
        """Stop the node in an orderly way, then its port mapper. Data stays."""
        while self._processes:
            end(*self._processes.pop())

    def kill(self) -> None:
        """SIGKILL the node, as a crash would. Durable queues and persistent messages that were confirmed survive."""
        while self._processes:
            kill_group(self._processes.pop()[0])

    def control(self, *arguments: str, tool: Path = CONTROL) -> str:
        """Have rabbitmqctl, or another tool, do something on the running node. Returns what it said; CalledProcessError."""
        environment = self._environment(self.directory / "rabbitmq.conf", self.directory / "enabled_plugins")
        said = subprocess.run(
            [str(tool), "--quiet", *arguments],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return said.stdout

    @contextlib.contextmanager
    def out_of_memory(self) -> Iterator[None]:
        """While it lasts the node has its memory alarm on: it takes no messages from anybody."""
        self.control("set_vm_memory_high_watermark", "0.0000001")
        try:
            yield
        finally:
            self.control("set_vm_memory_high_watermark", "absolute", "512MiB")

    def close(self) -> None:
        """Stop, and remove the data if the directory was a temporary one."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _keep(self, name: str, value: str) -> str:
        path = self.directory / name
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(value)
        return path.read_text()

    def _environment(self, configuration: Path, plugins: Path) -> dict[str, str]:
        return {
            "PATH": f"{EPMD_PLACES}:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "HOME": str(self.directory),  # the Erlang cookie
            "HOSTNAME": socket.gethostname(),
            # The script then becomes the Erlang machine instead of watching it: one process, whose id is the node's.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_CONF_ENV_FILE": str(self.directory / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_MNESIA_BASE": str(self.directory / "data"),
            "RABBITMQ_LOG_BASE": str(self.directory / "log"),
            "RABBITMQ_PID_FILE": str(self.directory / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +SDcpu 1:1 +A 4 -kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
        }
