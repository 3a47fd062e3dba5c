"""Voting events and their elections, as far as identity needs them: who votes where and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.contract.event.voting_events import ElectionDefinition, OpenVotingEvent
from services.identity.contract.limits import BLOCKS
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Election, VotingEvent
from services.runtime.contracts.changes import Change, between
from services.runtime.contracts.likeness import alike
from services.runtime.contracts.problems import Code as ProblemCode
from services.runtime.contracts.problems import Problem, invalid_request, problem


def open_voting_event(session: Session, definition: OpenVotingEvent) -> list[Change]:
    """Record the voting event and make it the current one; nothing happens when it is so already, word for word.

    Returns what a correction changes (`correct`): names, hours and notices, until the roll is sealed. Which elections
    there are, their codes and the profile are not corrected: the roll and the accounts go by them.

    Raises voting_event_differs {changes} when the uuid is known with another content and this is no correction, or none
    that can be made; voting_event_in_place {voting_event, name, closes_at} when another event is the current one and was
    not named as the one to replace; roll_sealed for a correction that comes too late; invalid_request {fields} when the
    definition contradicts itself.
    """
    problems = _problems(definition)
    if problems:
        raise invalid_request(problems)
    _check_place(session, definition)
    known = session.get(VotingEvent, definition.voting_event)
    if known is not None:
        changes = _correct(session, known, definition)
        last = session.scalar(select(func.max(VotingEvent.rank))) or 0
        if known.rank != last:
            known.rank = last + 1
        return changes
    uuids = [election.uuid for election in definition.elections]
    if session.scalar(select(func.count()).select_from(Election).where(Election.uuid.in_(uuids))):
        raise refuse(Code.VOTING_EVENT_DIFFERS)
    rank = session.scalar(select(func.coalesce(func.max(VotingEvent.rank), 0))) or 0
    session.add(
        VotingEvent(
            uuid=definition.voting_event,
            rank=rank + 1,
            name=definition.name,
            opens_at=definition.opens_at,
            closes_at=definition.closes_at,
            grace_minutes=definition.grace_minutes,
            profile=definition.profile,
            availability=_written(definition),
        )
    )
    session.flush()
    session.add_all(
        Election(
            uuid=election.uuid,
            voting_event=definition.voting_event,
            position=position,
            code=election.code,
            name=election.name,
            short_name=election.short_name,
            mode=election.mode,
            notice=election.notice,
        )
        for position, election in enumerate(definition.elections)
    )
    session.flush()
    return []


def _check_place(session: Session, definition: OpenVotingEvent) -> None:
    """Nobody takes the place of the event that voters see without having named it."""
    current = session.scalar(select(VotingEvent).order_by(VotingEvent.rank.desc()).limit(1))
    if current is not None and current.uuid not in (definition.voting_event, definition.in_place_of):
        raise refuse(
            Code.VOTING_EVENT_IN_PLACE,
            voting_event=current.uuid,
            name=current.name,
            closes_at=current.closes_at.isoformat(),
        )


def _correct(session: Session, known: VotingEvent, definition: OpenVotingEvent) -> list[Change]:
    before = _described(session, known)
    changes = between(_fields(before), _fields(definition))
    same = [(one.uuid, one.code, one.mode) for one in before.elections] == [
        (one.uuid, one.code, one.mode) for one in definition.elections
    ]
    if not changes and same:
        return []
    if not same or not definition.correct or before.profile != definition.profile:
        raise refuse(Code.VOTING_EVENT_DIFFERS, changes=[change.dump() for change in changes])
    if known.roll_sealed_at is not None:
        raise refuse(Code.ROLL_SEALED)
    known.name, known.opens_at, known.closes_at = definition.name, definition.opens_at, definition.closes_at
    known.grace_minutes = definition.grace_minutes
    known.availability = _written(definition)
    for row, wanted in zip(elections_of(session, known.uuid), definition.elections, strict=True):
        row.name, row.notice, row.short_name = wanted.name, wanted.notice, wanted.short_name
    known.version += 1
    session.flush()
    return changes


def _fields(definition: OpenVotingEvent) -> dict[str, object]:
    """What may be corrected, by a name that says where it stands in the operator's file."""
    fields: dict[str, object] = {
        "name": definition.name,
        "opens_at": definition.opens_at.astimezone(UTC).isoformat(),
        "closes_at": definition.closes_at.astimezone(UTC).isoformat(),
        "grace_minutes": definition.grace_minutes,
        "profile": definition.profile,
    }
    dated = _dated(definition)
    fields |= {
        f"availability.{block}": dated[block].astimezone(UTC).isoformat() if block in dated else "" for block in BLOCKS
    }
    for election in definition.elections:
        fields |= {
            f"{election.code}.name": election.name,
            f"{election.code}.notice": election.notice,
            f"{election.code}.short_name": election.short_name,
        }
    return fields


