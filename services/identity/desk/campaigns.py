"""The opening campaign (A1): one message with a personal link to every voter, at most one a voter and campaign.

A page is one transaction: links, messages and the rows that say who has been written to are there together or not at
all, so that a campaign interrupted anywhere goes on where it stopped.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from services.identity.access import links
from services.identity.contract.event.campaigns import CampaignPage, CampaignProgress, NamedCampaign
from services.identity.contract.limits import FRENCH
from services.identity.contract.refusals import Code, refuse
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import Account, Campaign, CampaignMessage, Voter, VotingEvent
from services.identity.voting_events import voting_events
from services.runtime.storage.upsert import upsert


def open_campaign(session: Session, *, voting_event: str, name: str, now: datetime) -> str:
    """Return the id of the campaign of that name, made when there is none. Raises voting_event_unknown."""
    voting_events.find(session, voting_event)
    session.execute(
        upsert(session, Campaign)
        .values(id=str(uuid.uuid4()), voting_event=voting_event, name=name, position="", opened_at=now)
        .on_conflict_do_nothing()
    )
    return session.execute(
        select(Campaign.id).where(Campaign.voting_event == voting_event, Campaign.name == name)
    ).scalar_one()


def send_page(
    session: Session, letters: LetterSettings, *, campaign: str, limit: int, lifetime: timedelta, now: datetime
) -> CampaignPage:
    """Write to the next `limit` voters who have not been written to.

    Nothing is counted: a page costs the same whatever the roll. A voter whose account is active gets the address of the
    portal instead of a link. Raises campaign_unknown.
    """
    found = session.execute(select(Campaign).where(Campaign.id == campaign).with_for_update()).scalar_one_or_none()
    if found is None:
        raise refuse(Code.CAMPAIGN_UNKNOWN)
    page = _unwritten(session, found, found.position, limit)
    if len(page) < limit and found.position:
        # The end was reached; voters who joined the roll meanwhile may stand before the position.
        page += _unwritten(session, found, "", limit - len(page), until=found.position)
    active = set(session.scalars(select(Account.voter_id).where(Account.voter_id.in_([voter.id for voter in page]))))
    new = [voter.id for voter in page if voter.id not in active]
    tokens = links.make(session, new, links.ACTIVATION, now=now, lifetime=lifetime)
    made = [
        {
            "campaign": campaign,
            "voter_id": voter.id,
            "message_id": _write_to(session, letters, voter, tokens.get(voter.id), campaign, lifetime, now),
            "queued_at": now,
        }
        for voter in page
    ]
    if made:
        session.execute(insert(CampaignMessage), made)
        found.position = max(found.position, *(voter.id for voter in page))
    session.flush()
    return CampaignPage(queued=len(page), finished=len(page) < limit)


def progress(session: Session, campaign: str) -> CampaignProgress:
    """Return how far a campaign is. Raises campaign_unknown."""
    found = session.get(Campaign, campaign)
    if found is None:
        raise refuse(Code.CAMPAIGN_UNKNOWN)
    voters = select(func.count()).select_from(Voter).where(Voter.voting_event == found.voting_event)
    queued = select(func.count()).select_from(CampaignMessage).where(CampaignMessage.campaign == campaign)
    activated = (
        select(func.count())
        .select_from(Account)
        .join(Voter, Voter.id == Account.voter_id)
        .where(Voter.voting_event == found.voting_event)
    )
    return CampaignProgress(
        voting_event=found.voting_event,
        name=found.name,
        opened_at=found.opened_at,
        voters=session.scalar(voters) or 0,
        queued=session.scalar(queued) or 0,
        activated=session.scalar(activated) or 0,
    )


def of_event(session: Session, voting_event: str) -> list[NamedCampaign]:
    """Return the campaigns of a voting event with their progress, the oldest first. Raises voting_event_unknown."""
    if session.get(VotingEvent, voting_event) is None:
        raise refuse(Code.VOTING_EVENT_UNKNOWN)
    ids = session.scalars(
        select(Campaign.id).where(Campaign.voting_event == voting_event).order_by(Campaign.opened_at, Campaign.name)
    )
    return [_named(found, progress(session, found)) for found in ids.all()]


def _named(campaign: str, known: CampaignProgress) -> NamedCampaign:
    return NamedCampaign(
        campaign=campaign,
        voting_event=known.voting_event,
        name=known.name,
        opened_at=known.opened_at,
        voters=known.voters,
        queued=known.queued,
        activated=known.activated,
    )


def _unwritten(session: Session, campaign: Campaign, after: str, limit: int, until: str | None = None) -> list[Voter]:
    written = select(CampaignMessage.voter_id).where(
        CampaignMessage.campaign == campaign.id, CampaignMessage.voter_id == Voter.id
    )
    chosen = select(Voter).where(Voter.voting_event == campaign.voting_event, Voter.id > after, ~written.exists())
    if until is not None:
        chosen = chosen.where(Voter.id <= until)
    return list(session.scalars(chosen.order_by(Voter.id).limit(limit).with_for_update(of=Voter)))


def _write_to(
    session: Session,
    letters: LetterSettings,
    voter: Voter,
    token: str | None,
    campaign: str,
    lifetime: timedelta,
    now: datetime,
) -> str:
    values: dict[str, object] = {"active": token is None, "link": None, "minutes": 0}
    if token is not None:
        values |= links.described(letters, token, now=now, lifetime=lifetime)
    return request_email(
        session,
        letters,
        voter,
        template="opening_campaign",
        values=values,
        # Nobody asked for it: it has no other language than its own, which is both.
        language=FRENCH,
        expires_at=now + lifetime,
        campaign=campaign,
    )
