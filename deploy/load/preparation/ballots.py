"""Ballots made beforehand, on all cores: encrypted, proved and signed as the booth does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

from deploy.load.preparation.credentials import InHand, LoadEvent, MadeBallot
from deploy.rehearsal.electorate import plaintext
from services.ballot.belenios.ballot import make_ballot, tracker
from services.ballot.belenios.election import Election
from services.ballot.belenios.keys.credential import private_from_credential
from services.reassort.codes.voting_code import credential_from_code

TOGETHER = 8
"""Voters whom a process is handed at a time."""


def make_one(event: LoadEvent, election: str, code: str, choice: int) -> MadeBallot:
    """One voter's ballot in one election. Raises KeyError where the event has no such election."""
    described = {one.uuid: one for one in event.elections}[election]
    credential = credential_from_code(code, event.voting_event, event.iterations)
    secret = private_from_credential(election, credential)
    made = make_ballot(Election.parse(described.sealed), secret, plaintext(choice, described.lists))
    return MadeBallot(made, tracker(made))


def make_all(
    event: LoadEvent, voters: list[InHand], advance: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, str, MadeBallot]]:
    """The ballots of all voters in all their elections.

    Args:
        event: What is voted on.
        voters: Who votes, with codes and choices.
        advance: Called for each voter who is done.

    Yields:
        Identifier, election uuid, ballot.
    """
    if len(voters) <= TOGETHER:  # not worth processes of their own
        for voter in voters:
            yield from _of_one((event, voter))
            advance()
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for made in pool.map(_of_one, ((event, voter) for voter in voters), chunksize=TOGETHER):
            yield from made
            advance()


def _of_one(work: tuple[LoadEvent, InHand]) -> list[tuple[str, str, MadeBallot]]:
    event, voter = work
    return [
        (voter.identifier, election, make_one(event, election, voter.code, choice))
        for election, choice in voter.choices.items()
    ]