def shown(session: Session, uuid: str | None) -> VotingEvent:
    """Return a voting event, the current one where none is named. Raises voting_event_unknown, no_voting_event."""
    if uuid is None:
        return current_voting_event(session)
    event = session.get(VotingEvent, uuid)
    if event is None:
        raise refuse(Code.VOTING_EVENT_UNKNOWN)
    return event


def current_voting_event(session: Session) -> VotingEvent:
    """Return the voting event opened last. Raises no_voting_event."""
    event = session.scalar(select(VotingEvent).order_by(VotingEvent.rank.desc()).limit(1))
    if event is None:
        raise refuse(Code.NO_VOTING_EVENT)
    return event


def find(session: Session, uuid: str) -> VotingEvent:
    """Return the voting event `uuid`, locked for the rest of the transaction. Raises voting_event_unknown."""
    # key_share: rows that refer to it may be inserted meanwhile. Whoever asks for access must not wait for an import.
    event = session.scalar(select(VotingEvent).where(VotingEvent.uuid == uuid).with_for_update(key_share=True))
    if event is None:
        raise refuse(Code.VOTING_EVENT_UNKNOWN)
    return event


def votes_until(event: VotingEvent, authenticated_at: datetime) -> datetime:
    """Return when a session can vote no more (R211-563): only one opened before the closing has the grace period.

    Args:
        event: The voting event.
        authenticated_at: When the session was opened. Whoever logs out, or is idle too long, opens another one.
    """
    grace = timedelta(minutes=event.grace_minutes) if authenticated_at < event.closes_at else timedelta(0)
    return event.closes_at + grace


def elections_of(session: Session, voting_event: str) -> list[Election]:
    """Return the elections of a voting event in the operator's order."""
    return list(
        session.scalars(select(Election).where(Election.voting_event == voting_event).order_by(Election.position))
    )


def availability(event: VotingEvent) -> dict[str, datetime | None]:
    """Return from when each block of the voter's space is available; None where it has no date of its own."""
    dated: dict[str, str] = json.loads(event.availability)
    return {block: datetime.fromisoformat(dated[block]) if block in dated else None for block in BLOCKS}


def require_available(session: Session, voting_event: str, block: str, now: datetime) -> None:
    """Do nothing once the block is available. Raises not_available_yet {available_at}."""
    available_at = availability(session.get_one(VotingEvent, voting_event))[block]
    if available_at is not None and now < available_at:
        raise refuse(Code.NOT_AVAILABLE_YET, available_at=available_at.isoformat())


def _dated(definition: OpenVotingEvent) -> dict[str, datetime]:
    return {block: moment for block, moment in definition.availability.items() if moment is not None}


def _written(definition: OpenVotingEvent) -> str:
    return json.dumps({block: moment.isoformat() for block, moment in _dated(definition).items()})


def _described(session: Session, event: VotingEvent) -> OpenVotingEvent:
    return OpenVotingEvent(
        voting_event=event.uuid,
        name=event.name,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        grace_minutes=event.grace_minutes,
        profile=event.profile,
        elections=[
            ElectionDefinition(
                uuid=row.uuid,
                code=row.code,
                name=row.name,
                short_name=row.short_name,
                mode=row.mode,
                notice=row.notice,
            )
            for row in elections_of(session, event.uuid)
        ],
        availability={block: moment for block, moment in availability(event).items() if moment is not None},
    )


def _problems(definition: OpenVotingEvent) -> dict[str, list[Problem]]:
    problems: dict[str, list[Problem]] = {}
    if definition.closes_at <= definition.opens_at:
        problems["closes_at"] = [problem(ProblemCode.NOT_AFTER_OPENING)]
    if not definition.elections:
        problems["elections"] = [problem(ProblemCode.TOO_FEW, 1)]
    for values in (
        [election.uuid for election in definition.elections],
        [election.code for election in definition.elections],
        [election.name for election in definition.elections],
        [election.short_name or election.name for election in definition.elections],
    ):
        if alike(values):
            problems["elections"] = [problem(ProblemCode.REPEATED)]
    return problems
