"""The list of public credentials (section 2): the electorate, as far as the urn knows it."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from .backends import checks_of
from .canonical import MAX_BYTES, items, loads, string
from .errors import InvalidArchive, Malformed, ProtocolError
from .group import ED25519, Point

# Checking a point takes some 40 microseconds; a pool starts in about half a second.
CHUNK = 5_000
MIN_FOR_POOL = 40_000

# The form of a whole list of points of weight 1. Such a text is canonical JSON as it is, and is not parsed as such:
# 64 megabytes of "{}," would take gigabytes before anybody sees that they are no credentials.
_POINTS = re.compile(r'\[(?:"[0-9a-f]{64}"(?:,"[0-9a-f]{64}")*+)?+\]')


def check_public_credentials(raw: str, processes: int | None = 1) -> list[str]:
    """The public credentials of an election: distinct points, none the identity, all of weight 1.

    Long lists are checked by several ``processes`` (None: one a core). Raises InvalidArchive (weighted-credentials,
    credential-listed-twice, bad-credential), Malformed.
    """
    credentials = _listed(raw)
    if len(set(credentials)) != len(credentials):
        raise InvalidArchive("credential-listed-twice")
    chunks = [credentials[start : start + CHUNK] for start in range(0, len(credentials), CHUNK)]
    count = max(1, processes if processes is not None else os.cpu_count() or 1)
    for fault in _faults(chunks, count if len(credentials) >= MIN_FOR_POOL else 1):
        if fault is not None:
            raise fault
    return credentials


def _listed(raw: str) -> list[str]:
    if _POINTS.fullmatch(raw):
        return raw[2:-2].split('","') if raw != "[]" else []
    if len(raw) > MAX_BYTES:
        raise Malformed("wrong-shape", "not an array of points")
    # Something is wrong, or weighted: parsed to say what.
    return [string(value) for value in items(loads(raw))]


def first_fault(credentials: Sequence[str]) -> ProtocolError | None:
    """What is wrong with the first credential that is not a point of weight 1, if any."""
    points: list[Point] = []
    fault: ProtocolError | None = None
    for credential in credentials:
        if "," in credential:
            fault = InvalidArchive("weighted-credentials")
            break
        try:
            point = ED25519.decode_trusted(credential)
        except ProtocolError as error:
            fault = error
            break
        if point == ED25519.identity:
            fault = InvalidArchive("bad-credential", "identity")
            break
        points.append(point)
    # What is outside the subgroup stands before what stopped the reading.
    if checks_of(ED25519).first_outside(points) is not None:
        return Malformed("bad-point", "not in the prime-order subgroup")
    return fault


def _faults(chunks: Sequence[Sequence[str]], processes: int) -> Iterator[ProtocolError | None]:
    done = 0
    if processes > 1:
        try:
            # Not fork, for the reason given in workers.py.
            with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
                for fault in pool.map(first_fault, chunks):
                    yield fault
                    done += 1
        except (OSError, BrokenProcessPool):
            # No process to be had: the rest is done here.
            pass
        else:
            return
    for chunk in chunks[done:]:
        yield first_fault(chunk)
