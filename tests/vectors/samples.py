"""Small elections for the tests: keys, voters, ballots and archives, whole or step by step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from services.ballot.belenios import ballot, tally
from services.ballot.belenios.checking import archive
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.keys import pedersen, trustees
from services.ballot.belenios.keys.credential import public_credential

TIMESTAMP = 1_790_000_000
LISTS = Question("Quelle liste ?", ("Liste « A »", "Liste B", "Liste C"), False, 1, 1)
WITH_BLANK = Question("Une liste ou blanc ?", ("Liste A", "Liste B"), True, 1, 1)
TEN = Question("Une sur dix ?", tuple("abcdefghij"), False, 1, 1)

TWO_GROUPS = (("Pedersen", 2, 1), ("Pedersen", 3, 2))
ONE_HOLDER = (("Single", 1, 1),)


def vectors(name: str) -> Any:
    """The content of tests/vectors/<name>.json."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))


@cache
def keys(shape: tuple[tuple[str, int, int], ...]) -> tuple[trustees.Trustees, dict[int, int]]:
    """Trustees of that shape and the secret of every owner. Made once a run: the ceremony is tested elsewhere."""
    entries: list[tuple[str, dict[str, Any]]] = []
    secrets: list[int] = []
    for kind, size, threshold in shape:
        if kind == "Single":
            secret, content = trustees.single_key()
            secrets.append(secret)
        else:
            content, holders = pedersen.run_ceremony(size, threshold)
            secrets += [holder.decryption_key for holder in holders]
        entries.append((kind, content))
    return trustees.check_trustees(trustees.make_trustees(entries)), dict(enumerate(secrets, start=1))


@dataclass
class Sample:
    """An election with its keys; voter i (from 0) has the secret ``1000 + i``."""

    election: Election
    trustees: trustees.Trustees
    secrets: dict[int, int]
    voters: int
    writer: archive.ArchiveWriter = field(default_factory=lambda: archive.ArchiveWriter(TIMESTAMP))

    def ballot(self, voter: int, *plaintexts: Sequence[int]) -> str:
        """A ballot of a voter."""
        return ballot.make_ballot(self.election, 1000 + voter, plaintexts)

    def credentials(self) -> str:
        """The public credentials of all voters."""
        return archive.make_public_credentials(public_credential(1000 + voter) for voter in range(self.voters))

    def begin(self) -> bytes:
        """A fresh archive up to Setup."""
        self.writer = archive.ArchiveWriter(TIMESTAMP)
        return self.writer.beginning() + self.writer.setup(self.election.raw, self.trustees.raw, self.credentials())

    def urn(self, ballots: Sequence[str]) -> bytes:
        """A fresh archive up to EndBallots."""
        return self.begin() + b"".join(map(self.writer.ballot, ballots)) + self.writer.end_ballots()

    def tally(self, ballots: Sequence[str]) -> tuple[str, str]:
        """Encrypted tally and its sized companion."""
        encrypted = tally.encrypted_tally(self.election, ballots)
        return encrypted, tally.sized_encrypted_tally(len(ballots), encrypted)

    def partial(self, encrypted: str, owners: Sequence[int]) -> dict[int, str]:
        """Partial decryptions of these holders."""
        return {o: tally.partial_decryption(self.election, encrypted, self.secrets[o]) for o in owners}

    def finished(self, ballots: Sequence[str], owners: Sequence[int] | None = None) -> bytes:
        """A whole archive, with its result."""
        content = self.urn(ballots)
        encrypted, sized = self.tally(ballots)
        content += self.writer.encrypted_tally(encrypted, sized)
        chosen = self.minimal_owners() if owners is None else owners
        partial = self.partial(encrypted, chosen)
        content += b"".join(self.writer.partial_decryption(owner, raw) for owner, raw in partial.items())
        result = tally.compute_result(self.election, self.trustees, sized, encrypted, partial)
        return content + self.writer.result(result)

    def minimal_owners(self) -> list[int]:
        """Just enough holders: the last of every item."""
        return [owner.owner for item in self.trustees.items for owner in item.owners[-item.threshold :]]


def sample(
    *questions: Question,
    voters: int = 4,
    shape: tuple[tuple[str, int, int], ...] = TWO_GROUPS,
    uuid: str = "SampLeE1ection",
    description: str = "Pour les tests",
) -> Sample:
    """An election of these questions (one without a blank vote by default)."""
    checked, secrets = keys(shape)
    raw = make_election(uuid, "Élection d'essai", description, checked.public_key, questions or (LISTS,))
    return Sample(Election.parse(raw), checked, secrets, voters)


def bits(question: Question, *chosen: int, blank: bool = False) -> list[int]:
    """The plaintext that chooses these answers (from 0), or a blank vote."""
    choice = [int(i in chosen) for i in range(len(question.answers))]
    return [int(blank), *choice] if question.blank else choice
