"""pytest plugin: which tests stay together when several processes share the suite (`pytest -n`, pytest-xdist).

A test of one function goes to whichever process is free. A test file that starts a portal or a system of its own is a
group: one process runs it, in its order, and starts its servers once. Servers of the session (RabbitMQ, PostgreSQL, the
sink, Chromium) are started by each process for itself, at first use: no test ever meets the data of another process.
"""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]

WHOLE_FOLDERS = {"accessibility"}
"""Folders whose files share one portal."""

BY_FILE = {"booth", "contract", "e2e", "fuzz", "integration", "property", "unit/belenios"}
"""Folders where each file prepares something dear for all its tests: a system, a portal, an urn."""


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out groups whole. pytest-xdist's own marks of groups are lost in pytest 9.2, which keeps other node ids."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(ROOT.parent / nodeid.partition("::")[0]) or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    """What shares the tests out."""
    return ByGroup(config, log)


def group_of(path: Path) -> str:
    """The group of a test file; '' where its tests may go to any process."""
    folder = path.parent.relative_to(ROOT).as_posix()
    if folder in WHOLE_FOLDERS:
        return folder
    return f"{folder}/{path.stem}" if folder in BY_FILE else ""
