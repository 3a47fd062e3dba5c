"""What a voter may vote in: the list of own elections, permits, and the bearers whom reassort makes codes for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from services.identity.access.sessions import OpenSession
from services.identity.contract.entrance.permits import Use
from services.identity.contract.entrance.sessions import OwnElection
from services.identity.contract.event.roll import Bearer, Bearers, Holder, NoticeAddress
from services.identity.contract.limits import ONLINE
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Election, Entitlement, SealedElection, Voter, VotingEvent
from services.identity.voting_events import holders, permits, voting_events

CHUNK = 1000


# Built once: the pages that every voter opens ask it, and building a question costs more than asking it.
_EVENT = select(VotingEvent).join(Voter, Voter.voting_event == VotingEvent.uuid).where(Voter.id == bindparam("voter"))
_OWN = (
    select(Election, SealedElection)
    .join(Entitlement, Entitlement.election == Election.uuid)
    .outerjoin(SealedElection, SealedElection.election == Election.uuid)
    .where(Entitlement.voter_id == bindparam("voter"))
    .order_by(Election.position)
)


def own_elections(session: Session, opened: OpenSession, keys: permits.PermitKeys, now: datetime) -> list[OwnElection]:
    """Return the voter's elections, in the operator's order, each with a permit to ask the urn whether he has voted."""
    event = session.scalars(_EVENT, {"voter": opened.voter_id}).one()
    return own_elections_in(session, event, opened, keys, now)


def own_elections_in(
    session: Session, event: VotingEvent, opened: OpenSession, keys: permits.PermitKeys, now: datetime
) -> list[OwnElection]:
    """Return the same to whoever knows the voter's event already."""
    votes_until = voting_events.votes_until(event, opened.opened_at)
    rows = session.execute(_OWN, {"voter": opened.voter_id})
    return [
        OwnElection(
            uuid=election.uuid,
            code=election.code,
            name=election.name,
            short_name=election.short_name,
            mode=election.mode,
            notice=election.notice,
            permit=None
            if sealed is None
            else _permit(keys, sealed, opened, Use.STATE, now, permits.MOMENT, votes_until)[0],
        )
        for election, sealed in rows
    ]


def _permit(
    keys: permits.PermitKeys,
    sealed: SealedElection,
    opened: OpenSession,
    use: Use,
    now: datetime,
    lifetime: timedelta,
    votes_until: datetime,
) -> tuple[str, datetime]:
    return permits.issue(
        keys,
        sealed,
        voter_id=opened.voter_id,
        session_id=opened.id,
        use=use,
        now=now,
        lifetime=lifetime,
        votes_until=votes_until,
    )


def issue_permit(
    session: Session,
    *,
    opened: OpenSession,
    election: str,
    keys: permits.PermitKeys,
    now: datetime,
    lifetime: timedelta,
) -> tuple[str, datetime]:
    """Return (permit to prepare a ballot, moment of expiry) for a voter who is authenticated.

    Raises not_entitled, also for an election that does not exist, election_elsewhere for one held on paper, and
    election_not_sealed.
    """
    entitled = session.execute(
        select(Election.mode, VotingEvent)
        .join(Entitlement, Entitlement.election == Election.uuid)
        .join(VotingEvent, VotingEvent.uuid == Election.voting_event)
        .where(Entitlement.voter_id == opened.voter_id, Election.uuid == election)
    ).one_or_none()
    if entitled is None:
        raise refuse(Code.NOT_ENTITLED)
    mode, event = entitled
    if mode != ONLINE:
        raise refuse(Code.ELECTION_ELSEWHERE)
    sealed = session.get(SealedElection, election)
    if sealed is None:
        raise refuse(Code.ELECTION_NOT_SEALED)
    votes_until = voting_events.votes_until(event, opened.opened_at)
    return _permit(keys, sealed, opened, Use.BOOTH, now, lifetime, votes_until)


def list_bearers(
    session: Session, *, voting_event: str, after: str | None, limit: int, holder_key: str, now: datetime
) -> Bearers:
    """Return a page of bearers in the order of a keyed tag, which says nothing of the roll.

    `next` is where the next page starts, None on the last; `total`, how many bearers the whole roll has, is said with the
    first page and with the last. Only voters with an election held online. From the first call on the roll is in use:
    codes exist for it, so it cannot be replaced any more. Raises voting_event_unknown.
    """
    event = voting_events.find(session, voting_event)
    if event.codes_listed_at is None:
        event.codes_listed_at = now
    _tag_voters(session, voting_event, holder_key)
    online = [one.uuid for one in voting_events.elections_of(session, voting_event) if one.mode == ONLINE]
    voters = list(session.scalars(_following(voting_event, online, after or "", limit + 1)))
    page, more = voters[:limit], len(voters) > limit
    entitled: dict[str, set[str]] = {voter.id: set() for voter in page}
    pairs = select(Entitlement.voter_id, Entitlement.election).where(Entitlement.voter_id.in_(list(entitled)))
    for voter_id, election in session.execute(pairs):
        entitled[voter_id].add(election)
    bearers = [
        Bearer(
            bearer=holders.bearer(holder_key, voting_event, voter.id),
            notice=_notice(voter),
            holders=[
                Holder(election=election, holder=holders.holder(holder_key, election, voter.id))
                for election in online
                if election in entitled[voter.id]
            ],
        )
        for voter in page
    ]
    # Counting costs as much as the roll is long: not for every page.
    total = session.scalar(_counted(online)) if after is None or not more else None
    return Bearers(bearers=bearers, next=page[-1].page_tag if more else None, total=total)


# By their uuids, not by a join: nothing analyses a table of so few rows as that of elections, and a database that takes them
# for hundreds looks up each voter of the roll by itself.


def _following(voting_event: str, elections: Sequence[str], after: str, limit: int) -> Select[Voter]:
    """Voters of these elections in the order of their tags."""
    entitled = select(Entitlement).where(Entitlement.voter_id == Voter.id, Entitlement.election.in_(elections)).exists()
    return (
        select(Voter)
        .where(Voter.voting_event == voting_event, Voter.page_tag > after, entitled)
        .order_by(Voter.page_tag)
        .limit(limit)
    )


def _counted(elections: Sequence[str]) -> Select[int]:
    """How many voters these elections have: read in the order of the primary key, kept nowhere."""
    voters = select(Entitlement.voter_id).where(Entitlement.election.in_(elections)).distinct()
    return select(func.count()).select_from(voters.subquery())


def _tag_voters(session: Session, voting_event: str, holder_key: str) -> None:
    """Tag the voters that a version without tags imported."""
    untagged = select(Voter.id).where(Voter.voting_event == voting_event, Voter.page_tag.is_(None)).limit(CHUNK)
    while ids := session.scalars(untagged).all():
        session.execute(update(Voter), [{"id": one, "page_tag": holders.page_tag(holder_key, one)} for one in ids])


def _notice(voter: Voter) -> NoticeAddress:
    address = [voter.address1, voter.address2, f"{voter.postcode} {voter.city}".strip()]
    # The assignment stands in for an address that the roll does not have: such notices are handed over at work.
    posted = any(address)
    return NoticeAddress(
        name=f"{voter.first_name} {voter.surname}",
        lines=[line for line in (address if posted else [voter.assignment]) if line],
        place=voter.assignment or "",
        posted=posted,
    )
