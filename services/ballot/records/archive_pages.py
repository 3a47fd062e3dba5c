"""The public archive of an election (C9), a page of bounded size at a time; the pages in a row are the file.

A place in the file is a height and how many bytes of what follows that event are read already: only the list of credentials
is longer than a page. What comes before a place never changes, so that whoever keeps a copy goes on where it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.ballot.belenios.checking import archive
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.elections import found
from services.ballot.models import ChainEvent, ChainObject, ChainObjectPart
from services.ballot.urn import chain
from services.runtime.storage.octets import octets

PAGE_SIZE = 2 * 1024 * 1024
"""A page ends at the first event, or piece of a long file, beyond this many bytes."""
MOST_EVENTS = 400


@dataclass(frozen=True)
class Place:
    """After the event of a height (-1: the beginning of the file), and ``skip`` bytes of what follows it."""

    height: int = -1
    skip: int = 0


@dataclass(frozen=True)
class ArchivePage:
    """What follows a place, the place where it ends, and whether the chain ends there for now.

    ``before`` and ``head`` are the hashes of the events at the height of either place (None at -1): whoever keeps a copy
    sees whether the page continues it.
    """

    data: bytes
    before: str | None
    end: Place
    head: str | None
    complete: bool


def page_of(session: Session, uuid: str, after: Place) -> ArchivePage:
    """The next page of the file. Raises Refusal election_unknown, election_not_open (not sealed: no archive yet)."""
    election = found(session, uuid)
    if election.sealed_at is None:
        raise refuse(Code.ELECTION_NOT_OPEN)
    timestamp = int(election.sealed_at.timestamp())
    if after.height < 0:
        return _setup(session, uuid, timestamp, after.skip)
    return _events(session, uuid, timestamp, after.height)


def _setup(session: Session, uuid: str, timestamp: int, skip: int) -> ArchivePage:
    read: list[bytes] = []
    position, size = 0, 0
    for length, load in _chunks_of_setup(session, uuid, timestamp):
        if position + length > skip:
            if size >= PAGE_SIZE:
                return ArchivePage(b"".join(read), None, Place(-1, position), None, complete=False)
            read.append(load()[max(0, skip - position) :])
            size += len(read[-1])
        position += length
    return ArchivePage(b"".join(read), None, Place(0), _hash(session, uuid, 0), _last_height(session, uuid) == 0)


_Chunk = tuple[int, Callable[[], bytes]]


def _chunks_of_setup(session: Session, uuid: str, timestamp: int) -> Iterator[_Chunk]:
    """BELENIOS and the Setup event in chunks: how long each is, and what loads it."""
    yield _loaded(archive.beginning(timestamp))
    in_setup = (ChainObject.election == uuid, ChainObject.height == 0)
    parts = (
        select(ChainObjectPart.position, ChainObjectPart.part, octets(session, ChainObjectPart.data).label("length"))
        .where(ChainObjectPart.election == uuid, ChainObjectPart.height == 0)
        .order_by(ChainObjectPart.position, ChainObjectPart.part)
    )
    following: dict[int, list[tuple[int, int]]] = {}
    for row in session.execute(parts):
        following.setdefault(row.position, []).append((row.part, row.length))
    files = session.execute(
        select(ChainObject.position, ChainObject.hash, octets(session, ChainObject.data).label("length"))
        .where(*in_setup)
        .order_by(ChainObject.position)
    ).all()
    for file in files:
        beginning = select(ChainObject.data).where(*in_setup, ChainObject.position == file.position)
        if file.position not in following:
            yield _loaded(archive.object_entry(session.scalars(beginning).one(), timestamp))
            continue
        # Only the list of credentials is so long.
        lengths = following[file.position]
        size = file.length + sum(length for _, length in lengths)
        yield _loaded(archive.header(f"{file.hash}.data.json", size, timestamp))
        yield file.length, _loading(session, beginning)
        for part, length in lengths:
            yield (
                length,
                _loading(
                    session,
                    select(ChainObjectPart.data).where(
                        ChainObjectPart.election == uuid,
                        ChainObjectPart.height == 0,
                        ChainObjectPart.position == file.position,
                        ChainObjectPart.part == part,
                    ),
                ),
            )
        yield _loaded(b"\0" * (-size % archive.BLOCK))
    event = select(ChainEvent.raw).where(ChainEvent.election == uuid, ChainEvent.height == 0)
    yield _loaded(archive.event_entry(session.scalars(event).one(), timestamp))


def _loaded(content: bytes) -> _Chunk:
    return len(content), lambda: content


def _loading(session: Session, query: Select[str]) -> Callable[[], bytes]:
    return lambda: session.scalars(query).one().encode("ascii")


def _hash(session: Session, uuid: str, height: int) -> str | None:
    event = chain.at(session, uuid, height)
    return None if event is None else event.hash


def _last_height(session: Session, uuid: str) -> int:
    return session.scalar(select(func.max(ChainEvent.height)).where(ChainEvent.election == uuid)) or 0


def _events(session: Session, uuid: str, timestamp: int, after: int) -> ArchivePage:
    last = _page_ends_at(session, uuid, after)
    objects: dict[int, list[str]] = {}
    for row in session.execute(
        select(ChainObject.height, ChainObject.data)
        .where(ChainObject.election == uuid, ChainObject.height > after, ChainObject.height <= last)
        .order_by(ChainObject.height, ChainObject.position)
    ):
        objects.setdefault(row.height, []).append(row.data)
    entries: list[bytes] = []
    for event in session.execute(
        select(ChainEvent.height, ChainEvent.raw)
        .where(ChainEvent.election == uuid, ChainEvent.height > after, ChainEvent.height <= last)
        .order_by(ChainEvent.height)
    ):
        entries.extend(archive.object_entry(data, timestamp) for data in objects.get(event.height, ()))
        entries.append(archive.event_entry(event.raw, timestamp))
    before, head = _hash(session, uuid, after), _hash(session, uuid, last)
    return ArchivePage(b"".join(entries), before, Place(last), head, last >= _last_height(session, uuid))


def _page_ends_at(session: Session, uuid: str, after: int) -> int:
    """The height of the last event that fits: sizes are asked for first, so that one page only is in memory."""
    size, last = 0, after
    for row in session.execute(
        select(ChainEvent.height, func.coalesce(func.sum(octets(session, ChainObject.data)), 0).label("length"))
        .outerjoin(
            ChainObject, (ChainObject.election == ChainEvent.election) & (ChainObject.height == ChainEvent.height)
        )
        .where(ChainEvent.election == uuid, ChainEvent.height > after, ChainEvent.height <= after + MOST_EVENTS)
        .group_by(ChainEvent.height)
        .order_by(ChainEvent.height)
    ):
        if size and size + row.length > PAGE_SIZE:
            break
        size, last = size + row.length, row.height
    return last
