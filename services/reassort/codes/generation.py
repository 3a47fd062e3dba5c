"""Voting codes for a page of the roll (D1).

A page is computed with no transaction open, then kept in one: bearers, spares, public
credentials, notices and batches are there together or not at all. A bearer who is there already is left alone, so a
page may be done again after a crash, or twice at once.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.ballot.belenios.keys.public_credentials import CommitmentDigest
from services.identity.contract.event.roll import Bearer as ListedBearer
from services.identity.contract.event.roll import Holder, NoticeAddress
from services.identity.contract.events import HolderIn
from services.notification.contract.events import NoticesRequested, SealedNotice
from services.reassort.codes import spares, voting_code
from services.reassort.contract.codes import CodeCounts
from services.reassort.contract.events import CredentialEntry, CredentialsCommitted, CredentialsIssued
from services.reassort.contract.refusals import Code, refuse
from services.reassort.models import Bearer, Commitment, Generation, PublicCredential, Spare, Withdrawal
from services.reassort.register.entries import declare
from services.runtime.age_box import seal
from services.runtime.bus import outbox
from services.runtime.storage.database import Database
from services.runtime.storage.upsert import upsert

SOURCE = "reassort"
NOTICE_TEMPLATE = "voting_notice"
PAGE_OF_LIST = 15_000
STALE, INCOMPLETE = "", "-"
"""Digests of a commitment that credentials were withdrawn from: to be made again, or by the generation that goes on."""


@dataclass(frozen=True)
class Parameters:
    """Keys (64 hex digits each), PBKDF2 iterations, spares a voter."""

    code_key: str
    printer_recipient: str
    iterations: int
    spares: int


def entitlements_digest(holders: Iterable[Holder | HolderIn]) -> str:
    """Digest of a bearer's pseudonyms, one for each election."""
    lines = sorted(f"{holder.election}|{holder.holder}" for holder in holders)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class BearerToServe:
    """A voter as identity lists him: pseudonyms, and the lines of his notice, which pass through."""

    bearer: str
    notice: NoticeAddress
    holders: tuple[Holder, ...]

    @classmethod
    def of(cls, listed: ListedBearer) -> BearerToServe:
        """From an entry of identity.list_bearers."""
        return cls(listed.bearer, listed.notice, tuple(listed.holders))

    def entitlements(self) -> str:
        """Digest of the pseudonyms: tells whether the roll has changed since codes were made."""
        return entitlements_digest(self.holders)


@dataclass(frozen=True)
class Credentials:
    """What one code gives: its public credential in each election of its bearer."""

    rank: int
    by_election: Mapping[str, str]


@dataclass(frozen=True)
class ServedBearer:
    """A bearer with codes: the first sealed into the notice, the others sealed for the store. None in clear."""

    bearer: BearerToServe
    sealed_notice: str
    sealed_spares: tuple[str, ...]
    credentials: tuple[Credentials, ...]


Serve = Callable[[BearerToServe], ServedBearer]
Compute = Callable[[Serve, Sequence[BearerToServe]], Iterable[ServedBearer]]


def in_turn(serve: Serve, bearers: Sequence[BearerToServe]) -> Iterator[ServedBearer]:
    """Serve one bearer after the other."""
    return map(serve, bearers)


@dataclass(frozen=True)
class Page:
    """What a page did: how many bearers were newly served, and, said with the last page, how many of the roll have no
    codes yet.
    """

    generated: int
    missing: int | None


def generate_page(
    database: Database,
    parameters: Parameters,
    voting_event: str,
    voting_event_name: str | None,
    bearers: Sequence[BearerToServe],
    *,
    on_roll: int | None = None,
    compute: Compute = in_turn,
    confirm: Callable[[Session], None] = lambda session: None,
) -> Page:
    """Make codes for the bearers of a page that have none.

    Once each bearer of the roll has codes, all credentials are committed to. Until then the urn cannot be sealed, so that
    a page that was left out shuts nobody out.

    Args:
        database: Where codes are kept.
        parameters: How they are made; what the first page fixed holds.
        voting_event: Whose they are.
        voting_event_name: Printed on the notices, where there is one.
        bearers: The page.
        on_roll: With the last page, how many bearers there are.
        compute: May serve several bearers at once.
        confirm: Called at the end of the transaction that keeps the page, which it may undo by raising.

    Raises:
        Refusal: entitlements_changed {bearers}, where a bearer has codes for other elections than the roll now says: the
            code that he has cannot be extended, and nothing is changed.
    """
    fixed = _fixed(database, parameters, voting_event)
    with database.reading() as session:
        missing = _missing(session, voting_event, bearers)

    def serve_one(bearer: BearerToServe) -> ServedBearer:
        return serve(fixed, voting_event, voting_event_name, bearer)

    served = list(compute(serve_one, missing))
    with database.transaction() as session:
        generation = locked(session, voting_event)
        # Whoever served one of them meanwhile was first; our codes for him were never shown to anybody.
        still = {bearer.bearer for bearer in _missing(session, voting_event, bearers)}
        # By pseudonym: the order in which identity listed the voters must go no further (L1).
        fresh = sorted((one for one in served if one.bearer.bearer in still), key=lambda one: one.bearer.bearer)
        if fresh:
            _keep(session, generation, fresh)
        missing_of_roll = None if on_roll is None else on_roll - bearers_of(session, voting_event)
        if missing_of_roll == 0:
            _commit(session, voting_event)
        confirm(session)
    return Page(len(fresh), missing_of_roll)


