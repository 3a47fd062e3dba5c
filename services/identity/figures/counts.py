"""Counting a voting event (E13): a few passes over the poll book and the roll, for whoever keeps what comes of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.orm import Mapped, Session

from services.identity.contract.figures import EarlierHour, Figures, GroupTurnout, HourTurnout, Queue, Reissues
from services.identity.contract.limits import EXAMINED, ONLINE, OPEN, SUBMITTED
from services.identity.figures import by_territory, earlier
from services.identity.figures.small_groups import Counted, Group, merged, rounded_down, steps
from services.identity.models import (
    Account,
    AssistanceRequest,
    Claim,
    Election,
    PollBookEntry,
    ReissueRequest,
    Voter,
    VotingEvent,
)
from services.identity.voting_events import voting_events

HOUR = timedelta(hours=1)


def figures(session: Session, event: VotingEvent, minimum: int, now: datetime) -> Figures:
    """Count what those who run a vote look at.

    Args:
        session: that reads.
        event: the voting event.
        minimum: the smallest group whose votes are told of.
        now: the moment.
    """
    of_event = select(func.count()).select_from(Voter).where(Voter.voting_event == event.uuid)
    activated = (
        select(func.count())
        .select_from(Account)
        .join(Voter, Voter.id == Account.voter_id)
        .where(Voter.voting_event == event.uuid)
    )
    elections = [one for one in voting_events.elections_of(session, event.uuid) if one.mode == ONLINE]
    uuids = [one.uuid for one in elections]
    voted = select(func.count(distinct(PollBookEntry.voter_id))).where(PollBookEntry.election.in_(uuids))
    before = earlier.of(session, uuids)
    over = now >= event.closes_at + timedelta(minutes=event.grace_minutes)
    return Figures(
        voting_event=event.uuid,
        minimum=minimum,
        voters=_one(session, of_event),
        activated=_one(session, activated),
        voted=rounded_down(_one(session, voted), minimum),
        by_territory=by_territory.chosen_from(session, elections, minimum),
        turnout=[_told(group, minimum, over, before) for group in merged(_scrutins(session, elections), minimum)],
        reissues=_reissues(session, event.uuid),
        queues=[
            _queue(session, "claims", Claim.submitted_at, Claim.state.in_((SUBMITTED, EXAMINED))),
            _queue(session, "assistance", AssistanceRequest.submitted_at, AssistanceRequest.state == OPEN),
        ],
    )


def _scrutins(session: Session, elections: list[Election]) -> list[Counted]:
    counted: dict[str, dict[datetime, int]] = {one.uuid: {} for one in elections}
    by_hour = (
        select(PollBookEntry.election, PollBookEntry.signed_in_hour, func.count())
        .where(PollBookEntry.election.in_(counted))
        .group_by(PollBookEntry.election, PollBookEntry.signed_in_hour)
    )
    for election, hour, count in session.execute(by_hour):
        counted[election][hour] = count
    return [Counted(one.uuid, one.voters, counted[one.uuid]) for one in elections]


def _told(group: Group, minimum: int, over: bool, before: dict[str, list[EarlierHour]]) -> GroupTurnout:
    alone = len(group.members) == 1
    return GroupTurnout(
        election=group.members[0].name if alone else None,
        elections=len(group.members),
        earlier=before.get(group.members[0].name, []) if alone else [],
        entitled=group.entitled,
        hours=[
            HourTurnout(until=hour + HOUR, signed=signed) for hour, signed in steps(group.signed, minimum, over=over)
        ],
    )


def _reissues(session: Session, voting_event: str) -> list[Reissues]:
    counted = (
        select(ReissueRequest.channel, ReissueRequest.state, func.count())
        .join(Voter, Voter.id == ReissueRequest.voter_id)
        .where(Voter.voting_event == voting_event)
        .group_by(ReissueRequest.channel, ReissueRequest.state)
        .order_by(ReissueRequest.channel, ReissueRequest.state)
    )
    return [Reissues(channel=channel, state=state, count=count) for channel, state, count in session.execute(counted)]


def _queue(session: Session, name: str, submitted_at: Mapped[datetime], waits: ColumnElement[bool]) -> Queue:
    waiting, oldest = session.execute(select(func.count(), func.min(submitted_at)).where(waits)).one()
    return Queue(name=name, waiting=waiting, oldest=oldest)


def _one(session: Session, counted: Select[int]) -> int:
    return session.scalar(counted) or 0
