"""pytest plugin: where the time of a run went, by folder and by file, for whoever wants to make it shorter.

Seconds that a process waited count as those that it worked: only a machine that does nothing else measures anything.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

DEAREST = 20
ENOUGH_FILES = 30
"""Of fewer files, `--durations` says more."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it at the end of a run over many files."""
    reports = [one for reports in terminalreporter.stats.values() for one in reports if hasattr(one, "duration")]
    files = seconds_by_file(reports)
    if len(files) < ENOUGH_FILES:
        return
    for title, seconds in (("folder", by_folder(files)), (f"file, the {DEAREST} dearest", files)):
        terminalreporter.write_sep("=", f"seconds by {title}")
        for name, spent in seconds.most_common(DEAREST):
            terminalreporter.write_line(f"{spent:8.1f}  {name}")


def seconds_by_file(reports: Iterable[Any]) -> Counter[str]:
    """File → seconds of its tests, with what was set up and taken down for them. In: reports, one of each phase."""
    seconds: Counter[str] = Counter()
    for report in reports:
        seconds[report.nodeid.partition("::")[0]] += report.duration
    return seconds


def by_folder(files: Counter[str]) -> Counter[str]:
    """Folder → seconds: `tests/e2e`, and of the many small tests `tests/unit/ballot`."""
    seconds: Counter[str] = Counter()
    for file, spent in files.items():
        seconds["/".join(file.split("/")[:-1][:3])] += spent
    return seconds
