"""A small urn with its register of re-issues, true or forged."""

import io
from dataclasses import replace

from nacl.signing import SigningKey

from services.ballot.belenios.checking.archive import read_archive
from services.ballot.belenios.keys.credential import public_credential
from services.reassort.register import public_register
from services.reassort.register.public_register import Beginning, Entry, bits_of
from tests.vectors.samples import LISTS, bits, sample

KEY = "5e" * 32
PUBLIC = bytes(SigningKey(bytes.fromhex(KEY)).verify_key).hex()
OTHER_KEY = "5f" * 32
VOTERS, CODES = 4, 3
"""Anne (0), Bruno (1), Chloé (2), Denis (3), each with a code on paper and two spares."""


def secret(voter, rank):
    return voter * CODES + rank


def point(voter, rank):
    return public_credential(1000 + secret(voter, rank))


class Urn:
    """Anne votes with her second code, Bruno with his first, and gets another all the same, Chloé with her third."""

    def __init__(self, *votes, description="Pour les tests"):
        self.sample = sample(voters=VOTERS * CODES, description=description)
        ballots = [self.sample.ballot(secret(*vote), bits(LISTS, 0)) for vote in votes]
        self.archive = self.sample.urn(ballots)
        self.uuid = self.sample.election.uuid
        self.heads = [part.hash for part in read_archive(io.BytesIO(self.archive)) if part.kind == "event"]

    def beginning(self, **changes):
        spares = [(point(voter, rank), rank > 0) for voter in range(VOTERS) for rank in range(CODES)]
        return replace(Beginning(self.uuid, 2, *bits_of(sorted(spares))), **changes)

    def entry(self, voter, attempt, height, **changes):
        made = Entry(
            number=0,
            parent="",
            subject=f"{voter:064x}",
            attempt=attempt,
            channel="sms",
            retired=point(voter, attempt - 1),
            spare=point(voter, attempt),
            height=height,
            head=self.heads[height] if height >= 0 else None,
            hour="2026-12-03T10:00Z",
        )
        return replace(made, **changes)

    def entries(self):
        return [self.entry(0, 1, 0), self.entry(1, 1, 2), self.entry(2, 1, 2), self.entry(2, 2, 2)]

    def file(self, entries, beginning=None, key=KEY):
        """A register of these entries, chained and signed, as its own authority could forge it."""
        beginning = beginning or self.beginning()
        lines, head = [beginning.line()], public_register.genesis(beginning.election)
        for number, entry in enumerate(entries, 1):
            lines.append(replace(entry, number=entry.number or number, parent=entry.parent or head).line())
            head = public_register.hash_of(lines[-1])
        return [*lines, public_register.head_line(key, beginning, len(entries), head)]
