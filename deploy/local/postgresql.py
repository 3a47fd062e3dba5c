"""A private PostgreSQL cluster for tests, from the server installed on the machine.

On the loopback interface, with accounts as in production: two for each service, which reach its own database only (one owns
the tables and migrates them, the other runs and owns nothing), and one for the relay, which reaches the outbox tables only.
Nobody is asked for a password (« trust »): for invented data only. PostgreSQL refuses to run as root: root runs it as the
user ``postgres``.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

from deploy.local.launcher.ports import LOOPBACK, free_port
from deploy.local.launcher.process import Command, end, kill_group, spawn, wait_until
from deploy.production.postgresql.grants import OWNER, grant
from services.runtime.service_names import SERVICES

RELAY = "relay"
INSTALL = "apt-get install postgresql"
START_SECONDS = 60.0
STILL_HELD = "pre-existing shared memory block"

# Crashes are simulated by killing processes, never by cutting the power: no need to wait for the disk, but a commit must
# have reached the operating system (synchronous_commit stays on) or a killed server would forget it.
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "timezone": "UTC",
}


class PostgresMissing(RuntimeError):
    """PostgreSQL is not on this machine; the message says how to install it."""

    def __init__(self) -> None:
        super().__init__(f"PostgreSQL is not installed; install it with: {INSTALL}")


def programs() -> Path | None:
    """The directory of initdb and postgres, newest version first; None where PostgreSQL is not installed."""
    candidates = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if candidates:
        return max(candidates, key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True)
class ServiceDatabases:
    """Databases and accounts of one system. Names end with ``suffix``, so that systems can share a cluster."""

    port: int
    suffix: str

    def name(self, service: str) -> str:
        """Name of the service's database, and of the running service's account."""
        return f"isoloir_{service}{self.suffix}"

    def owner(self, service: str) -> str:
        """Name of the account that owns the service's tables."""
        return self.name(service) + OWNER

    @property
    def relay(self) -> str:
        """Name of the relay's account."""
        return f"isoloir_{RELAY}{self.suffix}"

    def urls(self) -> dict[str, str]:
        """Service → URL for the running service's account, as SQLAlchemy takes it."""
        return {service: self._url(self.name(service), service) for service in SERVICES}

    def relay_urls(self) -> dict[str, str]:
        """Service → URL of the service's database for the relay's account."""
        return {service: self._url(self.relay, service) for service in SERVICES}

    def owner_urls(self) -> dict[str, str]:
        """Service → URL for the account that owns the tables, and migrates them."""
        return {service: self._url(self.owner(service), service) for service in SERVICES}

    def grant(self) -> None:
        """Give the services' running accounts and the relay their rights, by each owner. After the migrations."""
        for service in SERVICES:
            with _connection(self.port, self.owner(service), self.name(service)) as connection:
                grant(connection, service, self.name(service), self.relay)

    def _url(self, account: str, service: str) -> str:
        return f"postgresql+psycopg2://{account}@{LOOPBACK}:{self.port}/{self.name(service)}"


