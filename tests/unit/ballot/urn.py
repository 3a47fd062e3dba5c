"""An urn to test with: a small election, voters with secrets, permits signed as identity does."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from nacl.signing import SigningKey
from sqlalchemy import func, select

from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.election import Election, Question
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys.credential import new_uuid, public_credential
from services.ballot.elections import credentials, elections
from services.ballot.elections.definitions import Definition
from services.ballot.models import Base
from services.ballot.urn import casting, chain, receipt
from services.reassort.contract.events import CredentialsIssued

OPENS = datetime(2026, 12, 3, 7, tzinfo=UTC)
CLOSES = datetime(2026, 12, 10, 16, tzinfo=UTC)
BEFORE = OPENS - timedelta(days=2)
DURING = OPENS + timedelta(days=1)
GRACE = CLOSES + timedelta(minutes=1)
"""In the grace period."""
ENDS = CLOSES + timedelta(minutes=30)
AFTER = ENDS + timedelta(minutes=1)

PERMIT_KEY = SigningKey(b"\x01" * 32)
RECEIPT_SEED = "02" * 32
KEYS = casting.Keys(permit_public=bytes(PERMIT_KEY.verify_key).hex(), receipt_private=RECEIPT_SEED)
RECEIPT_PUBLIC = receipt.public_key(RECEIPT_SEED)

QUESTION = Question("Quelle liste ?", ("Liste A", "Liste « É »", "Liste C"), True, 1, 1)


def holder_of(name):
    """The pseudonym of a voter."""
    return hashlib.sha256(name.encode()).hexdigest()


def permit_for(election, name, *, now=DURING, minutes=60, key=PERMIT_KEY, use="cast", **changes):
    """A permit as identity signs it."""
    content = {
        "election": election,
        "holder": holder_of(name),
        "use": use,
        "session": "5e" * 32,
        "fingerprint": "f" * 43,
        "receipt_key": RECEIPT_PUBLIC,
        "issued_at": int(now.timestamp()),
        "expires_at": int((now + timedelta(minutes=minutes)).timestamp()),
        "votes_until": int(ENDS.timestamp()),
    } | changes
    return signed(json.dumps(content, separators=(",", ":")).encode(), key)


def signed(content, key=PERMIT_KEY):
    """Any bytes, signed as a permit."""
    body = base64.urlsafe_b64encode(content).rstrip(b"=")
    signature = base64.urlsafe_b64encode(key.sign(body).signature).rstrip(b"=")
    return f"{body.decode()}.{signature.decode()}"


def definition_of(**changes):
    """The election that the tests hold."""
    content = {
        "voting_event": "a9a9a9a9-0000-4000-8000-000000000000",
        "name": "Comité social d’administration",
        "description": "",
        "questions": (QUESTION,),
        "opens_at": OPENS,
        "closes_at": CLOSES,
    }
    return Definition(**content | changes)


@dataclass
class Urn:
    """One election in one database; ``secrets`` by (voter, rank)."""

    database: object
    trustees: str
    uuid: str = field(default_factory=new_uuid)
    secrets: dict = field(default_factory=dict)
    batch: int = 0

    def create(self, *, correct=False, **changes):
        with self.database.transaction() as session:
            return elections.create(session, definition_of(**{"uuid": self.uuid} | changes), correct=correct)

    def entries(self, *names, ranks=(0, 1)):
        """Fresh credentials for these voters, as the credential authority lists them."""
        listed = []
        for name in names:
            for rank in ranks:
                secret = self.secrets.setdefault((name, rank), ED25519.random_scalar())
                listed.append({"holder": holder_of(name), "credential": public_credential(secret), "rank": rank})
        return listed

    def issued(self, entries, batch=0):
        """The event that carries these credentials, as it is read when it comes in."""
        return CredentialsIssued.read({"election": self.uuid, "batch": batch, "entries": entries})

    def receive(self, entries):
        with self.database.transaction() as session:
            return credentials.receive(session, self.uuid, self.issued(entries).entries)

    def commitment(self):
        """What the authority would commit to, over all secrets so far."""
        points = sorted(public_credential(secret) for secret in self.secrets.values())
        return {
            "holders": len({name for name, _ in self.secrets}),
            "count": len(points),
            "digest": hashlib.sha256("\n".join(points).encode()).hexdigest(),
        }

    def commit(self, **changes):
        with self.database.transaction() as session:
            credentials.commit(session, self.uuid, **self.commitment() | changes)

    def set_trustees(self, raw=None):
        return elections.set_trustees(self.database, self.uuid, self.trustees if raw is None else raw)

    def seal(self, now=BEFORE):
        return elections.seal(self.database, self.uuid, ["Présidente", "Délégué 1", "Déléguée 2"], now, RECEIPT_PUBLIC)

    def sealed(self, *names, **changes):
        """From nothing to sealed, with these voters."""
        self.create(**changes)
        self.set_trustees()
        self.receive(self.entries(*names))
        self.commit()
        self.seal()
        return self

    def describe(self, now=DURING):
        with self.database.reading() as session:
            return elections.describe(session, self.uuid, now)

    @property
    def election(self):
        return Election.parse(self.describe().election)

    def ballot(self, name, choice=0, rank=0, election=None):
        """A ballot for the list numbered ``choice``; None is a blank vote."""
        plaintext = [int(choice is None)] + [int(choice == index) for index in range(len(QUESTION.answers))]
        return make_ballot(election or self.election, self.secrets[name, rank], [plaintext])

    def permit(self, name, **changes):
        return permit_for(self.uuid, name, **changes)

    def booth_material(self, permit, now=DURING):
        with self.database.reading() as session:
            return casting.booth_material(session, KEYS, permit, now)

    def cast(self, permit, raw, now=DURING):
        return casting.cast(self.database, KEYS, permit, raw, lambda: now)

    def vote(self, name, choice=0):
        return self.cast(self.permit(name), self.ballot(name, choice))

    def snapshot(self):
        """How many rows each table has, and the head: equal snapshots mean that nothing was changed."""
        with self.database.reading() as session:
            counts = {
                table.name: session.scalar(select(func.count()).select_from(table))
                for table in Base.metadata.sorted_tables
            }
            return counts, chain.head(session, self.uuid)
