"""A system for one load test alone: several processes of each service, private broker and database, on the loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from deploy.load.running.faults.fault import Fault, cuts, deaths, full_disk, happening, replacements, standstills
from deploy.load.running.misfortune import POSTGRESQL
from deploy.local import postgresql
from deploy.local.broker_cluster import BrokerCluster
from deploy.local.launcher.ports import LOOPBACK
from deploy.local.launcher.replicas import kind_of
from deploy.local.launcher.system import Bus, Databases, System
from deploy.local.wires import Wires
from services.runtime.service_names import SERVICES

SETTINGS = {"ISOLOIR_GATEWAY_TEST_ADDRESSES": LOOPBACK}
KILLED = {*SERVICES, "relay", "gateway", "broker", "store", POSTGRESQL}
FROZEN = {"identity", "ballot-2", "relay", "gateway-2"}
SMALL_DISK = "96m"
BROKER = "broker"


class OwnSystem:
    """Starts and stops everything.

    In: its folder; bus and databases as of deploy.local.launcher.system; how many processes of each service; settings
    that a test lowers; what is told; whether connections can be cut and the ballots' disk be filled (`fragile`); how
    many nodes the broker has.
    """

    def __init__(
        self,
        folder: Path,
        bus: Bus,
        databases: Databases,
        replicas: int,
        settings: Mapping[str, str],
        tell: Callable[[str], None],
        *,
        fragile: bool = False,
        nodes: int = 1,
    ) -> None:
        self.brokers = BrokerCluster(nodes) if nodes > 1 else None
        self._wires = Wires()
        self._names: set[str] = set()
        self.cluster = postgresql.LocalCluster() if databases == "postgresql" else None
        # In the cluster's own folder, which its account reads. Who is not root mounts nothing, and does without that fault.
        mounts = fragile and self.cluster is not None and os.geteuid() == 0
        self._disk = self.cluster.directory / "small-disk" if self.cluster is not None and mounts else None
        self._databases = databases
        self._replicas = replicas
        self.system = System(
            folder,
            bus=bus,
            node=self.brokers,
            databases=databases,
            pg=self.cluster,
            settings={**SETTINGS, **settings},
            replicas=replicas,
            tell=tell,
            through={name: self._wires.through(name) for name in (BROKER, POSTGRESQL)} if fragile else {},
        )

    def start(self) -> None:
        """Start it; what fails is what the launcher's System.start raises."""
        if self.cluster is not None:
            self.cluster.start()
            if self._disk is not None:
                self._move_ballots(self.cluster, self._disk)
        if self.brokers is not None:
            self.brokers.start()
        self.system.start()
        self._names = set(self.pids())

    def stop(self) -> None:
        """Stop it, and forget the databases."""
        self.system.stop()
        if self.brokers is not None:
            self.brokers.close()
        if self.cluster is not None:
            self.cluster.stop()
            if self._disk is not None and self._disk.is_mount():
                subprocess.run(["umount", str(self._disk)], check=False)
            self.cluster.close()
        self._wires.stop()

    def pids(self) -> dict[str, int]:
        """Process name → pid, the database server among them."""
        found = self.system.pids
        if self.cluster is not None and self.cluster.pid is not None:
            found = {**found, POSTGRESQL: self.cluster.pid}
        return {**found, **(self.brokers.pids() if self.brokers is not None else {})}

    def faults(self) -> list[Fault]:
        """What may befall it: deaths of one of each kind that voters or their votes pass through, and whatever else is
        possible here.
        """
        names = list(self.pids())
        found = deaths([name for name in names if name in KILLED or kind_of(name) == BROKER])
        found += standstills(self, [name for name in names if name in FROZEN])
        found += cuts(self._wires)
        if self.system.node is not None:
            found.append(happening("courtier en alerte de mémoire", self.system.node.out_of_memory))
        if self._disk is not None:
            found.append(full_disk(self._disk))
        return found

    def replaced(self) -> list[Fault]:
        """A new version taking the place of the old one, process by process: services, relay and portals."""
        return replacements([name for name in self.pids() if kind_of(name) in {*SERVICES, "relay", "gateway"}])

    def restart(self, name: str) -> None:
        """Ask a process to end; the launcher starts another. KeyError where it does not run."""
        os.kill(self.pids()[name], signal.SIGTERM)

    @contextlib.contextmanager
    def freeze(self, name: str) -> Iterator[None]:
        """SIGSTOP a process and what it has started, until the end of the block. KeyError where it does not run."""
        group = self.pids()[name]
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def _move_ballots(self, cluster: postgresql.LocalCluster, disk: Path) -> None:
        disk.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=0755", "tmpfs", str(disk)], check=True)
        cluster.move("ballot", disk / "files")

    def kill(self, name: str) -> None:
        """SIGKILL a process; the launcher starts another. KeyError where it does not run.

        The database server has nobody who looks after it here: it is started again at once, by the thread that calls
        this, and dies with it. So are the nodes of a cluster.
        """
        if self.brokers is not None and kind_of(name) == BROKER:
            self.brokers.kill(name)
        elif name == POSTGRESQL and self.cluster is not None:
            self.cluster.kill()
            self.cluster.start()
        else:
            self.system.kill(name)

    def is_ready(self) -> bool:
        """Whether the portal says that every service answers."""
        return self.system.is_ready()

    def is_whole(self) -> bool:
        """Whether every process that there was at first is there, and each portal listens."""
        names = set(self.pids())
        portals = sum(kind_of(name) == "gateway" for name in names)
        return names >= self._names and self.system.portals() >= portals

    def described(self) -> dict[str, object]:
        """{bus, databases, replicas} for the figures."""
        on_broker = self.system.bus == "broker"
        nodes = {"nœuds": len(self.brokers.nodes)} if self.brokers is not None else {}
        replicas = self._replicas if on_broker else 1
        return {"bus": self.system.bus, "bases": self._databases, "répliques": replicas, **nodes}
