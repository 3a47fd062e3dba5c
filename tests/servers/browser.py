"""pytest plugin: Debian's Chromium, one for the whole run.

Playwright allows one synchronous session in a process, so every suite that drives a browser shares this one and opens
windows of its own in it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PATIENCE = 60_000
"""Milliseconds that a window is given for anything: a machine with other work to do is slow, and not wrong."""

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def find() -> str | None:
    """The path of Debian's Chromium: without the windows that nobody sees where that build is installed.

    The same version of the same engine. The whole browser draws tabs and buttons for each window, in a process of their
    own: a page costs it three times as much.
    """
    names = ("chromium-headless-shell", "chromium")
    return os.environ.get("ISOLOIR_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser for the session; a missing one fails the tests and says how to get it."""
    path = find()
    if path is None:
        pytest.fail("chromium is not installed; install it with: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS, timeout=2 * PATIENCE)
        yield browser
        browser.close()


@contextmanager
def windows(browser: Browser, **usual: Any) -> Iterator[Callable[..., Page]]:
    """Open windows of a French voter's phone, each in a context of its own; what a page's script gets wrong is an error.

    Args:
        browser: to open them in.
        usual: options of every window, beside those that each is opened with.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(**options: Any) -> Page:
        phone = {"viewport": {"width": 320, "height": 640}, "locale": "fr-FR", **usual, **options}
        context = browser.new_context(**phone)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
