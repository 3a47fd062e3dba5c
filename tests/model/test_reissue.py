"""The model of a re-issue, explored in every order of its steps by spin (docs/adr: the argument in words)."""

import re
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).with_name("reissue.pml")
SECONDS = 600
BROKEN = {
    1: "working==1",
    2: "knows",
    3: "voted_with",
    4: "attempts==",
    5: "<=1",
    6: "spent==entries",
}
"""Change that breaks the argument → a part of the assertion that must find it."""


def explored(folder, mutant, *, liveness=False):
    """What the exhaustive search says; its report names the first history that breaks an invariant."""
    subprocess.run(["spin", f"-DMUTANT={mutant}", "-a", MODEL], cwd=folder, check=True, capture_output=True)
    options = ["-DNFAIR=3"] if liveness else ["-DSAFETY", "-DNOCLAIM"]
    subprocess.run(["gcc", "-w", "-O1", "-DCOLLAPSE", *options, "-o", "pan", "pan.c"], cwd=folder, check=True)
    run = ["./pan", "-m200000", *(["-a", "-f"] if liveness else [])]
    return subprocess.run(run, cwd=folder, check=True, capture_output=True, text=True, timeout=SECONDS).stdout


def complete(report):
    """Whether nothing was left out for want of memory or depth."""
    return "search not completed" not in report and "max search depth too small" not in report


def test_no_history_breaks_an_invariant(tmp_path):
    report = explored(tmp_path, 0)
    assert re.search(r"errors: 0\b", report)
    assert complete(report)
    assert int(re.search(r"(\d+) states, stored", report)[1]) > 100_000


def test_whatever_is_asked_for_is_answered(tmp_path):
    report = explored(tmp_path, 0, liveness=True)
    assert re.search(r"errors: 0\b", report)
    assert complete(report)


@pytest.mark.parametrize(("mutant", "assertion"), BROKEN.items())
def test_a_broken_protocol_is_found(tmp_path, mutant, assertion):
    report = explored(tmp_path, mutant)
    assert re.search(r"errors: 1\b", report)
    assert assertion in re.search(r"assertion violated (.*)", report)[1]


def test_a_request_that_is_never_answered_is_found(tmp_path):
    assert "acceptance cycle" in explored(tmp_path, 7, liveness=True)
