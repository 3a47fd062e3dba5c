"""What all tests share: the real servers, and settings that do not come from the developer's shell."""

import gc
import os
import sys

# Until all tests are collected: what is imported stays (services.runtime.importing).
gc.disable()

import pytest  # noqa: E402
import structlog  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

pytest_plugins = [
    "pytester", "tests.servers.fixtures", "tests.servers.browser", "tests.servers.spread", "tests.servers.costs",
    "tests.servers.quick_disk", "tests.servers.logged",
]  # fmt: skip

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


# Where nothing else is configured, an exception would be drawn with a picture of all that its frames hold: seconds of each.
# And what a thread of the bus logs while a command runs in this process would stand amid the command's answer.
*_PROCESSORS, _ = structlog.get_config()["processors"]
structlog.configure(
    [*_PROCESSORS, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)],
    logger_factory=lambda *_names: structlog.PrintLogger(sys.__stderr__),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of single tests."""
    parser.addoption("--reissues", type=int, default=20, help="codes that are re-issued at once while everything dies")


def pytest_collection_finish() -> None:
    """What was imported stays: no collection need look through it again, nor a copy of this process touch its memory."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def only_the_tests_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test; what a test needs it sets itself."""
    for name in list(os.environ):
        if name == "AMQP_URI" or (name.startswith("ISOLOIR_") and name not in KEPT):
            monkeypatch.delenv(name)


KEPT = {"ISOLOIR_CHROMIUM", "ISOLOIR_BELENIOS_TOOL"}
"""Where tools for tests are, not settings of the product."""
