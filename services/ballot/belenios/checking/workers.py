"""Checking many ballots on several cores.

Threads would not help: libsodium's calls hold the interpreter for all but microseconds (research/crypto.md).
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from ..ballot import check_ballot, max_ballot_size
from ..election import Election
from ..errors import InvalidBallot, ProtocolError
from ..tally import Tally, TallyAccumulator

CHUNK_BALLOTS = 50
CHUNK_BYTES = 1 << 20
# A pool costs about as much as checking this many ballots.
MIN_CHUNKS_FOR_POOL = 4


@dataclass(frozen=True)
class ChunkVerdict:
    """What checking a run of ballots gave: (credential, tracker) of the valid ones up to the first that is not."""

    ballots: list[tuple[str, str]]
    tally: Tally
    fault: ProtocolError | None


def check_chunk(election: Election, raws: Sequence[str]) -> ChunkVerdict:
    """Check ballots in order up to the first invalid one; their sum comes with them."""
    size = max_ballot_size(election)
    accumulator = TallyAccumulator(election)
    ballots: list[tuple[str, str]] = []
    fault: ProtocolError | None = None
    for raw in raws:
        try:
            ballot = check_ballot(election, raw, size)
        except InvalidBallot as refusal:
            fault = refusal
            break
        accumulator.add(ballot.choices)
        ballots.append((ballot.credential, ballot.tracker))
    return ChunkVerdict(ballots, accumulator.tally(), fault)


_election: Election | None = None


def _start(raw: str) -> None:
    global _election
    _election = Election.parse(raw)


def _work(raws: Sequence[str]) -> ChunkVerdict:
    if _election is None:
        raise RuntimeError("worker not started")
    return check_chunk(_election, raws)


class BallotWorkers:
    """Collects ballots into chunks, checks them in worker processes once there are enough, gives verdicts in order.

    ``add`` returns the verdicts that are ready; at most a few chunks a process are in memory. Where processes cannot
    be started or die, the work is done here instead.
    """

    def __init__(self, election: Election, processes: int | None = None) -> None:
        self._election = election
        self._processes = max(1, processes if processes is not None else os.cpu_count() or 1)
        self._pool: ProcessPoolExecutor | None = None
        self._open: list[str] = []
        self._open_bytes = 0
        self._waiting: deque[list[str]] = deque()
        self._running: deque[tuple[list[str], Future[ChunkVerdict]]] = deque()

    def add(self, raw: str) -> Iterator[ChunkVerdict]:
        """Take one ballot; verdicts that are ready."""
        self._open.append(raw)
        self._open_bytes += len(raw)
        if len(self._open) < CHUNK_BALLOTS and self._open_bytes < CHUNK_BYTES:
            return
        self._close_chunk()
        if self._processes == 1:
            yield self._here(self._waiting.popleft())
            return
        if self._pool is None and len(self._waiting) < MIN_CHUNKS_FOR_POOL:
            return
        while self._waiting:
            if len(self._running) >= 3 * self._processes:
                yield self._next()
            self._submit(self._waiting.popleft())

    def finish(self) -> Iterator[ChunkVerdict]:
        """The verdicts of all ballots taken so far."""
        if self._open:
            self._close_chunk()
        while self._running:
            yield self._next()
        while self._waiting:
            yield self._here(self._waiting.popleft())

    def close(self) -> None:
        """End the worker processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _close_chunk(self) -> None:
        self._waiting.append(self._open)
        self._open, self._open_bytes = [], 0

    def _here(self, raws: Sequence[str]) -> ChunkVerdict:
        return check_chunk(self._election, raws)

    def _submit(self, raws: list[str]) -> None:
        try:
            if self._pool is None:
                # Not fork: the caller may have threads, a progress bar for one, whose locks would be copied as they are.
                self._pool = ProcessPoolExecutor(
                    self._processes,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_start,
                    initargs=(self._election.raw,),
                )
            self._running.append((raws, self._pool.submit(_work, raws)))
        except (OSError, RuntimeError):
            # No process to be had, or the pool broke: one at a time, here.
            done: Future[ChunkVerdict] = Future()
            done.set_result(self._here(raws))
            self._running.append((raws, done))

    def _next(self) -> ChunkVerdict:
        raws, future = self._running.popleft()
        return _result_or(future, lambda: self._here(raws))


def _result_or(future: Future[ChunkVerdict], otherwise: Callable[[], ChunkVerdict]) -> ChunkVerdict:
    try:
        return future.result()
    except (BrokenProcessPool, OSError):
        return otherwise()
