"""A voter is taken off the roll by itself, until the roll is sealed, also once codes are made (E2, docs/adr/0040).

Asked for here, the removal goes to the credential authority and to the urn, whose word decides: where it has let the
credentials go, the voter goes too; where an election is sealed, nothing is changed. Until then the roll is not sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from services.identity.agents import journal
from services.identity.contract.event import removals as contract
from services.identity.contract.event.removals import DONE, REFUSED, WAITING
from services.identity.contract.events import HolderIn, RemovalAsked
from services.identity.contract.identifiers import normalise
from services.identity.contract.limits import ONLINE
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.reissue import LATE
from services.identity.contract.staff.journal import Action
from services.identity.models import (
    Agent,
    Election,
    Entitlement,
    ReissueRequest,
    Removal,
    StagedRow,
    Voter,
    VotingEvent,
)
from services.identity.roll import leaving, staging
from services.identity.voting_events import holders, voting_events
from services.reassort.contract.events import RemovalOutcome
from services.runtime.bus import outbox
from services.runtime.storage.crash_points import crash_point


def ask(
    session: Session, wanted: contract.RemoveVoter, actor: Agent | str, *, holder_key: str, now: datetime
) -> contract.Removal:
    """Have a voter leave; at once where no code is made for him, else when the urn has answered.

    Args:
        session: an open transaction.
        wanted: whom, from which elections, why.
        actor: the agent who asks; words where it is none.
        holder_key: identity's key of pseudonyms.
        now: the moment, in UTC.

    Raises:
        Refusal: voting_event_unknown, roll_sealed, identifier_unknown, voter_not_in_election {elections},
            removal_reissued: a code was re-issued to the voter, and the public register has it; right_missing: the agent
            is not named for one of the elections.
    """
    known = session.get(Removal, wanted.removal)
    if known is not None:
        return _described(session, known)
    event = staging.open_roll(session, wanted.voting_event)
    voter = _voter(session, event, wanted.identifier)
    waiting = session.scalar(select(Removal).where(Removal.voter_id == voter.id, Removal.state == WAITING))
    if waiting is not None:
        return _described(session, waiting)
    elections = _elections(session, voter)
    leaves = _leaving(elections, wanted.elections)
    named = actor.elections.split() if isinstance(actor, Agent) else []
    if named and not {one.uuid for one in leaves} <= set(named):
        raise refuse(Code.RIGHT_MISSING)
    if session.scalar(select(exists().where(ReissueRequest.voter_id == voter.id, ReissueRequest.state != LATE))):
        raise refuse(Code.REMOVAL_REISSUED)
    removal = Removal(
        removal=wanted.removal,
        voting_event=event.uuid,
        voter_id=voter.id,
        elections=" ".join(one.uuid for one in leaves),
        reason=wanted.reason,
        agent_id=actor.id if isinstance(actor, Agent) else None,
        actor=actor.name if isinstance(actor, Agent) else actor,
        state=WAITING,
        codes_made=event.codes_listed_at is not None and any(one.mode == ONLINE for one in leaves),
        asked_at=now,
    )
    session.add(removal)
    session.flush()
    _tell_journal(session, removal, actor, Action.REMOVAL_ASKED, now)
    described = _described(session, removal)
    if removal.codes_made:
        _tell(session, removal, elections, holder_key)
    else:
        _leave(session, removal, actor, now)
    crash_point(session, "ask_removal")
    return contract.Removal(**{**vars(described), "state": removal.state})


def settle(session: Session, removal: str, outcome: str, now: datetime) -> None:
    """The urn has answered: the voter leaves, or stays where an election was sealed. A second time changes nothing."""
    found = session.get(Removal, removal)
    if found is None:
        raise LookupError("no such removal was asked for")
    voting_events.find(session, found.voting_event)
    session.refresh(found)
    if found.state != WAITING:
        return
    actor = found.actor if found.agent_id is None else session.get_one(Agent, found.agent_id)
    if outcome == RemovalOutcome.DONE:
        _leave(session, found, actor, now)
    else:
        found.state, found.settled_at = REFUSED, now
        _tell_journal(session, found, actor, Action.REMOVAL_REFUSED, now)
    crash_point(session, "settle_removal")


def described(session: Session, removal: str) -> contract.Removal:
    """How far a removal is. Raises removal_unknown."""
    found = session.get(Removal, removal)
    if found is None:
        raise refuse(Code.REMOVAL_UNKNOWN)
    return _described(session, found)


def told(session: Session, voting_event: str) -> list[contract.RemovalTold]:
    """What anybody may know of the removals of a voting event, by time."""
    rows = session.scalars(
        select(Removal)
        .where(Removal.voting_event == voting_event, Removal.state == DONE)
        .order_by(Removal.settled_at, Removal.removal)
    )
    return [
        contract.RemovalTold(
            at=row.settled_at or row.asked_at, who=row.actor, reason=row.reason, elections=row.elections.split()
        )
        for row in rows
    ]


def _voter(session: Session, event: VotingEvent, typed: str) -> Voter:
    # Locked: nobody lets him in, or writes to him, between the deletion of his other rows and his.
    found = session.scalar(
        select(Voter).where(Voter.voting_event == event.uuid, Voter.identifier == normalise(typed)).with_for_update()
    )
    if found is None:
        raise refuse(Code.IDENTIFIER_UNKNOWN)
    return found


def _elections(session: Session, voter: Voter) -> Sequence[Election]:
    return session.scalars(
        select(Election)
        .join(Entitlement, Entitlement.election == Election.uuid)
        .where(Entitlement.voter_id == voter.id)
        .order_by(Election.position)
    ).all()


def _leaving(elections: Sequence[Election], codes: Sequence[str]) -> list[Election]:
    """Those of the voter's elections that are named by their codes, all where none is."""
    unknown = sorted(set(codes) - {one.code for one in elections})
    if unknown:
        raise refuse(Code.VOTER_NOT_IN_ELECTION, elections=", ".join(unknown))
    return [one for one in elections if not codes or one.code in codes]


