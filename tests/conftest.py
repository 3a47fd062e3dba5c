"""What all tests share: the real servers, and settings that do not come from the developer's shell."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "tests.servers.fixtures", "tests.servers.browser", "tests.servers.spread"]

# The same examples in every run, however slow the machine: a counterexample that one run in a thousand draws must not be
# found by the run that decides. To look for one: `pytest --hypothesis-profile=exploring`.
settings.register_profile(
    "isoloir",
    derandomize=True,
    database=None,
    print_blob=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("exploring", settings.get_profile("isoloir"), derandomize=False, max_examples=2000)
settings.load_profile("isoloir")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of single tests."""
    parser.addoption("--reissues", type=int, default=20, help="codes that are re-issued at once while everything dies")


@pytest.fixture(autouse=True)
def only_the_tests_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test; what a test needs it sets itself."""
    for name in list(os.environ):
        if name == "AMQP_URI" or (name.startswith("ISOLOIR_") and name not in KEPT):
            monkeypatch.delenv(name)


KEPT = {"ISOLOIR_CHROMIUM", "ISOLOIR_BELENIOS_TOOL"}
"""Where tools for tests are, not settings of the product."""
