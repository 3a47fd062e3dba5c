"""One voter's sheet: all that a cell may know, and nothing of codes, votes, signatures of the poll book, answers.

Opening it is an act, and in the journal: once for the same agent and voter within LOOK.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.access import links
from services.identity.agents import journal
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.journal import Action
from services.identity.contract.staff.support import (
    Seen,
    SheetElection,
    SheetLook,
    SheetMessage,
    SheetReissue,
    VoterSheet,
)
from services.identity.models import (
    Account,
    Agent,
    CampaignMessage,
    Election,
    Entitlement,
    JournalEntry,
    Link,
    LogInAttempts,
    ReissueRequest,
    Voter,
    VoterMessage,
    VotingEvent,
)
from services.identity.reissue import rules
from services.identity.reissue.requests import Terms
from services.identity.support import approvals, territory
from services.identity.voting_events import descriptions, holders

LOOK = timedelta(minutes=15)
MOST_MESSAGES = 30
MOST_LOOKS = 10
ABOUT_VOTERS = (
    Action.LOOKED,
    Action.LINK_SENT,
    Action.ASKED,
    Action.APPROVED,
    Action.REFUSED,
)


def opened(session: Session, terms: Terms, agent: Agent, voter_id: str, now: datetime) -> VoterSheet:
    """Open a voter's sheet. Raises voter_unknown."""
    voter = territory.require_voter(session, agent, voter_id)
    _note(session, agent, voter_id, now)
    event = session.get_one(VotingEvent, voter.voting_event)
    account = session.get(Account, voter_id)
    newest = session.scalar(
        select(Link).where(Link.voter_id == voter_id).order_by(Link.created_at.desc(), Link.id).limit(1)
    )
    good = newest is not None and newest.consumed_at is None and newest.superseded_at is None
    link_until = newest.expires_at if newest is not None and good and newest.expires_at > now else None
    standing = rules.standing(session, voter_id, terms.most, now)
    return VoterSheet(
        voter=voter_id,
        person=descriptions.person(voter),
        elections=_elections(session, voter_id),
        roll_sealed_at=event.roll_sealed_at,
        codes_made_at=event.codes_listed_at,
        activated=account is not None,
        next_link_at=_next_link(newest, now),
        link_until=link_until,
        reissues=_reissues(session, voter_id),
        most_reissues=terms.most,
        reissue_opens_at=standing.opens_at,
        reissue_open=standing.is_open,
        messages=_messages(session, voter_id),
        seen=_seen(session, terms, event, voter, account, newest, link_until, now),
        looks=_looks(session, voter_id),
        waiting=approvals.waiting(session, agent, now, voter_id).approvals,
    )


def resend_link(
    session: Session, terms: Terms, agent: Agent, voter_id: str, *, now: datetime, lifetime: timedelta
) -> datetime:
    """Send the voter a link to the address on the roll; until when it works.

    Raises voter_unknown, link_on_its_way {minutes}: one was sent a moment ago.
    """
    territory.require_voter(session, agent, voter_id)
    if not links.send(session, terms.letters, voter_id, now=now, lifetime=lifetime):
        raise refuse(Code.LINK_ON_ITS_WAY, minutes=int(links.COOLDOWN.total_seconds() // 60))
    journal.append(session, agent, Action.LINK_SENT, now, subject=voter_id)
    return now + lifetime


def _note(session: Session, agent: Agent, voter_id: str, now: datetime) -> None:
    lately = select(JournalEntry.number).where(
        JournalEntry.subject == voter_id,
        JournalEntry.agent_id == agent.id,
        JournalEntry.action == Action.LOOKED.value,
        JournalEntry.at > now - LOOK,
    )
    if session.scalar(lately.limit(1)) is None:
        journal.append(session, agent, Action.LOOKED, now, subject=voter_id)


def _next_link(newest: Link | None, now: datetime) -> datetime | None:
    if newest is None or newest.consumed_at is not None or now - newest.created_at >= links.COOLDOWN:
        return None
    return newest.created_at + links.COOLDOWN


def _elections(session: Session, voter_id: str) -> list[SheetElection]:
    rows = session.scalars(
        select(Election)
        .join(Entitlement, Entitlement.election == Election.uuid)
        .where(Entitlement.voter_id == voter_id)
        .order_by(Election.position)
    )
    return [SheetElection(uuid=row.uuid, name=row.name, mode=row.mode) for row in rows]


def _reissues(session: Session, voter_id: str) -> list[SheetReissue]:
    rows = session.scalars(
        select(ReissueRequest).where(ReissueRequest.voter_id == voter_id).order_by(ReissueRequest.asked_at.desc())
    )
    return [SheetReissue(asked_at=row.asked_at, channel=row.channel, masked=row.masked) for row in rows]


def _messages(session: Session, voter_id: str) -> list[SheetMessage]:
    """The newest messages: letters, campaigns, codes by SMS. Never those that tell of a vote: they are not kept by voter."""
    letters = select(VoterMessage.message_id, VoterMessage.template, VoterMessage.asked_at).where(
        VoterMessage.voter_id == voter_id
    )
    campaigns = select(CampaignMessage.message_id, CampaignMessage.queued_at).where(
        CampaignMessage.voter_id == voter_id
    )
    codes = select(ReissueRequest.message, ReissueRequest.asked_at).where(
        ReissueRequest.voter_id == voter_id, ReissueRequest.message.is_not(None)
    )
    found = [(row.message_id, row.template, row.asked_at) for row in session.execute(letters)]
    found += [(row.message_id, "opening_campaign", row.queued_at) for row in session.execute(campaigns)]
    found += [(str(row.message), "reissued_code", row.asked_at) for row in session.execute(codes)]
    found.sort(key=lambda one: (one[2], one[0]), reverse=True)
    return [
        SheetMessage(message=message, template=template, asked_at=asked_at)
        for message, template, asked_at in found[:MOST_MESSAGES]
    ]


def _seen(
    session: Session,
    terms: Terms,
    event: VotingEvent,
    voter: Voter,
    account: Account | None,
    newest: Link | None,
    link_until: datetime | None,
    now: datetime,
) -> list[Seen]:
    """What the voter meets on the portal, in the order in which he meets it."""
    tag = holders.identifier_tag(terms.holder_key, event.uuid, voter.identifier)
    attempts = session.get(LogInAttempts, tag)
    seen: list[Seen] = []
    if attempts is not None and attempts.locked_until is not None and attempts.locked_until > now:
        seen.append(Seen(code="resting", at=attempts.locked_until))
    if account is not None:
        seen.append(Seen(code="password_asked", at=None))
    elif link_until is not None:
        seen.append(Seen(code="link_waits", at=link_until))
    elif newest is not None and newest.consumed_at is None and newest.superseded_at is None:
        seen.append(Seen(code="link_expired", at=newest.expires_at))
    else:
        seen.append(Seen(code="link_to_ask", at=None))
    if now < event.opens_at:
        seen.append(Seen(code="vote_opens", at=event.opens_at))
    elif now < event.closes_at:
        seen.append(Seen(code="vote_open", at=event.closes_at))
    else:
        seen.append(Seen(code="vote_closed", at=event.closes_at))
    return seen


def _looks(session: Session, voter_id: str) -> list[SheetLook]:
    rows = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.subject == voter_id, JournalEntry.action.in_([one.value for one in ABOUT_VOTERS]))
        .order_by(JournalEntry.number.desc())
        .limit(MOST_LOOKS)
    )
    return [SheetLook(at=row.at, actor=row.actor, action=row.action) for row in rows]