def serve(
    parameters: Parameters, voting_event: str, voting_event_name: str | None, bearer: BearerToServe
) -> ServedBearer:
    """Draw the codes of one bearer and derive their credentials: all CPU, no database.

    PBKDF2 runs once a code; hashlib releases the interpreter's lock for it.
    """
    codes = [voting_code.generate() for _ in range(1 + parameters.spares)]
    credentials = tuple(
        Credentials(rank, _public_credentials(parameters.iterations, voting_event, code, bearer.holders))
        for rank, code in enumerate(codes)
    )
    values = {"voting_code": voting_code.format_code(codes[0])}
    if voting_event_name is not None:
        values = {"voting_event_name": voting_event_name} | values
    notice = {"to": bearer.notice.dump(), "values": values}
    return ServedBearer(
        bearer=bearer,
        sealed_notice=seal(parameters.printer_recipient, notice),
        sealed_spares=tuple(spares.close(parameters.code_key, code) for code in codes[1:]),
        credentials=credentials,
    )


def _public_credentials(iterations: int, salt: str, code: str, holders: Iterable[Holder]) -> dict[str, str]:
    credential = voting_code.credential_from_code(code, salt, iterations)
    return {
        holder.election: public_credential(private_from_credential(holder.election, credential)) for holder in holders
    }


def _fixed(database: Database, parameters: Parameters, voting_event: str) -> Parameters:
    """The parameters with what the first page of this voting event fixed."""
    with database.transaction() as session:
        generation = opened(session, parameters, voting_event)
        return Parameters(
            code_key=parameters.code_key,
            printer_recipient=parameters.printer_recipient,
            iterations=generation.iterations,
            spares=generation.spares,
        )


def opened(session: Session, parameters: Parameters, voting_event: str) -> Generation:
    """The generation of a voting event, locked; made with these parameters where there is none yet."""
    row = {
        "voting_event": voting_event,
        "iterations": parameters.iterations,
        "spares": parameters.spares,
        "batches": 0,
    }
    session.execute(upsert(session, Generation).values(row).on_conflict_do_nothing())
    return locked(session, voting_event)


def iterations_of(session: Session, voting_event: str | None) -> int | None:
    """The PBKDF2 iterations that the codes of a voting event were made with, or None before its first page."""
    return session.scalar(select(Generation.iterations).where(Generation.voting_event == voting_event))


def locked(session: Session, voting_event: str) -> Generation:
    """The generation of a voting event, locked until the transaction ends."""
    return session.scalars(select(Generation).where(Generation.voting_event == voting_event).with_for_update()).one()


def _missing(session: Session, voting_event: str, bearers: Sequence[BearerToServe]) -> list[BearerToServe]:
    rows = session.execute(
        select(Bearer.bearer, Bearer.entitlements).where(
            Bearer.voting_event == voting_event, Bearer.bearer.in_([bearer.bearer for bearer in bearers])
        )
    )
    known = {row.bearer: {row.entitlements} for row in rows}
    listed = {bearer.bearer: bearer.entitlements() for bearer in bearers}
    for left in _withdrawals(session, voting_event, list(listed)):
        # A page that was listed before a removal makes nothing that the urn would not take; one after it makes the rest.
        if not left.after or left.bearer in known or listed[left.bearer] == left.before:
            known.setdefault(left.bearer, set()).update((left.before, left.after))
    changed = [b for b in bearers if b.bearer in known and b.entitlements() not in known[b.bearer]]
    if changed:
        raise refuse(Code.ENTITLEMENTS_CHANGED, bearers=len(changed))
    return [bearer for bearer in bearers if bearer.bearer not in known]


def _withdrawals(session: Session, voting_event: str, bearers: Sequence[str]) -> Sequence[Withdrawal]:
    """Of these bearers; what the urn has refused has changed nothing, and left no other entitlements either."""
    chosen = (Withdrawal.voting_event == voting_event, Withdrawal.bearer.in_(bearers))
    return session.scalars(select(Withdrawal).where(*chosen, Withdrawal.state != "sealed")).all()


