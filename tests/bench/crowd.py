"""A crowd that logs in without a pause, in a process of its own: what it costs those who vote and read pages meanwhile."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.rehearsal.voter import Voter, VoterRefused

AT_ONCE = 8
FULL = 503
"""The line of hashing is bounded: whoever finds it full is told to come back."""


@dataclass
class Crowd:
    """What a crowd did: log-ins, and how long it took; known once it has gone."""

    log_ins: int = 0
    seconds: float = 0.0


@contextmanager
def crowd(base_url: str, accounts: list[tuple[str, str]]) -> Iterator[Crowd]:
    """Have accounts (identifier, password) log in and out again and again until the block ends."""
    found = Crowd()
    command = [sys.executable, "-m", "tests.bench.crowd", base_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        print(json.dumps(accounts), file=process.stdin, flush=True)
        assert process.stdout.readline() == "there\n"
        try:
            yield found
        finally:
            process.stdin.close()
            found.log_ins, found.seconds = json.loads(process.stdout.readline())


def _come(base_url: str) -> None:
    accounts = json.loads(sys.stdin.readline())
    at_once = min(AT_ONCE, len(accounts))
    gone, counts, all_in = threading.Event(), [0] * at_once, threading.Barrier(at_once + 1)

    def log_in(number: int) -> None:
        mine = accounts[number::at_once]
        while not gone.is_set():
            for identifier, password in mine:
                voter = Voter(base_url)
                try:
                    voter.log_in(identifier, password)
                except VoterRefused as refused:
                    if refused.status != FULL:
                        raise
                    continue
                if counts[number] == 0:
                    all_in.wait()
                counts[number] += 1
                voter.log_out()
                if gone.is_set():
                    return

    threads = [threading.Thread(target=log_in, args=(number,), daemon=True) for number in range(at_once)]
    for thread in threads:
        thread.start()
    all_in.wait(timeout=120)
    began, before = time.monotonic(), sum(counts)
    print("there", flush=True)
    sys.stdin.read()
    done = sum(counts) - before, time.monotonic() - began
    gone.set()
    print(json.dumps(done), flush=True)
    for thread in threads:
        thread.join(60)


if __name__ == "__main__":
    _come(sys.argv[1])