def _tell(session: Session, removal: Removal, elections: Sequence[Election], key: str) -> None:
    """Ask the credential authority, and through it the urn, to let the credentials go."""
    leaves = removal.elections.split()
    pairs = [
        HolderIn(election=one.uuid, holder=holders.holder(key, one.uuid, removal.voter_id))
        for one in elections
        if one.mode == ONLINE
    ]
    asked = RemovalAsked(
        removal=removal.removal,
        voting_event=removal.voting_event,
        bearer=holders.bearer(key, removal.voting_event, removal.voter_id),
        leaves=[pair for pair in pairs if pair.election in leaves],
        stays=[pair for pair in pairs if pair.election not in leaves],
    )
    outbox.publish(session, "identity", asked)


def _leave(session: Session, removal: Removal, actor: Agent | str, now: datetime) -> None:
    """Delete the rights to vote; and the voter with all that is his where none is left."""
    voter = session.scalar(select(Voter).where(Voter.id == removal.voter_id).with_for_update())
    if voter is not None:
        gone = (Entitlement.voter_id == voter.id, Entitlement.election.in_(removal.elections.split()))
        left = delete(Entitlement).where(*gone).returning(Entitlement.election)
        elections = session.scalars(left.execution_options(synchronize_session=False)).all()
        leaving.leave_territory(session, voter.territory, elections)
        session.flush()
        if not session.scalar(select(exists().where(Entitlement.voter_id == removal.voter_id))):
            session.expunge(voter)
            leaving.forget(session, [removal.voter_id])
        leaving.count_voters(session, removal.voting_event)
        staging.forget_lines(session, removal.voting_event, StagedRow.voter_id == removal.voter_id)
    removal.state, removal.settled_at = DONE, now
    _tell_journal(session, removal, actor, Action.REMOVED, now)


def _tell_journal(session: Session, removal: Removal, actor: Agent | str, action: Action, now: datetime) -> None:
    journal.append(
        session,
        actor,
        action,
        now,
        subject=removal.voter_id,
        elections=", ".join(_codes(session, removal.elections.split())),
        reason=removal.reason,
    )


def _codes(session: Session, uuids: Sequence[str]) -> list[str]:
    return list(session.scalars(select(Election.code).where(Election.uuid.in_(uuids)).order_by(Election.position)))


def _described(session: Session, removal: Removal) -> contract.Removal:
    voter = session.get(Voter, removal.voter_id)
    leaves = _codes(session, removal.elections.split())
    stays = [] if voter is None else [one.code for one in _elections(session, voter) if one.code not in leaves]
    return contract.Removal(
        removal=removal.removal,
        state=removal.state,
        who=None if voter is None else f"{voter.first_name} {voter.surname}",
        assignment=None if voter is None else voter.assignment,
        leaves=leaves,
        stays=stays,
        codes_made=removal.codes_made,
    )
