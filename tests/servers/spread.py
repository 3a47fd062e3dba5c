"""pytest plugin: which tests stay together when several processes share the suite (`pytest -n`, pytest-xdist).

A test of one function goes to whichever process is free. A test file that starts a portal or a system of its own is a
group: one process runs it, in its order, and starts its servers once. Servers of the session (RabbitMQ, PostgreSQL, the
sink, Chromium) are started by each process for itself, at first use: no test ever meets the data of another process.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

WHOLE_FOLDERS = {"accessibility", "adversary"}
"""Folders whose files share one portal, or one broker."""

BY_FILE = {"booth", "contract", "e2e", "fuzz", "integration", "property", "unit/belenios"}
"""Folders where each file prepares something dear for all its tests: a system, a portal, an urn."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that must stay together."""
    for item in items:
        group = group_of(item.path)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))


def group_of(path: Path) -> str:
    """The group of a test file; '' where its tests may go to any process."""
    folder = path.parent.relative_to(ROOT).as_posix()
    if folder in WHOLE_FOLDERS:
        return folder
    return f"{folder}/{path.stem}" if folder in BY_FILE else ""
