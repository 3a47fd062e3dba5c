"""Entry points of the ballot box: load, call the domain, dump. No rule lives here."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from services.ballot import schemas
from services.ballot.elections import closing, credentials, elections
from services.ballot.records import archive_pages
from services.ballot.settings import Settings
from services.ballot.tally import tallying
from services.ballot.urn import casting, receipt, trackers
from services.reassort.contract.events import CredentialsCommitted, CredentialsIssued
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import entrypoint
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.resource_provider import ResourceProvider
from services.runtime.hosting.resources import Resources


def credentials_issued(session: Session, event: CredentialsIssued, _resources: Resources[Settings]) -> None:
    """A batch of public credentials from the credential authority."""
    credentials.receive(session, event.election, event.entries)


def credentials_committed(session: Session, event: CredentialsCommitted, _resources: Resources[Settings]) -> None:
    """What the credential authority says it sent."""
    credentials.commit(
        session,
        event.election,
        holders=event.holders,
        count=event.count,
        digest=event.digest,
    )


def close_due(resources: Resources[Settings]) -> bool:
    """Close the urns whose time is over (L12); true if there was one."""
    with resources.database.reading() as session:
        due = closing.due(session, utc_now())
    for uuid in due:
        with resources.database.transaction() as session:
            closing.close(session, uuid, closing.REASON_OF_TIME, utc_now())
    return bool(due)


class BallotService:
    """The urn: elections, public credentials, ballots, public chain, tally, archive."""

    name = "ballot"

    resources = ResourceProvider(Settings)
    issued = Inbox("reassort", CredentialsIssued, credentials_issued)
    committed = Inbox("reassort", CredentialsCommitted, credentials_committed)
    closer = Loop(close_due, every=5.0)

    @property
    def _keys(self) -> casting.Keys:
        settings = self.resources.settings
        return casting.Keys(settings.permit_public_key, settings.receipt_private_key)

    @entrypoint(schemas.CreateElectionRequest, schemas.ElectionCreated)
    def create_election(self, request: dict[str, Any]) -> dict[str, Any]:
        """Write the draft of an election."""
        definition = elections.Definition(**request | {"questions": tuple(request["questions"])})
        with self.resources.database.transaction() as session:
            elections.create(session, definition)
        return {"uuid": definition.uuid}

    @entrypoint(schemas.SetTrusteesRequest, schemas.TrusteesSet)
    def set_trustees(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give a draft its trustees."""
        return {"public_key": elections.set_trustees(self.resources.database, request["election"], request["trustees"])}

    @entrypoint(schemas.SealElectionRequest, schemas.Sealed)
    def seal_election(self, request: dict[str, Any]) -> dict[str, Any]:
        """Fix an election for good."""
        with self.resources.database.transaction() as session:
            return asdict(elections.seal(session, request["election"], request["present"], utc_now()))

    @entrypoint(schemas.ElectionRequest, schemas.Description)
    def describe_election(self, request: dict[str, Any]) -> dict[str, Any]:
        """What anybody may know of an election."""
        with self.resources.database.reading() as session:
            return asdict(elections.describe(session, request["election"], utc_now()))

    @entrypoint(schemas.StatesRequest, schemas.States)
    def election_states(self, request: dict[str, Any]) -> dict[str, Any]:
        """The states of a voter's elections, in one answer."""
        with self.resources.database.reading() as session:
            return {"states": elections.states(session, request["elections"], utc_now())}

    @entrypoint(schemas.PermitRequest, schemas.BoothMaterial)
    def booth_material(self, request: dict[str, Any]) -> dict[str, Any]:
        """What a booth needs to make a ballot."""
        return asdict(casting.booth_material(self.resources.database, self._keys, request["permit"], utc_now()))

    @entrypoint(schemas.CastBallotRequest, schemas.BallotCast)
    def cast_ballot(self, request: dict[str, Any]) -> dict[str, Any]:
        """Accept a ballot.

        Nothing is kept under an idempotency key: such a row has a time. The same ballot again finds itself in the urn.
        """
        accepted = casting.cast(self.resources.database, self._keys, request["permit"], request["ballot"], utc_now)
        return {"receipt": accepted.as_dict()}

    @entrypoint(schemas.Empty, schemas.ReceiptKey)
    def receipt_key(self, _request: dict[str, Any]) -> dict[str, Any]:
        """The key with which anybody checks a receipt."""
        return {"public_key": receipt.public_key(self._keys.receipt_private)}

    @entrypoint(schemas.ListTrackersRequest, schemas.TrackerPage)
    def list_trackers(self, request: dict[str, Any]) -> dict[str, Any]:
        """A page of the urn's trackers."""
        with self.resources.database.reading() as session:
            return asdict(trackers.page_of(session, request["election"], request["after"], request["limit"]))

    @entrypoint(schemas.CloseElectionRequest, schemas.Closed)
    def close_election(self, request: dict[str, Any]) -> dict[str, Any]:
        """Close the urn."""
        with self.resources.database.transaction() as session:
            return asdict(closing.close(session, request["election"], request["reason"], utc_now()))

    @entrypoint(schemas.ElectionRequest, schemas.EncryptedTally)
    def encrypted_tally(self, request: dict[str, Any]) -> dict[str, Any]:
        """The sum of all ballots, still encrypted, and who holds the keys."""
        encrypted = tallying.encrypted_tally(self.resources.database, request["election"])
        trustees = encrypted.files.trustees
        return {
            "encrypted_tally": encrypted.raw,
            "sized": encrypted.sized,
            "election_hash": encrypted.files.election.hash,
            "owners": [
                {"owner": holder.owner, "group": holder.item + 1, "kind": trustees.items[holder.item].kind}
                for holder in trustees.owners
            ],
        }

    @entrypoint(schemas.SubmitPartialDecryptionRequest, schemas.DecryptionReceived)
    def submit_partial_decryption(self, request: dict[str, Any]) -> dict[str, Any]:
        """Keep one trustee's partial decryption."""
        received = tallying.submit_partial_decryption(
            self.resources.database, request["election"], request["owner"], request["partial_decryption"]
        )
        return {"received": received}

    @entrypoint(schemas.ElectionRequest, schemas.ResultPublished)
    def publish_result(self, request: dict[str, Any]) -> dict[str, Any]:
        """Combine the partial decryptions."""
        result = tallying.publish_result(self.resources.database, request["election"])
        return {"result": result.raw, "ballots": result.ballots}

    @entrypoint(schemas.ReadArchiveRequest, schemas.ArchivePage)
    def read_archive(self, request: dict[str, Any]) -> dict[str, Any]:
        """A page of the public archive, in base64."""
        with self.resources.database.reading() as session:
            page = archive_pages.page_of(session, request["election"], request["after"], request["limit"])
        return {"data": base64.b64encode(page.data).decode("ascii"), "next": page.next}

    @entrypoint(schemas.Empty, schemas.Health)
    def health(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Whether the service and its database answer."""
        self.resources.database.check()
        return {"service": self.name, "database": "ok"}
