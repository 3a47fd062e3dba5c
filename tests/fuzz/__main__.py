"""`make fuzz COUNT=100000 SEED=1`: both backends on COUNT altered inputs, and mutations of archives, registers and rolls.

A case is made from the seed and its number alone: what fails is said with both, and `--only TARGET --seed … --first …
--count 1` repeats it. Ends with 1 on the first difference, or where anything but a verdict comes out.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from random import Random

from tests.fuzz.mutations import TARGETS

CHUNK = 200


def work(name: str, seed: int, first: int, count: int) -> tuple[str, int, str]:
    """Try the cases of a target from `first` on. Returns the target, how many passed, and what the next one did wrong."""
    attempt = TARGETS[name].attempt
    for number in range(first, first + count):
        try:
            attempt(Random(f"{name} {seed} {number}"))
        except BaseException:
            return name, number - first, f"{name} seed {seed} number {number}\n{traceback.format_exc()}"
    return name, count, ""


def main() -> int:
    """Run all targets, or one."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--count", type=int, default=100_000, help="differential cases; the others are fewer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(TARGETS))
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    shares = {name: max(1, wanted.count * target.of_a_thousand // 1000) for name, target in TARGETS.items()}
    counts = {wanted.only: wanted.count} if wanted.only else shares
    begun, done = time.monotonic(), dict.fromkeys(counts, 0)
    with ProcessPoolExecutor(wanted.processes) as pool:
        jobs = [
            pool.submit(work, name, wanted.seed, wanted.first + start, min(CHUNK, count - start))
            for name, count in counts.items()
            for start in range(0, count, CHUNK)
        ]
        for job in as_completed(jobs):
            name, passed, fault = job.result()
            done[name] += passed
            if fault:
                pool.shutdown(wait=False, cancel_futures=True)
                print(fault, file=sys.stderr)
                return 1
    for name, passed in done.items():
        print(f"{name:12} {passed:8}  {TARGETS[name].what}")
    print(f"{sum(done.values())} cases, {time.monotonic() - begun:.0f} s, seed {wanted.seed}: no difference, no crash")
    return 0


if __name__ == "__main__":
    sys.exit(main())
