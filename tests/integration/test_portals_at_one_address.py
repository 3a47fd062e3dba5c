"""Two gateways at one address, as on a machine of one's own behind its proxy: one killed is no outage."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from deploy.local.launcher.ports import LOOPBACK, free_port, listeners
from tests.waiting import wait_until

GATEWAY = [sys.executable, "-c", "from deploy.cli.main import main; main(prog_name='isoloir')", "gateway"]


@pytest.fixture
def portals(tmp_path: Path) -> Iterator[tuple[int, list[subprocess.Popen[bytes]]]]:
    """Their port, and their processes; there is no broker, and /healthz asks for none."""
    port = free_port()
    settings = {
        "AMQP_URI": f"amqp://gateway:nobody@{LOOPBACK}:{free_port()}/isoloir",
        "ISOLOIR_PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "ISOLOIR_GATEWAY_BIND": f"{LOOPBACK}:{port}",
        "ISOLOIR_GATEWAY_REUSE_PORT": "true",
        "ISOLOIR_GATEWAY_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "ISOLOIR_GATEWAY_ARCHIVE_DIR": str(tmp_path / "archives"),
    }
    with (tmp_path / "log").open("wb") as log:
        processes = [
            subprocess.Popen(GATEWAY, env={**os.environ, **settings}, stdout=log, stderr=log, start_new_session=True)
            for _ in range(2)
        ]
        yield port, processes
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answer(port: int) -> int:
    return requests.get(f"http://{LOOPBACK}:{port}/healthz", timeout=60).status_code


def test_one_of_two_killed_is_no_outage(portals: tuple[int, list[subprocess.Popen[bytes]]]) -> None:
    port, (first, _second) = portals
    wait_until(lambda: listeners(port) == 2, 120, "both listen")
    assert [answer(port) for _ in range(6)] == [200] * 6
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    # Its workers die after it: until the kernel has taken their socket away, it hands them connections that nobody answers.
    wait_until(lambda: listeners(port) == 1, 60, "the dead one listens no more")
    assert [answer(port) for _ in range(20)] == [200] * 20
