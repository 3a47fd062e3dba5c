"""`isoloir demo` and System, with the real processes."""

import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.local.launcher.ports import free_port
from deploy.local.launcher.process import wait_until
from deploy.local.launcher.system import System
from deploy.local.postgresql import LocalCluster
from deploy.operator.client import OperatorClient
from services.runtime.service_names import DELIVERERS, WORKERS

REPOSITORY = Path(__file__).resolve().parents[2]
ISOLOIR = [sys.executable, "-c", "from deploy.cli.main import main; main(prog_name='isoloir')"]
QUICK = {"ISOLOIR_IDENTITY_BCRYPT_COST": "4", "ISOLOIR_REASSORT_PBKDF2_ITERATIONS": "1000"}
START_SECONDS = 240.0


def descendants(pid: int) -> set[int]:
    """All processes that the process has started, and those that these have."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found: set[int] = set()
    new = {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return found


def running(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`isoloir demo` on a free port, ready to be used; its address is in the lock file."""
    environment = {name: value for name, value in os.environ.items() if name != "AMQP_URI"} | QUICK
    process = subprocess.Popen(
        [*ISOLOIR, "demo", "--state", str(tmp_path / "demo"), "--port", str(free_port())],
        cwd=REPOSITORY,
        env=environment,
        stdout=(tmp_path / "out").open("w"),
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(
            lambda: "Pour arrêter" in (tmp_path / "out").read_text(),
            START_SECONDS,
            "isoloir demo",
            alive=lambda: process.poll() is None,
        )
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=120)


@pytest.fixture(scope="module")
def shared_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    asked = {"ISOLOIR_METRICS_BIND": f"127.0.0.1:{free_port()}"}
    system = System(tmp_path_factory.mktemp("broker") / "state", bus="broker", settings=QUICK | asked)
    system.start()
    yield system
    system.stop()


@pytest.fixture
def broker_system(shared_system: System) -> System:
    """A system on a private RabbitMQ, all of it running again whatever the test before has killed."""
    wait_until(
        lambda: len(shared_system.pids) == 9 + len(WORKERS | DELIVERERS) and shared_system.is_ready(),
        START_SECONDS,
        "the whole system",
    )
    return shared_system


