"""Tests that share a portal or a system stay in one process, or each process would start its own for every file."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOOK = """
import os
import pytest

where = {}

@pytest.mark.parametrize("number", range(6))
def test_anything(number, request):
    with open(os.environ["SPREAD"], "a") as file:
        file.write(f"{request.path.name} {os.environ['PYTEST_XDIST_WORKER']}\\n")
"""


def test_a_file_that_prepares_something_dear_is_run_by_one_process(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = pytester.path / "told"
    monkeypatch.setenv("SPREAD", str(told))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # Three processes would import a load tester, a fuzzer and a bus to count to six.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for folder in ("e2e", "unit"):
        pytester.mkdir(folder)
        for name in ("one", "two"):
            (pytester.path / folder / f"test_{folder}_{name}.py").write_text(LOOK)
    pytester.makeconftest(
        "from tests.servers import spread\n"
        f"spread.ROOT = __import__('pathlib').Path({str(pytester.path)!r})\n"
        "spread.ByGroup._split_scope = lambda self, node: spread.group_of(spread.ROOT / node.partition('::')[0]) or node\n"
        "pytest_xdist_make_scheduler = spread.pytest_xdist_make_scheduler\n"
    )
    ran = pytester.runpytest_subprocess("-p", "xdist", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider")
    ran.assert_outcomes(passed=24)
    workers: dict[str, set[str]] = {}
    for line in told.read_text().splitlines():
        file, worker = line.split()
        workers.setdefault(file, set()).add(worker)
    assert len(workers["test_e2e_one.py"]) == len(workers["test_e2e_two.py"]) == 1