class LocalCluster:
    """One cluster; ``stop`` then ``start`` keeps the data.

    Args:
        directory: Its own, found again with its data by the next one; without it, a temporary one.
        settings: Of the server, besides those of this module.
    """

    def __init__(self, directory: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        found = programs()
        if found is None:
            raise PostgresMissing
        self._programs = found
        self._settings = {**SETTINGS, **(settings or {})}
        if directory is not None:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory = directory or Path(tempfile.mkdtemp(prefix="isoloir-postgresql-"))
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None
        self._account = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self.directory, self._account)

    @property
    def data(self) -> Path:
        """The cluster's data directory."""
        return self.directory / "data"

    @property
    def pid(self) -> int | None:
        """Process id of the server, None where it does not run."""
        return self._server.pid if self._runs() and self._server else None

    def start(self, *, empty: bool = False) -> None:
        """Create the cluster (the first time), start it, wait until it answers, create databases and accounts.

        ``empty``: without databases and accounts, for those who test scripts that create them.
        """
        new = not self.data.exists()
        if new:
            arguments = [str(self._programs / "initdb"), "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8"]
            subprocess.run(
                [*self._as_account(), *arguments, "--locale=C.UTF-8", "-D", str(self.data)],
                env=self._environment(),
                cwd=self.directory,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        self._run()
        if new and not empty:
            self._create(self._default)

    def _run(self) -> None:
        """Start the server and wait until it answers; after a kill again, while backends of the one before still end.

        They hold its shared memory for a moment, and a new server refuses to start until it is free.
        """
        deadline = time.monotonic() + START_SECONDS
        log = self._command().log
        while True:
            written = log.stat().st_size if log.exists() else 0
            self._server = spawn(self._command())
            try:
                wait_until(self._answers, max(1.0, deadline - time.monotonic()), "PostgreSQL", alive=self._runs)
            except TimeoutError as error:
                said, ended = log.read_bytes()[written:].decode(errors="replace"), not self._runs()
                self.stop()
                if not ended or STILL_HELD not in said or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start ({error}); its log:\n{said[-2000:]}") from error
                time.sleep(0.2)
                continue
            return

    def stop(self) -> None:
        """Stop the server in an orderly way; the data stays."""
        if self._server is not None:
            end(self._server, self._command())
            self._server = None

    def kill(self) -> None:
        """SIGKILL the server, as a crash would; its backends end by themselves."""
        if self._server is not None:
            kill_group(self._server)
            self._server = None

    def close(self) -> None:
        """Stop and remove the data."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def urls(self) -> dict[str, str]:
        """Service → URL for its own account, in the databases that ``start`` created."""
        return self._default.urls()

    def relay_urls(self) -> dict[str, str]:
        """Service → URL for the relay's account, in the databases that ``start`` created."""
        return self._default.relay_urls()

    def owner_urls(self) -> dict[str, str]:
        """Service → URL for the account that owns the tables, in the databases that ``start`` created."""
        return self._default.owner_urls()

    def grant(self) -> None:
        """Give services and relay their rights in the databases that ``start`` created. After the migrations."""
        self._default.grant()

    def size(self, service: str) -> int:
        """Bytes of a service's database, of those that ``start`` created."""
        with _connection(self.port, "postgres", "postgres") as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT pg_database_size(%s)", (self._default.name(service),))
            return int(cursor.fetchone()[0])

    def another_system(self) -> ServiceDatabases:
        """Four more databases and their accounts, for a system that must find them empty."""
        databases = ServiceDatabases(self.port, f"_{secrets.token_hex(4)}")
        self._create(databases)
        return databases

    def move(self, service: str, folder: Path) -> None:
        """Keep the database of a service in another folder, which is made, while nobody uses it: on another file system."""
        folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(folder, self._account)
        name = sql.Identifier(self._default.name(service))
        with _connection(self.port, "postgres", "postgres") as connection:
            cursor = connection.cursor()
            cursor.execute("CREATE TABLESPACE elsewhere LOCATION %s", (str(folder),))
            cursor.execute(sql.SQL("ALTER DATABASE {} SET TABLESPACE elsewhere").format(name))

    @property
    def _default(self) -> ServiceDatabases:
        return ServiceDatabases(self.port, "")

    def _create(self, databases: ServiceDatabases) -> None:
        with _connection(self.port, "postgres", "postgres") as connection:
            cursor = connection.cursor()
            relay = sql.Identifier(databases.relay)
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(relay))
            for service in SERVICES:
                name, owner = sql.Identifier(databases.name(service)), sql.Identifier(databases.owner(service))
                for role in (owner, name):
                    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE").format(role))
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
                cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
                cursor.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, name))
                cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, relay))
        for service in SERVICES:
            with _connection(self.port, "postgres", databases.name(service)) as connection:
                owner = sql.Identifier(databases.owner(service))
                cursor = connection.cursor()
                cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
                cursor.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))

    def _runs(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def _answers(self) -> bool:
        try:
            with _connection(self.port, "postgres", "postgres"):
                return True
        except psycopg2.OperationalError:
            return False

    def _command(self) -> Command:
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return Command(
            "postgresql",
            [
                *self._as_account(),
                str(self._programs / "postgres"),
                "-D",
                str(self.data),
                "-p",
                str(self.port),
                *options,
            ],
            self._environment(),
            self.directory / "postgresql.log",
            self.directory,
            tethered=os.geteuid() != 0,
            stop_signal=signal.SIGINT,  # « fast shutdown »: does not wait for the clients to leave
        )

    def _as_account(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        # A change of user clears the death signal that the tether would have set: setpriv sets it afterwards.
        identity = ["--reuid", self._account, "--regid", self._account, "--init-groups"]
        return [shutil.which("setpriv") or "setpriv", *identity, "--pdeathsig", "INT"]

    def _environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.directory), "TZ": "UTC"}


@contextlib.contextmanager
def _connection(port: int, account: str, database: str):  # type: ignore[no-untyped-def]
    connection = psycopg2.connect(host=LOOPBACK, port=port, user=account, dbname=database, connect_timeout=30)
    try:
        connection.autocommit = True  # CREATE DATABASE refuses to run in a transaction
        yield connection
    finally:
        connection.close()
