"""A small election in which voters may vote again, with the ballots that count known beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from services.ballot.belenios import revoting, tally
from services.ballot.belenios.canonical import loads
from services.ballot.belenios.election import Election, make_election
from tests.vectors.samples import LISTS, ONE_HOLDER, WITH_BLANK, Sample, sample


class Revoting(Sample):
    """A sample whose tally is of each credential's last ballot, as the protocol's section 5 says."""

    def tally(self, ballots: Sequence[str]) -> tuple[str, str]:
        """Of the last ballot of each credential."""
        last = {loads(raw)["credential"]: raw for raw in ballots}
        encrypted = tally.encrypted_tally(self.election, list(last.values()))
        return encrypted, tally.sized_encrypted_tally(len(last), encrypted)


def revoting_sample(description: str | None = None, shape: tuple[tuple[str, int, int], ...] = ONE_HOLDER) -> Revoting:
    """An election of two questions for four voters; its description says the rule unless another one is given."""
    plain = sample(LISTS, WITH_BLANK, shape=shape)
    text = revoting.with_rule("Pour les tests.") if description is None else description
    raw = make_election(plain.election.uuid, "Essai", text, plain.election.public_key, plain.election.questions)
    return Revoting(Election.parse(raw), plain.trustees, plain.secrets, plain.voters)


def votes(s: Sample) -> list[str]:
    """Ballots of voters 0, 1, 0, 2, 0, 1: three count, for the lists C, B and A, then A, blank and B."""
    return [
        s.ballot(0, [1, 0, 0], [0, 1, 0]),
        s.ballot(1, [1, 0, 0], [0, 1, 0]),
        s.ballot(0, [0, 1, 0], [1, 0, 0]),
        s.ballot(2, [0, 1, 0], [0, 1, 0]),
        s.ballot(0, [0, 0, 1], [1, 0, 0]),
        s.ballot(1, [1, 0, 0], [0, 0, 1]),
    ]


COUNTS = [([1, 1, 1], None), ([1, 1], 1)]
"""What `votes` come to: the counts of each question, and its blank votes."""
