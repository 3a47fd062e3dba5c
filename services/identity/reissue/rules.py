"""When another voting code may be asked for, and how many times (D5, D6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.identity.attendance import poll_book
from services.identity.contract.events import ReissueChannel
from services.identity.contract.limits import ONLINE
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.reissue import CHALLENGE, FACTS, FAILED, ISSUED, LATE, NewestReissue, ReissueStanding
from services.identity.models import Account, Election, Entitlement, ReissueRequest, Voter, VotingEvent

MOST_RESENT = 5
"""Of one code: beyond, the support cell looks why numbers fail."""


@dataclass(frozen=True)
class Standing:
    """What the page says before a voter asks.

    `opens_at` is None where codes are not made yet and nobody can say when. `proof` is how the voter is asked to prove who
    he is (`challenge`, `facts`), or None where there is nothing to prove it by: the support cell is what is left.
    `newest` is the last request, `open` or settled. `civil_identity`, whether a provider's word can be compared with the
    roll: in the profile of 2022, where the roll has the voter's date of birth.
    `asks_birth_date`, whether that date is asked for beside the answer to the challenge (docs/adr/0038).
    """

    opens_at: datetime | None
    closes_at: datetime
    is_open: bool
    most: int
    left: int
    voted_everywhere: bool
    proof: str | None
    question: str | None
    newest: ReissueRequest | None
    civil_identity: bool
    asks_birth_date: bool


def standing(session: Session, voter_id: str, most: int, now: datetime) -> Standing:
    """How a voter stands with re-issues.

    Args:
        session: an open transaction.
        voter_id: who asks.
        most: how many a voter may have.
        now: the moment, in UTC.

    Returns:
        What is open to this voter now. 2018: once codes are made and until closing; 2022: from opening to closing.
    """
    voter = session.get_one(Voter, voter_id)
    event = session.get_one(VotingEvent, voter.voting_event)
    account = session.get(Account, voter_id)
    opens_at = event.opens_at if event.profile != "2018" else event.codes_listed_at
    if event.codes_listed_at is None:
        opens_at = None
    newest = session.scalar(
        select(ReissueRequest)
        .where(ReissueRequest.voter_id == voter_id)
        .order_by(ReissueRequest.asked_at.desc(), ReissueRequest.id)
        .limit(1)
    )
    question = account.challenge_question if account is not None else None
    proof = _proof(event.profile, voter, account)
    return Standing(
        opens_at=opens_at,
        closes_at=event.closes_at,
        is_open=opens_at is not None and opens_at <= now < event.closes_at,
        most=most,
        left=max(0, most - spent(session, voter_id)),
        voted_everywhere=not elections_left(session, voter_id),
        proof=proof,
        question=question,
        newest=newest,
        civil_identity=event.profile != "2018" and voter.birth_date_tag is not None,
        asks_birth_date=proof == CHALLENGE and voter.birth_date_tag is not None,
    )


def shown(standing: Standing, provider: str = "") -> ReissueStanding:
    """What the voter is told of it; `provider` names who may vouch for voters, empty where nobody does."""
    last = standing.newest
    return ReissueStanding(
        opens_at=standing.opens_at,
        closes_at=standing.closes_at,
        is_open=standing.is_open,
        most=standing.most,
        left=standing.left,
        voted_everywhere=standing.voted_everywhere,
        proof=standing.proof,
        question=standing.question,
        newest=None
        if last is None
        else NewestReissue(
            request=last.id,
            state=last.state,
            channel=last.channel,
            masked=last.masked,
            asked_at=last.asked_at,
            delivery=last.delivery,
            may_resend=may_resend(last),
        ),
        provider=provider or None if standing.civil_identity else None,
        asks_birth_date=standing.asks_birth_date,
    )


def require_open(standing: Standing) -> None:
    """Do nothing where a request may be made now.

    Raises:
        Refusal: reissue_closed {opens_at, closes_at}, reissue_nothing_left (voted everywhere), reissue_used_up {most}.
    """
    require_window(standing)
    if standing.voted_everywhere:
        raise refuse(Code.REISSUE_NOTHING_LEFT)
    if standing.left == 0:
        raise refuse(Code.REISSUE_USED_UP, most=standing.most)


def require_window(standing: Standing) -> None:
    """Do nothing within the window of the profile. Raises reissue_closed {opens_at, closes_at}."""
    if not standing.is_open:
        opens_at = None if standing.opens_at is None else standing.opens_at.isoformat()
        raise refuse(Code.REISSUE_CLOSED, opens_at=opens_at, closes_at=standing.closes_at.isoformat())


def may_resend(newest: ReissueRequest) -> bool:
    """Whether the request's code can be sent again: issued, by SMS, and the operator's word is that it failed."""
    by_sms = newest.state == ISSUED and newest.channel == ReissueChannel.SMS
    return by_sms and newest.delivery == FAILED and newest.resent < MOST_RESENT


def spent(session: Session, voter_id: str) -> int:
    """How many attempts of a voter count: open ones too, those that came too late not."""
    counted = select(func.count()).select_from(ReissueRequest)
    return session.scalar(counted.where(ReissueRequest.voter_id == voter_id, ReissueRequest.state != LATE)) or 0


def online_elections(session: Session, voter_id: str) -> Sequence[str]:
    """The voter's elections that are held here, whether or not he has voted: reassort is not to learn where."""
    return session.scalars(_online(voter_id)).all()


def elections_left(session: Session, voter_id: str) -> Sequence[str]:
    """The voter's elections here for which the poll book is not signed yet."""
    return session.scalars(_online(voter_id).where(~poll_book.is_signed(Entitlement.voter_id, Election.uuid))).all()


def _online(voter_id: str) -> Select[str]:
    return (
        select(Election.uuid)
        .join(Entitlement, Entitlement.election == Election.uuid)
        .where(Entitlement.voter_id == voter_id, Election.mode == ONLINE)
        .order_by(Election.uuid)
    )


def _proof(profile: str, voter: Voter, account: Account | None) -> str | None:
    if profile == "2018":
        return FACTS if voter.numen_tag is not None and voter.birth_date_tag is not None else None
    return CHALLENGE if account is not None and account.answer_hash is not None else None
