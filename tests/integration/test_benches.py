"""Benches that `make bench` leaves out, since full size takes long, do run: whoever needs their figures finds them whole."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("bench", "sizes", "figure"),
    [
        ("import_roll", (300,), "a corrected file, taken over: entitling"),
        ("turnout", (3000,), "answer_bytes"),
        ("long_list", (40,), "verify"),
    ],
)
def test_a_bench_measures_a_small_size(bench: str, sizes: tuple[int, ...], figure: str) -> None:
    command = [sys.executable, "-m", f"tests.bench.{bench}", *map(str, sizes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert figure in done.stdout