def test_a_demonstration_from_start_to_ctrl_c(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    said = (tmp_path / "out").read_text()
    address, state = said.split("Isoloir est prêt : ")[1].split()[0], tmp_path / "demo"
    assert requests.get(f"{address}/readyz", timeout=60).json()["status"] == "ok"
    elections = requests.get(f"{address}/api/v1/voting-event", timeout=60).json()["elections"]
    assert [election["mode"] for election in elections] == ["online", "online", "paper", "paper"]
    people = json.loads((state / "sent" / "voters.json").read_text())
    assert len(people) == 30
    assert all(person["identifier"].endswith("@example.org") for person in people)
    assert list((state / "sent" / "print").glob("*.pdf"))
    token = (state / "operator.token").read_text().strip()
    client = OperatorClient(address, token)
    states = {client.describe_election(e["uuid"])["state"] for e in elections if e["mode"] == "online"}
    client.close()
    assert states == {"open"}
    for private in (state / "secrets.json", state / "operator.token", *(state / "trustees").iterdir()):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600, private
    assert len(list((state / "trustees").iterdir())) == 6

    second = subprocess.run(
        [*ISOLOIR, "demo", "--state", str(state)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert str(demo.pid) in second.stderr
    assert address in second.stderr
    assert "Traceback" not in second.stderr

    children = descendants(demo.pid)
    assert len(children) >= 2
    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=120) == 0
    # The helpers of the broker end by themselves once it has gone.
    wait_until(lambda: not any(running(pid) for pid in children), 60, "children gone")
    assert "Tout est arrêté" in (tmp_path / "out").read_text()


def test_no_orphan_when_the_launcher_is_killed(demo: subprocess.Popen[str]) -> None:
    children = descendants(demo.pid)
    demo.kill()
    demo.wait()
    wait_until(lambda: not any(running(pid) for pid in children), 60, "children gone")


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = subprocess.run(
            [*ISOLOIR, "demo", "--state", str(tmp_path / "demo"), "--port", str(port)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert f"Le port {port} de cette machine est déjà pris" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("setting", ["amqp://nobody:s3cret@127.0.0.1:{port}/%2F", "not an address"])
def test_a_bus_that_does_not_answer_is_one_sentence_without_its_password(tmp_path: Path, setting: str) -> None:
    environment = dict(os.environ) | {"AMQP_URI": setting.format(port=free_port())}
    result = subprocess.run(
        [*ISOLOIR, "demo", "--state", str(tmp_path / "demo"), "--port", str(free_port())],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert "RabbitMQ ne répond pas" in result.stderr
    assert "s3cret" not in result.stderr + result.stdout
    assert result.stderr.count("\n") == 1


def test_health_checks_say_what_works(broker_system: System) -> None:
    def health(name: str, **more: str) -> subprocess.CompletedProcess[str]:
        asked = ["sink", "--health"] if name == "sink" else ["health", name]
        return subprocess.run(
            [*ISOLOIR, *asked],
            cwd=REPOSITORY,
            env=broker_system.environment(name) | more,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    for name in ("identity", "ballot", "reassort", "notification", *WORKERS, *DELIVERERS, "relay", "gateway", "sink"):
        result = health(name)
        assert (name, result.returncode, result.stderr) == (name, 0, "")
    failed = health("relay", AMQP_URI=f"amqp://isoloir:isoloir@127.0.0.1:{free_port()}/%2F")
    assert failed.returncode == 1
    assert failed.stderr.startswith("isoloir health relay: ")


def scraped(system: System) -> str:
    """What Prometheus gets from all processes: each has taken the next port that was free."""
    first = int(system.environment("gateway")["ISOLOIR_METRICS_BIND"].rpartition(":")[2])
    found = []
    for port in range(first, first + 20):
        try:
            found.append(requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text)
        except requests.ConnectionError:
            continue
    return "\n".join(found)


def test_prometheus_asks_every_process_and_the_doctor_names_what_is_made(broker_system: System) -> None:
    def named() -> set[str]:
        doctor = subprocess.run(
            [*ISOLOIR, "doctor", "--json", "--url", broker_system.base_url],
            cwd=REPOSITORY,
            env={**os.environ, "ISOLOIR_TOKEN": broker_system.operator_token},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        found = {one["name"]: one for one in json.loads(doctor.stdout)}
        assert doctor.returncode == any(one["is_fault"] for one in found.values())
        return set(found)

    text = scraped(broker_system)
    for service in ("identity", "ballot", "reassort", "notification"):
        assert f'isoloir_relay_alive{{service="{service}"}} 1.0' in text
    assert 'isoloir_rpc_seconds_count{method="health",outcome="ok"}' in text
    assert 'isoloir_http_seconds_count{page="health.ready",status="200"}' in text
    assert text.count("\nprocess_cpu_seconds_total ") == 6 + len(WORKERS | DELIVERERS)

    with sqlite3.connect(broker_system.state_dir / "databases" / "identity.sqlite") as database:
        database.execute(
            "INSERT INTO inbox (event_id, source, type, payload, correlation_id, received_at, state, attempts,"
            " next_attempt_at, reason) VALUES ('e1', 'ballot', 'ballot_accepted', '{}', 'c', '2026-12-03 08:00:00',"
            " 'parked', 12, '2026-12-03 08:00:00', 'Malformed')"
        )
    frozen = broker_system.pids["ballot"]
    os.kill(frozen, signal.SIGSTOP)
    try:
        assert named() >= {"service_gone", "events_parked"}
    finally:
        os.kill(frozen, signal.SIGCONT)
        with sqlite3.connect(broker_system.state_dir / "databases" / "identity.sqlite") as database:
            database.execute("DELETE FROM inbox WHERE event_id = 'e1'")
    wait_until(lambda: named().isdisjoint({"service_gone", "events_parked"}), 60, "all is well again")


def test_every_process_comes_back_after_a_crash(broker_system: System) -> None:
    before = broker_system.pids
    assert set(before) == {
        "epmd", "broker", "sink", "identity", "ballot", "reassort", "notification", "relay", "gateway",
        *WORKERS, *DELIVERERS,
    }  # fmt: skip
    for name in ("identity", "gateway", "relay"):
        broker_system.kill(name)
    wait_until(
        lambda: all(
            broker_system.pids.get(name, before[name]) != before[name] for name in ("identity", "gateway", "relay")
        ),
        START_SECONDS,
        "three new processes",
    )
    wait_until(broker_system.is_ready, START_SECONDS, "the portal")


def test_the_portal_comes_back_after_the_broker(broker_system: System) -> None:
    broker_system.kill("broker")
    wait_until(lambda: not broker_system.is_ready(), 30, "the portal notices")
    wait_until(broker_system.is_ready, START_SECONDS, "the portal")


def test_everything_in_one_process_without_a_broker(tmp_path: Path) -> None:
    system = System(tmp_path / "state", bus="in-process", settings=QUICK)
    system.start()
    try:
        assert system.bus == "in-process"
        assert set(system.pids) == {"sink", "all"}
        children = set(system.pids.values())
    finally:
        system.stop()
    assert not any(running(pid) for pid in children)


def test_on_postgresql_each_process_with_its_account(postgresql: LocalCluster, tmp_path: Path) -> None:
    databases = postgresql.another_system()
    system = System(tmp_path / "state", bus="broker", databases="postgresql", pg=databases, settings=QUICK)
    system.start()
    try:
        assert databases.name("ballot") in system.environment("ballot")["ISOLOIR_BALLOT_DATABASE_URL"]
        assert databases.relay in system.environment("relay")["ISOLOIR_RELAY_BALLOT_DATABASE_URL"]
        assert not list(system.state_dir.rglob("*.sqlite"))
    finally:
        system.stop()


def test_it_starts_again_where_it_stopped(tmp_path: Path) -> None:
    system = System(tmp_path / "state", bus="in-process", settings=QUICK)
    system.start()
    token, address = system.operator_token, system.base_url
    system.stop()
    system.start()
    try:
        assert (system.operator_token, system.base_url) == (token, address)
        assert system.is_ready()
    finally:
        system.stop()
