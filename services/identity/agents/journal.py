"""Writing the journal, and reading it. An entry is a part of the transaction of what it tells of."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.identity.contract.staff import journal as contract
from services.identity.contract.staff.journal import Action, Journal
from services.identity.models import Agent, JournalEntry, JournalHead, Voter


def append(
    session: Session,
    actor: Agent | str,
    action: Action,
    now: datetime,
    *,
    subject: str | None = None,
    **details: str,
) -> int:
    """Write an entry and return its number; as `write`, of what changes nobody's keys."""
    if action in contract.OF_KEYS:
        raise ValueError(f"{action}: the agent is to be told, by key_changes.tell")
    return write(session, actor, action, now, subject=subject, **details)


def write(
    session: Session,
    actor: Agent | str,
    action: Action,
    now: datetime,
    *,
    subject: str | None = None,
    **details: str,
) -> int:
    """Write an entry, whatever it is of, and return its number.

    Args:
        session: an open transaction.
        actor: who did it; words where it was no agent.
        action: what was done, a name of the contract.
        now: the moment, in UTC.
        subject: the id of the voter or agent whom it was done to.
        details: what else there is to know: no secret, no name of a voter. `as`, the agent's role then, is added.
    """
    # Another transaction may have moved it since this session first saw it: read anew.
    locked = select(JournalHead).where(JournalHead.id == 1).with_for_update()
    head = session.scalars(locked.execution_options(populate_existing=True)).one()
    agent = actor.id if isinstance(actor, Agent) else None
    named = actor.name if isinstance(actor, Agent) else actor
    if isinstance(actor, Agent):
        details["as"] = actor.role
    number = head.number + 1
    digest = contract.digest(
        previous=head.digest,
        number=number,
        at=now,
        agent=agent,
        actor=named,
        action=action,
        subject=subject,
        details=details,
    )
    session.add(
        JournalEntry(
            number=number,
            at=now,
            agent_id=agent,
            actor=named,
            action=action.value,
            subject=subject,
            details=json.dumps(details, ensure_ascii=False, sort_keys=True),
            previous=head.digest,
            digest=digest,
        )
    )
    session.execute(update(JournalHead).where(JournalHead.id == 1).values(number=number, digest=digest))
    session.flush()
    return number


def page(session: Session, before: int | None, limit: int) -> Journal:
    """Return a page of the journal, the newest first."""
    head = session.get_one(JournalHead, 1)
    chosen = [JournalEntry.number < before] if before is not None else []
    rows = session.scalars(
        select(JournalEntry).where(*chosen).order_by(JournalEntry.number.desc()).limit(limit + 1)
    ).all()
    shown = rows[:limit]
    known = _names(session, {row.subject for row in shown if row.subject})
    return Journal(
        entries=[described(row, known) for row in shown],
        next=shown[-1].number if len(rows) > limit else None,
        total=head.number,
        head=head.digest,
    )


def described(row: JournalEntry, known: dict[str, str]) -> contract.JournalEntry:
    """An entry as the contract has it."""
    return contract.JournalEntry(
        number=row.number,
        at=row.at,
        agent=row.agent_id,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        details=json.loads(row.details),
        previous=row.previous,
        digest=row.digest,
        who=known.get(row.subject) if row.subject else None,
    )


def _names(session: Session, ids: set[str]) -> dict[str, str]:
    voters = session.execute(select(Voter.id, Voter.first_name, Voter.surname).where(Voter.id.in_(ids)))
    agents = session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(ids)))
    return {row.id: f"{row.first_name} {row.surname}" for row in voters} | {row.id: row.name for row in agents}
