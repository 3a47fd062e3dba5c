"""Debian's Chromium, driven by Playwright, on a whole system."""

import pytest


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
