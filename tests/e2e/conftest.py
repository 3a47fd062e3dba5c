"""Debian's Chromium, driven by Playwright, on a whole system."""

import pytest

from tests.accessibility.conftest import AXE
from tests.servers.browser import PATIENCE


@pytest.fixture
def page(chromium):
    """A fresh browser window of a French voter's phone; an error of the page's script fails the test."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="fr-FR")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    errors = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield opened
    context.close()
    assert errors == []


def unfold_menu(page):
    """On a telephone the ways on are behind the « Menu » button."""
    menu = page.locator("header details.menu")
    if menu.is_visible() and menu.get_attribute("open") is None:
        menu.locator("summary").click()


def script_is_there(page):
    """A person types for seconds; a test must wait until the page's script watches the form."""
    if page.locator("[data-challenge]").count():
        page.locator("[data-challenge][data-state]").wait_for()


def is_whole(page):
    """At both widths the page's markup has no fault that axe knows, and nothing stands out sideways."""
    before = page.viewport_size
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
        found = page.evaluate("axe.run().then(found => found.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
        assert found == [], (page.url, width)
    page.set_viewport_size(before)
