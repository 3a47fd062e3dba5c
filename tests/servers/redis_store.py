"""An empty Redis for a test, started and ended with it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from deploy.local.launcher.ports import LOOPBACK, free_port
from tests.waiting import wait_until


def answers(port: int) -> bool:
    """Whether a Redis answers there."""
    client = redis.Redis(LOOPBACK, port)
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()


@contextmanager
def redis_store(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Address and process of an empty store."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", LOOPBACK, "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(port), 20, "Redis answers")
        yield f"redis://{LOOPBACK}:{port}/0", process
    finally:
        process.kill()
        process.wait()
