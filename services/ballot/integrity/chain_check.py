"""The urn in the database, row by row: that each event still follows from the one before, and each ballot from its event."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from services.ballot.belenios import canonical
from services.ballot.belenios.ballot import tracker
from services.ballot.belenios.checking.archive import Event
from services.ballot.belenios.errors import ProtocolError
from services.ballot.belenios.hashing import sha_hex
from services.ballot.models import AttendanceBatch, Ballot, ChainEvent, ChainObject, ChainObjectPart, Election, Head
from services.runtime.contracts.integrity import Difference

PAGE = 400


@dataclass(frozen=True)
class _Object:
    """The hash that the database has of an object, the hash of what is there, and its text but for Setup."""

    hash: str
    computed: str
    raw: str


def differences(session: Session, uuid: str, report: Callable[[int, int], None]) -> list[Difference]:
    """What in the urn contradicts itself: none, for an urn that nobody has touched.

    Args:
        session: To read with.
        uuid: A sealed election.
        report: Told how many events of how many are read.
    """
    total = session.scalar(select(func.count()).select_from(ChainEvent).where(ChainEvent.election == uuid)) or 0
    published = session.execute(select(Head.height, Head.head).where(Head.election == uuid))
    heads = {row.height: row.head for row in published}
    found: list[Difference] = []
    parent, expected, ballots, replaced = None, 0, 0, 0
    while page := session.scalars(
        select(ChainEvent)
        .where(ChainEvent.election == uuid, ChainEvent.height >= expected)
        .order_by(ChainEvent.height)
        .limit(PAGE)
    ).all():
        first, last = page[0].height, page[-1].height
        objects = _objects(session, uuid, first, last)
        rows = {row.height: row for row in _ballots(session, uuid, first, last)}
        for event in page:
            wrong = list(_of_event(event, parent, expected, objects.get(event.height, [])))
            if event.type == "Ballot":
                ballots += 1
                row = rows.get(event.height)
                wrong += _of_ballot(row, objects.get(event.height, []))
                replaced += row is not None and row.replaces != 0
                if row is not None and row.replaced != replaced:
                    wrong.append("another number of replaced ballots")
            elif event.height in rows:
                wrong.append("a ballot where there is none")
            if heads.get(event.height, event.hash) != event.hash:
                wrong.append("not the head that was published")
            found += [_difference(f"height {event.height}", what) for what in wrong]
            parent, expected = event.hash, event.height + 1
        session.expunge_all()
        report(min(expected, total), total)
    stored = session.scalar(select(func.count()).select_from(Ballot).where(Ballot.election == uuid)) or 0
    if stored != ballots:
        found.append(_difference("counter", f"{stored} ballots, {ballots} events"))
    found += [_difference(f"height {height}", "it replaces no ballot of its own") for height in _astray(session, uuid)]
    handed = session.scalar(select(func.max(AttendanceBatch.height)).where(AttendanceBatch.election == uuid)) or 0
    if handed > ballots:
        found.append(_difference("attendance", f"{handed} handed over, {ballots} ballots"))
    found += [
        _difference(f"height {height}", "a published head without an event") for height in heads if height >= expected
    ]
    return found


def _difference(what: str, now: str) -> Difference:
    return Difference(part="chain", what=what, sealed=None, now=now)


def _of_event(event: ChainEvent, parent: str | None, expected: int, objects: list[_Object]) -> Iterator[str]:
    if event.height != expected:
        yield "an event is missing before it"
    if sha_hex(event.raw) != event.hash:
        yield "the event is not the one of its hash"
    try:
        parsed = Event.parse(event.raw)
    except ProtocolError:
        yield "the event cannot be read"
        return
    if (parsed.height, parsed.kind, parsed.parent) != (event.height, event.type, parent):
        yield "the event does not follow from the one before"
    if parsed.payload != (objects[-1].hash if objects else None):
        yield "the event names another object"
    if any(one.hash != one.computed for one in objects):
        yield "an object is not the one of its hash"


def _objects(session: Session, uuid: str, first: int, last: int) -> dict[int, list[_Object]]:
    """By height, in order."""
    found: dict[int, list[_Object]] = defaultdict(list)
    rows = session.execute(
        select(ChainObject.height, ChainObject.position, ChainObject.hash, ChainObject.data)
        .where(ChainObject.election == uuid, ChainObject.height.between(first, last))
        .order_by(ChainObject.height, ChainObject.position)
        .execution_options(yield_per=PAGE)
    )
    for row in rows:
        content = hashlib.sha256(row.data.encode())
        if row.height == 0:
            # Only the list of credentials goes on in other rows.
            for piece in _parts(session, uuid, row.position):
                content.update(piece.encode())
        found[row.height].append(_Object(row.hash, content.hexdigest(), row.data if row.height else ""))
    return found


def _parts(session: Session, uuid: str, position: int) -> Iterator[str]:
    at = (ChainObjectPart.election == uuid, ChainObjectPart.height == 0, ChainObjectPart.position == position)
    part = 1
    while (piece := session.scalar(select(ChainObjectPart.data).where(*at, ChainObjectPart.part == part))) is not None:
        yield piece
        part += 1


def _astray(session: Session, uuid: str) -> list[int]:
    """The first ballots that replace another one and may not: where voters vote once, or another voter's."""
    before = aliased(Ballot)
    own = exists().where(
        before.election == Ballot.election,
        before.height == Ballot.replaces,
        before.height < Ballot.height,
        before.holder == Ballot.holder,
        before.credential == Ballot.credential,
    )
    allowed = exists().where(Election.uuid == Ballot.election, Election.revoting)
    later = select(Ballot.height).where(Ballot.election == uuid, Ballot.replaces != 0)
    return list(session.scalars(later.where(or_(~own, ~allowed)).order_by(Ballot.height).limit(PAGE)))


def _ballots(session: Session, uuid: str, first: int, last: int) -> list[Ballot]:
    return list(session.scalars(select(Ballot).where(Ballot.election == uuid, Ballot.height.between(first, last))))


def _of_ballot(row: Ballot | None, objects: list[_Object]) -> Iterator[str]:
    if row is None:
        yield "an event without its ballot"
        return
    try:
        raw = objects[-1].raw
        right = (tracker(raw), canonical.loads(raw)["credential"]) == (row.tracker, row.credential)
    except (ProtocolError, KeyError, TypeError, IndexError):
        right = False
    if not right:
        yield "the ballot is not the one of its event"
