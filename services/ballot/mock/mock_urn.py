"""The urn of a mock election: a private database with the urn's own tables and triggers, keys and codes made for it alone.

What it does is what the real urn does, by the same functions: nothing of voting is written a second time here. Its name says
what it is, its uuid is nobody's, its moments are those of the draft's own dates.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy.orm import Session

from services.ballot.belenios import tally
from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.checking.report import Report
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.election import Election as ElectionFile
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys import pedersen
from services.ballot.belenios.keys.credential import new_uuid, public_credential
from services.ballot.belenios.keys.public_credentials import CommitmentDigest
from services.ballot.belenios.keys.trustees import make_trustees
from services.ballot.contract.ballots import Receipt
from services.ballot.contract.limits import LONGEST_NAME
from services.ballot.contract.receipts import signed_text
from services.ballot.elections import closing, credentials, elections
from services.ballot.elections.definitions import Definition
from services.ballot.elections.elections import ends_at, found
from services.ballot.records import archive_pages
from services.ballot.records.archive_pages import Place
from services.ballot.tally import tallying
from services.ballot.urn import casting, receipt
from services.identity.contract.entrance import permits
from services.identity.contract.entrance.permits import Permit, Use
from services.reassort.contract.events import CredentialEntry
from services.runtime.storage.database import Database

MARK = "SCRUTIN À BLANC"
"""What the name of every mock election begins with: in its file, its archive, its minutes."""
SPARES = 1
"""Spare codes of each voter, beside the one that votes."""
Shape = Sequence[tuple[int, int]]
"""Of each group of holders (threshold, size)."""


@dataclass
class MockUrn:
    """One mock election. `codes` are its voters' secrets, `keys` its holders'; both die with it."""

    database: Database
    definition: Definition
    trustees: str
    keys: dict[int, int] = field(repr=False)
    codes: list[int] = field(default_factory=list, repr=False)
    _permit_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    _receipt_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)

    @classmethod
    def of(cls, draft: Definition, shape: Shape, database: Database) -> MockUrn:
        """The mock election of a draft, in the database of mock elections, with new keys of the given shape."""
        name = f"{MARK} – {draft.name}"[:LONGEST_NAME].rstrip()
        definition = replace(draft, uuid=new_uuid(), name=name)
        contents: list[tuple[str, dict[str, Any]]] = []
        keys: dict[int, int] = {}
        for threshold, size in shape:
            content, holders = pedersen.run_ceremony(size, threshold)
            contents.append(("Pedersen", content))
            first = len(keys)
            keys |= {first + holder.index: holder.decryption_key for holder in holders}
        return cls(database, definition, make_trustees(contents), keys)

    @property
    def uuid(self) -> str:
        """Its own, which is no election's."""
        return self.definition.uuid

    @property
    def during(self) -> datetime:
        """A moment at which it takes ballots."""
        return self.definition.opens_at + (self.definition.closes_at - self.definition.opens_at) / 2

    def seal(self, voters: int) -> str:
        """From the draft to a sealed urn with codes for so many voters; the fingerprint."""
        with self.database.transaction() as session:
            elections.create(session, self.definition)
        elections.set_trustees(self.database, self.uuid, self.trustees)
        self.codes = [ED25519.random_scalar() for _ in range(voters)]
        spares = [ED25519.random_scalar() for _ in range(voters * SPARES)]
        entries = [self._entry(number, secret, 0) for number, secret in enumerate(self.codes)]
        entries += [self._entry(number % voters, secret, 1 + number // voters) for number, secret in enumerate(spares)]
        points = sorted(entry.credential for entry in entries)
        digest = CommitmentDigest()
        digest.add(points)
        with self.database.transaction() as session:
            credentials.receive(session, self.uuid, entries)
            credentials.commit(session, self.uuid, holders=voters, count=len(points), digest=digest.hexdigest())
        now = self.definition.opens_at - timedelta(days=1)
        key = receipt.public_key(self._receipt_key)
        return elections.seal(self.database, self.uuid, [MARK], now, key).election_hash

    def ballot(self, voter: int, choices: Sequence[Sequence[int]]) -> str:
        """A ballot, encrypted and proved, by the code of a voter."""
        return make_ballot(self._file(), self.codes[voter], choices)

    def cast(self, voter: int, ballot: str, at: datetime | None = None) -> Receipt:
        """Cast a ballot as a voter. Raises whatever the urn refuses."""
        now = at or self.during
        keys = casting.Keys(bytes(SigningKey(bytes.fromhex(self._permit_key)).verify_key).hex(), self._receipt_key)
        return casting.cast(self.database, keys, self._permit(voter, now), ballot, lambda: now)

    def receipt_holds(self, given: Receipt) -> bool:
        """Whether the signature of a receipt is the urn's."""
        text = signed_text(given.election, given.tracker, given.head, given.height)
        key = VerifyKey(bytes.fromhex(receipt.public_key(self._receipt_key)))
        try:
            key.verify(text.encode(), bytes.fromhex(given.signature))
        except BadSignatureError:
            return False
        return True

    def close(self) -> int:
        """Close the urn at its time; how many ballots are in it."""
        with self.database.transaction() as session:
            return closing.close(session, self.uuid, closing.REASON_OF_TIME, self._end(session)).ballots

    @property
    def after(self) -> datetime:
        """A moment after the last ballot."""
        with self.database.reading() as session:
            return self._end(session) + timedelta(minutes=1)

    def add_up(self) -> str:
        """Add the ballots up, still encrypted; the sum."""
        tallying.add_up(self.database, self.uuid)
        with self.database.reading() as session:
            return tallying.stored_tally(session, self.uuid).raw

    def bring_share(self, owner: int, encrypted: str) -> None:
        """Have one holder decrypt."""
        raw = tally.partial_decryption(self._file(), encrypted, self.keys[owner])
        tallying.submit_partial_decryption(self.database, self.uuid, owner, raw)

    def publish(self) -> list[list[int]]:
        """Combine the shares; the counts of each question, a blank vote first. Raises decryptions_missing."""
        raw = tallying.publish_result(self.database, self.uuid).raw
        return tally.parse_result(self._file(), raw)

    def verified(self, folder: Path) -> Report:
        """What the verifier says of the archive."""
        path = folder / f"{self.uuid}.bel"
        place, complete = Place(), False
        with path.open("wb") as file:
            while not complete:
                with self.database.reading() as session:
                    page = archive_pages.page_of(session, self.uuid, place)
                file.write(page.data)
                place, complete = page.end, page.complete
        return verify_archive(path, processes=1)

    def _file(self) -> ElectionFile:
        with self.database.reading() as session:
            return ElectionFile.parse(str(found(session, self.uuid).raw))

    def _end(self, session: Session) -> datetime:
        return ends_at(found(session, self.uuid))

    @staticmethod
    def _entry(voter: int, secret: int, rank: int) -> CredentialEntry:
        return CredentialEntry(holder=_holder(voter), credential=public_credential(secret), rank=rank)

    def _permit(self, voter: int, now: datetime) -> str:
        with self.database.reading() as session:
            fingerprint = str(found(session, self.uuid).hash)
            until = self._end(session)
        return permits.sign(
            self._permit_key,
            Permit(
                election=self.uuid,
                holder=_holder(voter),
                use=Use.CAST,
                session="0" * 64,
                fingerprint=fingerprint,
                receipt_key=receipt.public_key(self._receipt_key),
                issued_at=now,
                expires_at=now + timedelta(minutes=1),
                votes_until=until,
            ),
        )


def _holder(voter: int) -> str:
    return f"{voter:064x}"


@contextmanager
def private_database() -> Iterator[tuple[Database, Path]]:
    """A database of the ballot box for mock elections alone, and the folder that it is in: both gone at the end."""
    with tempfile.TemporaryDirectory(prefix="isoloir-mock-") as name:
        database = Database(f"sqlite:///{name}/mock.sqlite", "ballot")
        try:
            database.upgrade()
            yield database, Path(name)
        finally:
            database.engine.dispose()
