"""PostgreSQL is away, busy, full or frozen: callers are told to come again, in time, and all is well once it is back."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from deploy.local.postgresql import LocalCluster
from services.ballot.belenios.keys.credential import new_uuid
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import DEFAULT_TIMEOUT, RpcTimeout, RpcUnavailable
from services.runtime.refusals import ServiceFault
from services.runtime.storage.database import Database
from tests.servers import event_keys
from tests.waiting import wait_until

ISOLOIR = [sys.executable, "-c", "from deploy.cli.main import main; main()"]


def election():
    now = datetime.now(UTC)
    return {
        "uuid": new_uuid(),
        "voting_event": new_uuid(),
        "name": "Comité des essais",
        "description": "",
        "questions": [{"question": "Qui ?", "answers": ["A", "B"], "blank": True, "minimum": 1, "maximum": 1}],
        "opens_at": now.isoformat(),
        "closes_at": (now + timedelta(days=1)).isoformat(),
    }


@pytest.fixture
def cluster():
    """A cluster of this test's own: it is stopped, frozen and filled."""
    made = LocalCluster()
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture
def serve_ballot(rabbitmq, tmp_path):
    """A function that runs the urn on a cluster, and gives a caller of it."""
    processes = []
    caller = RpcClient(rabbitmq.uri_of("gateway"))

    def serve(cluster):
        url = cluster.urls()["ballot"]
        Database(cluster.owner_urls()["ballot"], "ballot").upgrade()
        cluster.grant()
        environment = {
            "PATH": os.environ["PATH"],
            "AMQP_URI": rabbitmq.uri_of("ballot"),
            "ISOLOIR_BALLOT_DATABASE_URL": url,
            "ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY": "5" * 64,
            "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY": "6" * 64,
            **event_keys.environment("ballot"),
            "PYTHONWARNINGS": "ignore",
        }
        log = (tmp_path / "ballot.jsonl").open("ab")
        processes.append(subprocess.Popen([*ISOLOIR, "serve", "ballot"], env=environment, stdout=log, stderr=log))
        wait_until(lambda: answers(caller), 150, "the urn answers")
        return caller

    yield serve
    for process in processes:
        process.kill()
        process.wait()
    caller.close()


def answers(caller):
    try:
        return caller.call("ballot", "health", {})["database"] == "ok"
    except (RpcTimeout, RpcUnavailable):  # the first: the queue of a process that is no more
        return False


def refused_in(caller, method, payload):
    """Why and after how many seconds the urn says that it cannot now."""
    started = time.monotonic()
    with pytest.raises(RpcUnavailable) as told:
        caller.call("ballot", method, payload)
    return str(told.value), time.monotonic() - started


def urn_that_somebody_holds(cluster, serve_ballot):
    """A caller, an election, and the connection that has its row locked."""
    caller = serve_ballot(cluster)
    draft = election()
    caller.call("ballot", "create_election", draft)
    name = "isoloir_ballot"
    holder = psycopg2.connect(host="127.0.0.1", port=cluster.port, user=name, dbname=name)
    holder.cursor().execute("SELECT uuid FROM elections FOR UPDATE")
    return caller, draft, holder


@pytest.mark.timeout(300)
def test_a_lock_that_is_held_and_a_server_that_is_gone(cluster, serve_ballot):
    caller, draft, holder = urn_that_somebody_holds(cluster, serve_ballot)
    kind, seconds = refused_in(caller, "create_election", draft)
    assert "55P03" in kind, "the lock's own limit was met"
    assert seconds < DEFAULT_TIMEOUT
    holder.close()
    caller.call("ballot", "create_election", draft)

    cluster.stop()
    _, seconds = refused_in(caller, "describe_election", {"election": draft["uuid"]})
    assert seconds < DEFAULT_TIMEOUT
    cluster.start()
    wait_until(lambda: answers(caller), 30, "the urn answers again")
    assert caller.call("ballot", "describe_election", {"election": draft["uuid"]})["state"] == "draft"


@pytest.mark.timeout(300)
def test_a_waiting_query_does_not_hold_up_the_others(cluster, serve_ballot):
    """psycopg2 waits on eventlet's hub: one request that waits for a lock leaves the process to the others."""
    caller, draft, holder = urn_that_somebody_holds(cluster, serve_ballot)
    told = []
    waiting = threading.Thread(target=lambda: told.append(refused_in(caller, "create_election", draft)))
    waiting.start()
    meanwhile = 0
    while not told:
        caller.call("ballot", "describe_election", {"election": draft["uuid"]})
        meanwhile += 1
    waiting.join()
    holder.close()
    assert meanwhile > 5


@pytest.mark.timeout(300)
def test_a_server_that_takes_nothing_any_more_is_not_ready(cluster, serve_ballot):
    caller = serve_ballot(cluster)
    with psycopg2.connect(host="127.0.0.1", port=cluster.port, user="postgres", dbname="postgres") as administrator:
        administrator.cursor().execute("ALTER ROLE isoloir_ballot SET default_transaction_read_only = on")
        administrator.commit()
        administrator.cursor().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'isoloir_ballot'"
        )
        administrator.commit()
    # The first of them may meet a connection that was ended just after its use.
    wait_until(lambda: "25006" in refused_in(caller, "create_election", election())[0], 60, "it is told as read-only")
    with pytest.raises((RpcUnavailable, ServiceFault)):
        caller.call("ballot", "health", {})


@pytest.mark.timeout(300)
def test_a_full_disk_is_not_ready_and_room_mends_it(serve_ballot, monkeypatch):
    disk = Path(tempfile.mkdtemp(prefix="isoloir-small-disk-"))  # where PostgreSQL's account may go, unlike tmp_path
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk], check=False).returncode:
        disk.rmdir()
        pytest.skip("only root may mount a disk that is small enough to be filled")
    disk.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    cluster = LocalCluster()
    try:
        cluster.start()
        caller = serve_ballot(cluster)
        filler = disk / "filler"
        with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 65536)
        wait_until(lambda: not answers(caller), 30, "the urn says that it takes nothing")
        filler.unlink()
        wait_until(lambda: answers(caller), 60, "the urn answers again")
    finally:
        cluster.close()
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


@pytest.mark.timeout(300)
def test_a_frozen_server_is_given_up(cluster, serve_ballot):
    caller = serve_ballot(cluster)
    server = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    family = [
        server,
        *map(int, subprocess.run(["pgrep", "-P", str(server)], capture_output=True, text=True).stdout.split()),
    ]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(Exception, match=r"no answer|Unavailable|OperationalError"):
            caller.call("ballot", "health", {}, timeout=2.0)
    finally:
        for pid in family:
            os.kill(pid, signal.SIGCONT)
    wait_until(lambda: answers(caller), 60, "the urn answers again")
