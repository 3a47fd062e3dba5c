"""The reference tool of the Belenios protocol, an independent witness (tools/install-belenios-tool)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def belenios_tool() -> Path:
    """The path of belenios-tool: ISOLOIR_BELENIOS_TOOL, or build/belenios/belenios-tool; otherwise the test is skipped."""
    named = os.environ.get("ISOLOIR_BELENIOS_TOOL")
    path = Path(named) if named else Path(__file__).parents[2] / "build" / "belenios" / "belenios-tool"
    if not os.access(path, os.X_OK):
        if named:
            pytest.fail(f"ISOLOIR_BELENIOS_TOOL is {named}, which cannot be run")
        pytest.skip("belenios-tool is not installed: run tools/install-belenios-tool build/belenios")
    return path


@pytest.fixture
def tool(belenios_tool: Path, tmp_path: Path) -> Tool:
    """Runs belenios-tool in tmp_path: ``tool("election", "verify")``; ``stdin=`` text, ``ok=False`` to allow failure."""

    def run(*arguments: str, stdin: str = "", ok: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [belenios_tool, *arguments], cwd=tmp_path, input=stdin, capture_output=True, text=True, timeout=120
        )
        if ok and done.returncode != 0:
            raise AssertionError(f"belenios-tool {' '.join(arguments)}: {done.stderr}")
        return done

    return run
