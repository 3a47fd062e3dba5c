"""docs/conformance.md tells the truth: every feature has its row, every test it names exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "conformance.md"
FEATURES = {"A": 12, "B": 12, "C": 11, "D": 10, "E": 22}
"""How many rows each section of the features list has."""
ROW = re.compile(r"^\| ([A-E]\d+) \| (\w+) \| (.*?) \| (.*?) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def rows():
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def collected(request, rows):
    """The tests that pytest finds: in this run, or (where it runs but a part of the suite) in the files of those named."""
    found = {bare(item.nodeid) for item in request.session.items}
    elsewhere = {node.split("::")[0] for node in named(rows) if node not in found}
    if elsewhere:
        files = [file for file in sorted(elsewhere) if (ROOT / file).exists()]
        listed = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", *files],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert listed.returncode == 0, listed.stdout[-2000:]
        found |= {bare(line) for line in listed.stdout.splitlines() if "::" in line}
    return found


def bare(node: str) -> str:
    """The name of a test without its parameters and without its group (tests/servers/spread.py)."""
    return node.split("[")[0].split("@")[0]


def named(rows):
    """Every test that a row names."""
    return {node for *_, tests in rows for node in re.findall(r"`([^`]+)`", tests)}


def test_every_feature_has_exactly_one_row(rows):
    expected = [f"{section}{number}" for section, last in FEATURES.items() for number in range(1, last + 1)]
    assert [row[0] for row in rows] == expected


def test_states_are_of_the_closed_set_and_done_needs_a_place_and_a_test(rows):
    for feature, state, where, tests in rows:
        assert state in ("done", "partial", "missing"), feature
        if state == "missing":
            assert not tests.strip(), feature
        else:
            assert where.strip(), feature
            assert tests.strip(), feature


def test_every_place_exists(rows):
    for feature, _state, where, _tests in rows:
        for path in re.findall(r"\b(?:services|gateway|deploy|tests)/[\w/.-]+", where):
            assert (ROOT / path.rstrip(".")).exists(), f"{feature}: {path}"


def test_every_test_named_is_collected(rows, collected):
    for feature, _state, _where, tests in rows:
        for node in re.findall(r"`([^`]+)`", tests):
            assert node in collected, f"{feature}: {node}"


def test_the_list_has_not_grown_behind_our_back(rows):
    features = ROOT.parent / "shared" / "requirements" / "features.md"
    if not features.exists():
        pytest.skip("the features list is not beside this checkout")
    ids = re.findall(r"^\| ([A-E]\d+)(?: ★)? \|", features.read_text(encoding="utf-8"), re.MULTILINE)
    assert ids == [row[0] for row in rows]
