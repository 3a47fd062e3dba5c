"""An election to verify; what the commands print depends on no terminal."""

import pytest

from tests.vectors.samples import LISTS, WITH_BLANK, Sample, sample


@pytest.fixture(autouse=True)
def wide_and_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich takes width and colours from the shell that runs the tests, although its output goes to a file."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def s() -> Sample:
    """An election of three lists and of one question with a blank vote."""
    return sample(LISTS, WITH_BLANK)


@pytest.fixture(scope="module")
def ballots(s: Sample) -> list[str]:
    """Three votes in it."""
    return [s.ballot(0, [1, 0, 0], [0, 1, 0]), s.ballot(1, [0, 0, 1], [1, 0, 0]), s.ballot(2, [1, 0, 0], [0, 0, 1])]
