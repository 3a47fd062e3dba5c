"""Voting events and their elections, as far as identity needs them: who votes where and when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.contract.limits import BLOCKS
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.voting_events import ElectionDefinition, OpenVotingEvent
from services.identity.models import Election, VotingEvent
from services.runtime.contracts.problems import Code as ProblemCode
from services.runtime.contracts.problems import Problem, invalid_request, problem


def open_voting_event(session: Session, definition: OpenVotingEvent) -> None:
    """Record the voting event and make it the current one; nothing happens when it is there already, word for word.

    Raises voting_event_differs when the uuid is known with another content, invalid_request {fields} when the
    definition contradicts itself.
    """
    problems = _problems(definition)
    if problems:
        raise invalid_request(problems)
    known = session.get(VotingEvent, definition.voting_event)
    if known is not None:
        if _described(session, known) != replace(definition, availability={**_dated(definition)}):
            raise refuse(Code.VOTING_EVENT_DIFFERS)
        return
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
            profile=definition.profile,
            availability=json.dumps({block: moment.isoformat() for block, moment in _dated(definition).items()}),
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
            mode=election.mode,
            notice=election.notice,
        )
        for position, election in enumerate(definition.elections)
    )
    session.flush()


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


def _described(session: Session, event: VotingEvent) -> OpenVotingEvent:
    return OpenVotingEvent(
        voting_event=event.uuid,
        name=event.name,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        profile=event.profile,
        elections=[
            ElectionDefinition(uuid=row.uuid, code=row.code, name=row.name, mode=row.mode, notice=row.notice)
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
    ):
        if len(set(values)) != len(values):
            problems.setdefault("elections", []).append(problem(ProblemCode.REPEATED))
    return problems
