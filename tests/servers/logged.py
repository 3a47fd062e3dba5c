"""pytest plugin: the log as the product configures it, and what was configured before back afterwards."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from services.runtime.telemetry import logs


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """A test may configure the log as it likes."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)
    logging.captureWarnings(False)


@pytest.fixture
def lines(restored_logging: None) -> io.StringIO:
    """The log of a process, as a text that grows."""
    logs.configure("all")
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    handler.setStream(written)
    return written
