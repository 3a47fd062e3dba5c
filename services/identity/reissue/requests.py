"""Asking for another voting code (D3, D4): identity proved, the attempt counted, the rest done by reassort and the urn.

Every function is called for a voter with an open session (D7). Of two clicks the second finds the first one's request.
Wrong answers are bounded a voter, counted before they are judged, and never say what was wrong.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.identity.access import lockout, passwords, tokens
from services.identity.access.accounts import Slow
from services.identity.contract.events import HolderIn, ReissueChannel, ReissueGranted
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.wording import without_accents
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import Account, PhoneUse, ReissueLink, ReissueRequest, SharedPhone, Voter
from services.identity.reissue import known_facts, rules
from services.identity.voting_events import holders
from services.notification.contract.phone import Mobile, PhoneRefused, mobile
from services.runtime.bus import outbox
from services.runtime.sealing_box import seal
from services.runtime.storage.crash_points import crash_point
from services.runtime.storage.database import Database

LINK_LIFETIME = timedelta(hours=1)
COOLDOWN = timedelta(minutes=2)
"""Within it a second answer to the challenge sends no second link: the first is on its way."""


@dataclass(frozen=True)
class Terms:
    """What holds for all requests: letters, key of pseudonyms, codes a voter may have, voters who may share a number."""

    letters: LetterSettings
    holder_key: str
    most: int
    voters_per_phone: int


@dataclass(frozen=True)
class Asked:
    """A request that is under way; `new` is false for the one that an earlier click began. `masked`: 06xxxxxxx."""

    request: str
    channel: str
    masked: str
    left: int
    new: bool


def by_facts(
    database: Database, terms: Terms, *, voter_id: str, phone: str, numen: str, birth_date: str, now: datetime
) -> Asked:
    """The channel of 2018: NUMEN and date of birth prove, an SMS carries, an e-mail confirms.

    Raises:
        Refusal: reissue_* (rules.require_open), reissue_proof_missing (the roll has no NUMEN or date for this voter),
            phone_refused {problem}, phone_shared, account_locked {minutes}, reissue_proof_wrong.
    """
    number = _number(phone)
    with database.transaction() as session:
        _locked(session, voter_id)
        standing = rules.standing(session, voter_id, terms.most, now)
        if standing.newest is not None and standing.newest.state == rules.OPEN:
            return _again(standing.newest, standing.left)
        rules.require_open(standing)
        if standing.proof != rules.FACTS:
            raise refuse(Code.REISSUE_PROOF_MISSING)
        # Counted first and kept, whatever is found: simultaneous guesses do not slip through.
        lockout.count_attempt(session, _attempts_tag(terms, voter_id), now)
        voter = session.get_one(Voter, voter_id)
        kept = (str(voter.numen_tag), str(voter.birth_date_tag))
    if not known_facts.agree(terms.holder_key, voter_id, kept, numen, birth_date):
        raise refuse(Code.REISSUE_PROOF_WRONG)
    return _grant_sms(database, terms, voter_id, number, now)


def answer_challenge(
    database: Database, slow: Slow, terms: Terms, *, voter_id: str, answer: str, now: datetime
) -> datetime:
    """The channel of 2022, first step: the answer proves, a single-use link is mailed; return until when it works.

    Raises:
        Refusal: reissue_* (rules.require_open), reissue_proof_missing (no challenge was ever chosen), account_locked
            {minutes}, reissue_proof_wrong.
    """
    with database.transaction() as session:
        _locked(session, voter_id)
        standing = rules.standing(session, voter_id, terms.most, now)
        rules.require_open(standing)
        if standing.proof != rules.CHALLENGE:
            raise refuse(Code.REISSUE_PROOF_MISSING)
        lockout.count_attempt(session, _attempts_tag(terms, voter_id), now)
        stored = session.execute(select(Account.answer_hash).where(Account.voter_id == voter_id)).scalar_one()
    if not slow(passwords.matches, without_accents(answer), str(stored)):
        raise refuse(Code.REISSUE_PROOF_WRONG)
    with database.transaction() as session:
        voter = _locked(session, voter_id)
        lockout.clear(session, _attempts_tag(terms, voter_id))
        sent = session.get(ReissueLink, voter_id)
        if sent is not None and now - sent.sent_at < COOLDOWN:
            return sent.expires_at
        token = tokens.fresh()
        session.execute(delete(ReissueLink).where(ReissueLink.voter_id == voter_id))
        link = {"token_hash": tokens.digest(token), "sent_at": now, "expires_at": now + LINK_LIFETIME}
        session.add(ReissueLink(voter_id=voter_id, **link))
        request_email(
            session,
            terms.letters,
            voter,
            template="reissue_link",
            values={
                "link": f"{terms.letters.public_url.rstrip('/')}/reassort/lien/{token}",
                "minutes": int(LINK_LIFETIME.total_seconds() // 60),
                "until": (now + LINK_LIFETIME).isoformat(),
            },
            expires_at=now + LINK_LIFETIME,
        )
        return now + LINK_LIFETIME


def by_link(
    database: Database,
    terms: Terms,
    *,
    voter_id: str,
    token: str,
    phone: str | None = None,
    browser_key: str | None = None,
    now: datetime,
) -> Asked:
    """The channel of 2022, second step: the link is used up; the code comes by SMS or to the browser with that key.

    Args:
        phone: the number to send to; None to show the code on the screen.
        browser_key: X25519 public key (64 hex digits) whose other half the browser alone keeps.

    Raises:
        Refusal: reissue_* (rules.require_open), link_unknown (not this voter's, or used), link_expired, phone_refused
            {problem}, phone_shared.
    """
    number = None if phone is None else _number(phone)
    with database.transaction() as session:
        _locked(session, voter_id)
        standing = rules.standing(session, voter_id, terms.most, now)
        if standing.newest is not None and standing.newest.state == rules.OPEN:
            return _again(standing.newest, standing.left)
        rules.require_open(standing)
        link = session.get(ReissueLink, voter_id)
        if link is None or link.token_hash != tokens.digest(token):
            raise refuse(Code.LINK_UNKNOWN)
        if link.expires_at <= now:
            raise refuse(Code.LINK_EXPIRED)
        if number is None:
            session.delete(link)
            return _grant(session, terms, voter_id, ReissueChannel.SCREEN, str(browser_key), "", now)
    return _grant_sms(database, terms, voter_id, number, now, token)


def settle(session: Session, request: str, outcome: str) -> None:
    """Note what became of a request: the code is on its way, or it was too late and the attempt was none."""
    session.execute(
        update(ReissueRequest)
        .where(ReissueRequest.id == request, ReissueRequest.state == rules.OPEN)
        .values(state=outcome)
        .execution_options(synchronize_session=False)
    )


def _grant_sms(
    database: Database, terms: Terms, voter_id: str, number: Mobile, now: datetime, token: str | None = None
) -> Asked:
    tag = holders.phone_tag(terms.holder_key, number.e164)
    with database.transaction() as session:
        voter = _locked(session, voter_id)
        standing = rules.standing(session, voter_id, terms.most, now)
        if standing.newest is not None and standing.newest.state == rules.OPEN:
            return _again(standing.newest, standing.left)
        rules.require_open(standing)
        shared = not _may_use(session, terms, tag, voter_id)
        if shared:
            _note_shared(session, tag, number.masked, now)
        else:
            lockout.clear(session, _attempts_tag(terms, voter_id))
            if token is not None and not _use_up(session, voter_id, token):
                raise refuse(Code.LINK_UNKNOWN)
            contact = {"to": {"phone": number.e164}, "values": {}}
            sealed = seal(terms.letters.notification_public_key, contact)
            asked = _grant(session, terms, voter_id, ReissueChannel.SMS, sealed, number.masked, now)
            request_email(
                session,
                terms.letters,
                voter,
                template="reissue_confirmation",
                values={"masked": asked.masked},
                expires_at=now + timedelta(days=1),
            )
    if shared:
        raise refuse(Code.PHONE_SHARED)
    return asked


def _grant(
    session: Session, terms: Terms, voter_id: str, channel: ReissueChannel, sealed: str, masked: str, now: datetime
) -> Asked:
    voter = session.get_one(Voter, voter_id)
    request = str(uuid.uuid4())
    session.add(
        ReissueRequest(
            id=request, voter_id=voter_id, state=rules.OPEN, channel=channel.value, masked=masked, asked_at=now
        )
    )
    session.flush()
    event = ReissueGranted(
        request=request,
        voting_event=voter.voting_event,
        bearer=holders.bearer(terms.holder_key, voter.voting_event, voter_id),
        channel=channel,
        sealed=sealed,
        holders=[
            HolderIn(election=election, holder=holders.holder(terms.holder_key, election, voter_id))
            for election in rules.online_elections(session, voter_id)
        ],
    )
    outbox.publish(session, "identity", event)
    crash_point(session, "grant")
    left = max(0, terms.most - rules.spent(session, voter_id))
    return Asked(request, channel.value, masked, left, new=True)


def _again(earlier: ReissueRequest, left: int) -> Asked:
    return Asked(earlier.id, earlier.channel, earlier.masked, left, new=False)


def _number(phone: str) -> Mobile:
    try:
        return mobile(phone)
    except PhoneRefused as refused:
        raise refuse(Code.PHONE_REFUSED, problem=refused.why.value) from None


def _locked(session: Session, voter_id: str) -> Voter:
    return session.scalars(select(Voter).where(Voter.id == voter_id).with_for_update()).one()


def _use_up(session: Session, voter_id: str, token: str) -> bool:
    gone = delete(ReissueLink).where(ReissueLink.voter_id == voter_id, ReissueLink.token_hash == tokens.digest(token))
    returned = gone.returning(ReissueLink.voter_id).execution_options(synchronize_session=False)
    return session.execute(returned).first() is not None


def _may_use(session: Session, terms: Terms, tag: str, voter_id: str) -> bool:
    """Whether the number is the voter's already, or not yet that of too many others; notes the use."""
    others = select(func.count()).select_from(PhoneUse).where(PhoneUse.phone_tag == tag, PhoneUse.voter_id != voter_id)
    if (session.scalar(others) or 0) >= terms.voters_per_phone:
        return False
    session.execute(_insert(session, PhoneUse).values(phone_tag=tag, voter_id=voter_id).on_conflict_do_nothing())
    return True


def _note_shared(session: Session, tag: str, masked: str, now: datetime) -> None:
    first = _insert(session, SharedPhone).values(phone_tag=tag, masked=masked, refused=1, last_at=now)
    again = {"refused": SharedPhone.refused + 1, "last_at": now}
    session.execute(first.on_conflict_do_update(index_elements=["phone_tag"], set_=again))


def _insert(session: Session, table: type[PhoneUse] | type[SharedPhone]) -> postgresql.Insert | sqlite.Insert:
    """An insertion that can say « on conflict »."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)


def _attempts_tag(terms: Terms, voter_id: str) -> str:
    return holders.reissue_tag(terms.holder_key, voter_id)
