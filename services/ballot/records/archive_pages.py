"""The public archive of an election (C9), a page of whole entries at a time; the pages in a row are the file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.ballot.belenios import archive
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.elections import found
from services.ballot.models import ChainEvent, ChainObject

# A page also ends here (characters of content), so that large setup files and long limits make no giant message.
PAGE_SIZE = 2 * 1024 * 1024


@dataclass(frozen=True)
class ArchivePage:
    """Whole entries; ``next`` is the ``after`` of the next page, None where the chain ends for now."""

    data: bytes
    next: int | None


def page_of(session: Session, uuid: str, after: int, limit: int) -> ArchivePage:
    """At most ``limit`` events higher than ``after``, each with its objects; from -1 on, preceded by BELENIOS.

    Raises Refusal election_unknown, election_not_open (not sealed: there is no archive yet).
    """
    election = found(session, uuid)
    if election.sealed_at is None:
        raise refuse(Code.ELECTION_NOT_OPEN)
    timestamp = int(election.sealed_at.timestamp())
    parts = [archive.beginning(timestamp)] if after < 0 else []
    # Events are read without their objects first: the objects of one page only are in memory.
    events = session.execute(
        select(ChainEvent.height, ChainEvent.raw)
        .where(ChainEvent.election == uuid, ChainEvent.height > after)
        .order_by(ChainEvent.height)
        .limit(limit + 1)
    ).all()
    size, last = 0, after
    for event in events[:limit]:
        objects = session.scalars(
            select(ChainObject.data)
            .where(ChainObject.election == uuid, ChainObject.height == event.height)
            .order_by(ChainObject.position)
        ).all()
        parts.extend(archive.object_entry(data, timestamp) for data in objects)
        parts.append(archive.event_entry(event.raw, timestamp))
        last = event.height
        size += sum(map(len, objects))
        if size >= PAGE_SIZE:
            break
    more = bool(events) and last < events[-1].height
    return ArchivePage(b"".join(parts), last if more else None)
