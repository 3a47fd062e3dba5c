"""Prism, a mock that is made from an OpenAPI description: it refuses what the description does not allow."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.launcher.ports import free_port

PROGRAM = Path(__file__).resolve().parents[2] / "node_modules/.bin/prism"


@contextmanager
def prism(description: Path) -> Iterator[str]:
    """Serve a description until the block ends.

    Args:
        description: an OpenAPI file.

    Yields:
        The address, without a slash at the end.
    """
    port = free_port()
    # With --errors a request that breaks the description is answered as an error of Prism's own, never with an example.
    command = [str(PROGRAM), "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), str(description)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout
            said = []
            for line in process.stdout:
                said.append(line)
                if "is listening" in line:
                    break
            else:
                raise AssertionError(f"Prism did not start: npm ci? {''.join(said)[-1000:]}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
