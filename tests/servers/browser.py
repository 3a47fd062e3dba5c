"""pytest plugin: Debian's Chromium, one for the whole run.

Playwright allows one synchronous session in a process, so every suite that drives a browser shares this one and opens
windows of its own in it.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

PATIENCE = 60_000
"""Milliseconds that a window is given for anything: a machine with other work to do is slow, and not wrong."""

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser for the session; a missing one fails the tests and says how to get it."""
    path = os.environ.get("ISOLOIR_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is not installed; install it with: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS, timeout=2 * PATIENCE)
        yield browser
        browser.close()
