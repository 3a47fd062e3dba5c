"""The whole of Isoloir on this machine, under one supervisor. The demonstration, the rehearsal and the tests use it."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import requests

from deploy.local import broker, store
from deploy.local.launcher import replicas as of_a_kind
from deploy.local.launcher.environment import Addresses, environments
from deploy.local.launcher.lock import StateLock
from deploy.local.launcher.ports import LOOPBACK, answers, free_port, is_taken, keep_free, listeners
from deploy.local.launcher.process import Command
from deploy.local.launcher.refusals import BusUnreachable, MigrationFailed, PortTaken
from deploy.local.launcher.servers import Node, PostgresDatabases, at_port, own_accounts
from deploy.local.launcher.supervisor import Supervisor
from deploy.local.printer import set_up
from deploy.production.keys import Keys, keep, write_private
from services.runtime.service_names import DELIVERERS, SERVICES, WORKERS

Bus = Literal["auto", "broker", "in-process"]
Databases = Literal["sqlite", "postgresql"]

REPOSITORY = Path(__file__).resolve().parents[3]
ISOLOIR = (sys.executable, "-c", "from deploy.cli.main import main; main(prog_name='isoloir')")
READY_SECONDS = 90.0
MIGRATE_SECONDS = 120.0
IN_PROCESS = "all"
BROKER, POSTGRESQL = "broker", "postgresql"
"""What processes connect to, and may be led to by another port (``through``)."""


class System:
    """In: ``state_dir``, which keeps keys, databases, logs and what was sent; ``port`` of the portal, 0 for a free one.

    ``bus``: « auto » takes AMQP_URI if set, else a private RabbitMQ node if rabbitmq-server is on the machine, else the
    in-process bus. ``node``: a private node that runs already. ``databases``: SQLite files in the state directory, or
    PostgreSQL: those of ``pg``, or else a private cluster that does not outlive ``stop``. ``settings``: environment
    variables for all processes. ``replicas``: processes of each service and of the portal, where there is a broker; the
    portals have one address, so that one of them killed is no outage, and count in one Redis where there is redis-server.
    ``through``: « broker », « postgresql » → from its port to the one that processes connect to instead.
    ``tell`` gets a French line for each step and each incident.
    """

    def __init__(
        self,
        state_dir: Path,
        port: int = 0,
        bus: Bus = "auto",
        databases: Databases = "sqlite",
        node: Node | None = None,
        pg: PostgresDatabases | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        replicas: int = 1,
        through: Mapping[str, Callable[[int], int]] | None = None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.state_dir = state_dir.resolve()
        self._port = port
        self._bus = bus
        self._databases = databases
        self._node = node
        self._amqp_uri_of: Callable[[str], str] | None = None
        self._pg = pg
        self._settings = dict(settings or {})
        self._replicas = replicas
        self._through = dict(through or {})
        self._tell = tell
        self._supervisor: Supervisor | None = None
        self._lock = StateLock(self.state_dir)
        self._environments: dict[str, dict[str, str]] = {}
        self._keys: Keys | None = None
        self._clean: list[Callable[[], None]] = []
        self._stopping = threading.Lock()

    @property
    def base_url(self) -> str:
        """Address of the portal, without a slash at the end."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def operator_token(self) -> str:
        """What an operator's client presents."""
        return self._known_keys().operator_token

    @property
    def operator_token_file(self) -> Path:
        """The token alone in a file, for the operator's commands."""
        return self.state_dir / "operator.token"

    @property
    def demo_dir(self) -> Path:
        """Where mails, SMS and paper notices arrive: mail/*.eml, sms/*.json, print/*."""
        return self.state_dir / "sent"

    @property
    def logs_dir(self) -> Path:
        """One <process>.jsonl for each process."""
        return self.state_dir / "logs"

    @property
    def presentation_file(self) -> Path:
        """The voting event file that the gateway reads unions and logos from."""
        return self.state_dir / "voting_event.json"

    @property
    def bus(self) -> str:
        """« broker » or « in-process »: known once started."""
        return "broker" if self._amqp_uri_of else "in-process"

    @property
    def node(self) -> Node | None:
        """The private node, where there is one."""
        return self._node

    @property
    def pids(self) -> dict[str, int]:
        """Process name → pid, of those that run now."""
        return self._supervisor.pids() if self._supervisor else {}

    def environment(self, process: str) -> dict[str, str]:
        """The complete environment of a process (« identity », … « gateway », « sink », or « all »), once started."""
        return dict(self._environments[process])

    def kill(self, name: str) -> int:
        """SIGKILL a process; the supervisor starts another. Returns the pid it had. KeyError when it does not run."""
        assert self._supervisor is not None
        return self._supervisor.kill(name)

    def start(self) -> None:
        """Start everything and wait until the services answer. On failure everything is stopped again.

        AlreadyRunning, PortTaken, BusUnreachable, BrokerMissing, MigrationFailed, ChildFailed.
        """
        self.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop everything that was started, the portal first. Idempotent. ``hurry`` true: without waiting."""
        with self._stopping:
            if self._supervisor is not None:
                self._supervisor.stop(hurry=hurry)
                self._supervisor = None
            while self._clean:
                self._clean.pop()()
            self._lock.release()

    def portals(self) -> int:
        """How many portals listen at ``base_url``."""
        return listeners(self._port)

    def is_ready(self) -> bool:
        """Whether the portal says that every service answers (/readyz); of several, the one that answers."""
        try:
            return requests.get(f"{self.base_url}/readyz", timeout=5.0).ok
        except requests.RequestException:
            return False

    def _start(self) -> None:
        if self._port and is_taken(self._port):
            raise PortTaken(self._port)
        self._port = self._port or free_port()
        keep_free(self._port)
        self._lock.announce(self.base_url)
        self._keys = keep(self.state_dir)
        self._write_token()
        self.demo_dir.mkdir(mode=0o700, exist_ok=True)
        self._supervisor = Supervisor(self._tell)
        self._begun: list[Command] = []
        self._choose_bus(self._supervisor)
        addresses = Addresses(
            gateway_port=self._port,
            smtp_port=free_port(),
            sms_port=free_port(),
            amqp_uri_of=self._amqp_uri_of or (lambda _process: ""),
            database_urls=self._database_urls(),
            relay_database_urls=self._relay_database_urls(),
            demo_dir=self.demo_dir,
            presentation_file=self.presentation_file,
        )
        set_up(self.demo_dir, self._keys, addresses.base_url, self.presentation_file)
        self._environments = environments(self._keys, addresses, self._settings)
        self._migrate()  # while the broker starts
        for command in self._begun:
            self._supervisor.wait_for(command, seconds=broker.START_SECONDS)
        self._tell("Démarrage du récepteur local d'e-mails et de SMS")
        listening = (addresses.smtp_port, addresses.sms_port)
        self._child(self._supervisor, "sink", ("sink",), lambda: all(answers(port) for port in listening))
        if self.bus == "broker":
            self._tell(
                "Démarrage des services, de leurs travaux longs, du relais et du portail, chacun dans son processus"
            )
            for service in SERVICES:
                for name in of_a_kind.names(service, self._replicas):
                    self._child(self._supervisor, name, ("serve", service), stage="services", process=service)
            for worker, service in WORKERS.items():
                self._child(self._supervisor, worker, ("worker", service), stage="services")
            for deliverer, service in DELIVERERS.items():
                channel = deliverer.removeprefix(f"{service}-")
                self._child(self._supervisor, deliverer, ("deliver", channel), stage="services")
            self._child(self._supervisor, "relay", ("relay",))
            self._portals(self._supervisor)
        else:
            self._tell("Démarrage des services et du portail dans un seul processus")
            self._child(self._supervisor, IN_PROCESS, ("serve", "all"), self.is_ready)

    def _portals(self, supervisor: Supervisor) -> None:
        names = of_a_kind.names("gateway", self._replicas)
        if len(names) > 1:
            shared: dict[str, str] = {}
            if store.installed():
                counts = store.LocalStore(self.state_dir / store.NAME, self.logs_dir / f"{store.NAME}.log")
                supervisor.start(counts.command())
                shared = {"ISOLOIR_GATEWAY_RATELIMIT_STORAGE": counts.address}
            self._environments |= {
                name: of_a_kind.portal_of_many(self._environments["gateway"], shared) for name in names
            }
        for number, name in enumerate(names, start=1):
            self._child(supervisor, name, ("gateway",), partial(self._portals_serve, number))

    def _portals_serve(self, count: int) -> bool:
        return listeners(self._port) >= count and self.is_ready()

    def _child(
        self,
        supervisor: Supervisor,
        name: str,
        arguments: tuple[str, ...],
        ready: Callable[[], bool] | None = None,
        stage: str = "",
        process: str = "",
    ) -> None:
        command = Command(
            name,
            [*ISOLOIR, *arguments],
            self._environments[process or name],
            self.logs_dir / f"{name}.jsonl",
            REPOSITORY,
            stage=stage,
            ready=ready,
        )
        supervisor.start(command, seconds=READY_SECONDS)

    def _choose_bus(self, supervisor: Supervisor) -> None:
        configured = os.environ.get("AMQP_URI")
        if self._bus == "in-process":
            self._tell("Bus dans le processus, comme demandé : démonstration seulement")
        elif self._node is not None:
            self._amqp_uri_of = self._wired(BROKER, own_accounts(self._node))
        elif configured:
            if not broker.takes_connections(configured):
                raise BusUnreachable(configured)
            broker.declare(configured)
            self._amqp_uri_of = lambda _process: configured
            self._tell("RabbitMQ : celui qu'indique AMQP_URI, un seul compte pour tous : démonstration seulement")
        elif broker.installed():
            self._tell("RabbitMQ : nœud privé sur cette machine (quelques secondes)")
            node = broker.LocalBroker(self.state_dir / "broker")
            for command in node.commands():
                logged = replace(command, log=self.logs_dir / "broker.log")
                supervisor.begin(logged)
                self._begun.append(logged)
                if logged.name == "epmd":
                    supervisor.wait_for(logged)
            self._node, self._amqp_uri_of = node, self._wired(BROKER, own_accounts(node))
            self._clean.append(lambda: setattr(self, "_node", None))
        elif self._bus == "broker":
            raise broker.BrokerMissing
        else:
            self._tell(
                "Bus dans le processus : ni AMQP_URI, ni rabbitmq-server sur cette machine. Démonstration seulement ; "
                f"pour RabbitMQ : {broker.INSTALL}"
            )

    def _wired(self, name: str, address_of: Callable[[str], str]) -> Callable[[str], str]:
        """The same addresses, by the port that leads there."""
        if name not in self._through:
            return address_of
        return lambda key: at_port(address_of(key), self._through[name])

    def _database_urls(self) -> dict[str, str]:
        if self._databases == "postgresql":
            urls = self._postgres().urls()
            return {service: self._wired(POSTGRESQL, urls.__getitem__)(service) for service in urls}
        room = self.state_dir / "databases"
        room.mkdir(mode=0o700, exist_ok=True)
        return {service: f"sqlite:///{room / service}.sqlite" for service in SERVICES}

    def _relay_database_urls(self) -> dict[str, str]:
        return self._postgres().relay_urls() if self._databases == "postgresql" else self._database_urls()

    def _postgres(self) -> PostgresDatabases:
        if self._pg is None:
            from deploy.local.postgresql import LocalCluster

            self._tell("PostgreSQL : grappe privée sur cette machine")
            cluster = LocalCluster()
            self._clean.append(lambda: self._forget(cluster.close))
            cluster.start()
            self._pg = cluster
        return self._pg

    def _forget(self, close: Callable[[], None]) -> None:
        self._pg = None
        close()

    def _migrate(self) -> None:
        self._tell("Mise à jour des quatre bases de données")
        environment = dict(self._environments["all"])
        if self._databases == "postgresql":
            owners = self._postgres().owner_urls()
            environment |= {f"ISOLOIR_{service.upper()}_DATABASE_URL": owners[service] for service in SERVICES}
        result = subprocess.run(
            [*ISOLOIR, "migrate"],
            env=environment,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MIGRATE_SECONDS,
            check=False,
        )
        if result.returncode != 0:
            raise MigrationFailed(f"isoloir migrate: {(result.stderr or result.stdout)[-2000:]}")
        if self._databases == "postgresql":
            self._postgres().grant()

    def _write_token(self) -> None:
        write_private(self.operator_token_file, self._known_keys().operator_token + "\n")

    def _known_keys(self) -> Keys:
        if self._keys is None:
            raise RuntimeError("the system has not been started")
        return self._keys
