"""What all tests share: the real servers, and settings that do not come from the developer's shell."""

import os

import pytest

pytest_plugins = ["tests.servers.fixtures", "tests.servers.browser"]


@pytest.fixture(autouse=True)
def only_the_tests_own_settings(monkeypatch):
    """No setting of the machine reaches a test; what a test needs it sets itself."""
    for name in list(os.environ):
        if name == "AMQP_URI" or (name.startswith("ISOLOIR_") and name not in KEPT):
            monkeypatch.delenv(name)


KEPT = {"ISOLOIR_CHROMIUM", "ISOLOIR_BELENIOS_TOOL"}
"""Where tools for tests are, not settings of the product."""