def _keep(session: Session, generation: Generation, served: Sequence[ServedBearer]) -> None:
    voting_event = generation.voting_event
    session.execute(
        insert(Bearer),
        [
            {
                "voting_event": voting_event,
                "bearer": one.bearer.bearer,
                "entitlements": one.bearer.entitlements(),
            }
            for one in served
        ],
    )
    rows = [
        {"voting_event": voting_event, "bearer": one.bearer.bearer, "rank": rank, "sealed_code": code, "used": False}
        for one in served
        for rank, code in enumerate(one.sealed_spares, start=1)
    ]
    if rows:
        session.execute(insert(Spare), rows)
    by_election = _entries(served)
    credentials = [
        {"voting_event": voting_event, "election": election, **vars(entry)}
        for election, entries in by_election.items()
        for entry in entries
    ]
    if credentials:
        session.execute(insert(PublicCredential), credentials)
    _publish(session, generation.batches, served, by_election)
    session.execute(
        update(Generation).where(Generation.voting_event == voting_event).values(batches=generation.batches + 1)
    )


def _entries(served: Sequence[ServedBearer]) -> dict[str, list[CredentialEntry]]:
    by_election: dict[str, list[CredentialEntry]] = {}
    for one in served:
        for holder in one.bearer.holders:
            by_election.setdefault(holder.election, []).extend(
                CredentialEntry(
                    holder=holder.holder,
                    credential=credentials.by_election[holder.election],
                    rank=credentials.rank,
                )
                for credentials in one.credentials
            )
    # Not one voter's ranks in a row: the points themselves are the only order.
    return {election: sorted(entries, key=lambda entry: entry.credential) for election, entries in by_election.items()}


def _publish(
    session: Session, batch: int, served: Sequence[ServedBearer], by_election: Mapping[str, list[CredentialEntry]]
) -> None:
    # One event for the page: an event for each of a million notices costs the bus more than the codes cost.
    notices = [SealedNotice(message_id=str(uuid.uuid4()), sealed=one.sealed_notice) for one in served]
    outbox.publish(session, SOURCE, NoticesRequested(template=NOTICE_TEMPLATE, notices=notices))
    for election, entries in sorted(by_election.items()):
        outbox.publish(session, SOURCE, CredentialsIssued(election=election, batch=batch, entries=entries))


def _commit(session: Session, voting_event: str) -> None:
    """Commit to all credentials of each election, once for each content."""
    elections = session.scalars(
        select(PublicCredential.election).where(PublicCredential.voting_event == voting_event).distinct()
    )
    for election in sorted(elections):
        _commit_to(session, voting_event, election)


def _commit_to(session: Session, voting_event: str, election: str) -> None:
    listed = _listed(session, election)
    digest = listed.hexdigest()
    sent = session.scalars(select(Commitment).where(Commitment.election == election)).one_or_none()
    if sent is not None and sent.digest == digest:
        return
    if sent is None:
        sent = Commitment(election=election, voting_event=voting_event, revision=0)
        session.add(sent)
    sent.count, sent.digest, sent.revision = listed.count, digest, sent.revision + 1
    holders = session.scalar(
        select(func.count(func.distinct(PublicCredential.holder))).where(PublicCredential.election == election)
    )
    told = CredentialsCommitted(
        election=election, holders=holders or 0, count=listed.count, digest=digest, revision=sent.revision
    )
    outbox.publish(session, SOURCE, told)
    declare(session, voting_event, election)


def commit_again(session: Session, election: str) -> bool:
    """Commit to a list that credentials were withdrawn from; the caller holds the lock of the generation.

    Returns:
        Whether it was: where codes were made since the commitment, those of the whole roll come first, and the end of
        their generation commits to all.
    """
    sent = session.scalars(select(Commitment).where(Commitment.election == election)).one()
    if sent.digest != STALE:
        return False
    stored = select(func.count()).select_from(PublicCredential).where(PublicCredential.election == election)
    if session.scalar(stored) != sent.count:
        sent.digest = INCOMPLETE
        return False
    _commit_to(session, sent.voting_event, election)
    return True


def _listed(session: Session, election: str) -> CommitmentDigest:
    """All credentials of an election, page by page in the order of the primary key's index."""
    listed, after = CommitmentDigest(), ""
    while page := session.scalars(
        select(PublicCredential.credential)
        .where(PublicCredential.election == election, PublicCredential.credential > after)
        .order_by(PublicCredential.credential)
        .limit(PAGE_OF_LIST)
    ).all():
        listed.add(page)
        after = page[-1]
    return listed


def _count(table: type[Bearer] | type[Spare] | type[PublicCredential], voting_event: str) -> Any:
    return select(func.count()).select_from(table).where(table.voting_event == voting_event)


def bearers_of(session: Session, voting_event: str) -> int:
    """How many bearers of a voting event have codes."""
    return session.scalar(_count(Bearer, voting_event)) or 0


def counts(session: Session, voting_event: str) -> CodeCounts:
    """Count what was generated for a voting event; zeros for one that is unknown."""
    voters = bearers_of(session, voting_event)
    return CodeCounts(
        voters=voters,
        spares=session.scalar(_count(Spare, voting_event)) or 0,
        credentials=session.scalar(_count(PublicCredential, voting_event)) or 0,
        # The row of a bearer and the request of his notice are one transaction.
        notices=voters,
    )
