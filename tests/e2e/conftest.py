"""Debian's Chromium, driven by Playwright, on a whole system."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    """A headless browser for the session; a missing one fails the tests and says how to get it."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("chromium is not installed; install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A fresh browser window of a French voter's phone; an error of the page's script fails the test."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="fr-FR")
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    errors = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield opened
    context.close()
    assert errors == []
