"""Asking for another voting code (D3, D4): identity proved, the attempt counted, the rest done by reassort and the urn.

Every function is called for a voter with an open session (D7). Of two clicks the second finds the first one's request.
Wrong answers are bounded a voter, counted before they are judged, and never say what was wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.identity.access import lockout, passwords, tokens
from services.identity.access.accounts import Slow
from services.identity.contract.event.wording import without_accents
from services.identity.contract.events import HolderIn, ReissueChannel, ReissueGranted
from services.identity.contract.limits import FRENCH
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.reissue import CHALLENGE, FACTS, OPEN, ReissueAsked
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import Account, ReissueLink, ReissueRequest, Voter
from services.identity.reissue import known_facts, mailed_link, rules, shared_phones
from services.identity.voting_events import holders
from services.notification.contract.phone import Mobile, PhoneRefused, mobile
from services.runtime.bus import outbox
from services.runtime.contracts import problems
from services.runtime.sealing_box import seal
from services.runtime.storage.crash_points import crash_point
from services.runtime.storage.database import Database


@dataclass(frozen=True)
class Terms:
    """What holds for all requests: letters, key of pseudonyms, codes a voter may have, voters who may share a number."""

    letters: LetterSettings
    holder_key: str
    most: int
    voters_per_phone: int


def by_facts(
    database: Database,
    terms: Terms,
    *,
    voter_id: str,
    form: str,
    phone: str,
    numen: str,
    birth_date: str,
    now: datetime,
) -> ReissueAsked:
    """The channel of 2018: NUMEN and date of birth prove, an SMS carries, an e-mail confirms.

    Args:
        database: of the service.
        terms: what the settings say of re-issues.
        voter_id: who asks.
        form: a random number of the form that was sent; the same form sent twice is one request.
        phone: as typed.
        numen: as typed.
        birth_date: as typed, ISO 8601.
        now: the moment, in UTC.

    Raises:
        Refusal: reissue_* (rules.require_open), reissue_proof_missing (the roll has no NUMEN or date for this voter),
            phone_refused {problem}, phone_shared, reissue_resting {minutes}, reissue_proof_wrong.
    """
    number = number_of(phone)
    request = holders.request_number(terms.holder_key, voter_id, form)
    with database.transaction() as session:
        earlier = _earlier(session, terms, voter_id, request)
        if earlier is not None:
            return earlier
        standing = rules.standing(session, voter_id, terms.most, now)
        rules.require_open(standing)
        if standing.proof != FACTS:
            raise refuse(Code.REISSUE_PROOF_MISSING)
        # Counted first and kept, whatever is found: simultaneous guesses do not slip through.
        lockout.count_attempt(session, attempts_tag(terms, voter_id), now, Code.REISSUE_RESTING)
        voter = session.get_one(Voter, voter_id)
        kept = (str(voter.numen_tag), str(voter.birth_date_tag))
    if not known_facts.agree(terms.holder_key, voter_id, kept, numen, birth_date):
        raise refuse(Code.REISSUE_PROOF_WRONG)
    return _grant_sms(database, terms, voter_id, request, number, now)


def answer_challenge(
    database: Database, slow: Slow, terms: Terms, *, voter_id: str, answer: str, birth_date: str = "", now: datetime
) -> datetime:
    """The channel of 2022, first step: the answer proves, a single-use link is mailed; return until when it works.

    Whoever reads a voter's mail can have opened the account and chosen the answer. Where the roll knows the voter's day of
    birth it is asked for too: mail alone then leads to no code (docs/adr/0038).

    Args:
        database: of the service.
        slow: where passwords are hashed.
        terms: what the settings say of re-issues.
        voter_id: who asks.
        answer: to the challenge question, as typed.
        birth_date: as typed; looked at where the roll has one.
        now: the moment, in UTC.

    Raises:
        Refusal: reissue_* (rules.require_open), reissue_proof_missing (no challenge was ever chosen), invalid_request (no
            date where one is asked for), reissue_resting {minutes}, reissue_proof_wrong.
    """
    with database.transaction() as session:
        locked(session, voter_id)
        standing = rules.standing(session, voter_id, terms.most, now)
        rules.require_open(standing)
        if standing.proof != CHALLENGE:
            raise refuse(Code.REISSUE_PROOF_MISSING)
        if standing.asks_birth_date and not birth_date.strip():
            raise problems.invalid_request({"birth_date": [problems.problem(problems.Code.REQUIRED)]})
        lockout.count_attempt(session, attempts_tag(terms, voter_id), now, Code.REISSUE_RESTING)
        stored = session.execute(select(Account.answer_hash).where(Account.voter_id == voter_id)).scalar_one()
        kept = session.get_one(Voter, voter_id).birth_date_tag
    # Both are judged whatever the first one gives: which was wrong, nobody learns, not even by the time it takes.
    answered = slow(passwords.matches, without_accents(answer), str(stored))
    born = kept is None or known_facts.agrees(terms.holder_key, voter_id, kept, birth_date)
    if not (answered and born):
        raise refuse(Code.REISSUE_PROOF_WRONG)
    with database.transaction() as session:
        voter = locked(session, voter_id)
        lockout.clear(session, attempts_tag(terms, voter_id))
        return mailed_link.send(session, terms.letters, voter, now)


def by_link(
    database: Database,
    terms: Terms,
    *,
    voter_id: str,
    token: str,
    phone: str | None = None,
    browser_key: str | None = None,
    now: datetime,
) -> ReissueAsked:
    """The channel of 2022, second step: the link is used up; the code comes by SMS or to the browser with that key.

    Args:
        database: of the service.
        terms: what the settings say of re-issues.
        voter_id: who asks.
        token: of the link.
        phone: the number to send to; None to show the code on the screen.
        browser_key: X25519 public key (64 hex digits) whose other half the browser alone keeps.
        now: the moment, in UTC.

    Raises:
        Refusal: reissue_* (rules.require_open), link_unknown (not this voter's, or used), link_expired, phone_refused
            {problem}, phone_shared.
    """
    number = None if phone is None else number_of(phone)
    request = holders.request_number(terms.holder_key, voter_id, token)
    with database.transaction() as session:
        earlier = _earlier(session, terms, voter_id, request)
        if earlier is not None:
            return earlier
        rules.require_open(rules.standing(session, voter_id, terms.most, now))
        link = session.get(ReissueLink, voter_id)
        if link is None or link.token_hash != tokens.digest(token):
            raise refuse(Code.LINK_UNKNOWN)
        if link.expires_at <= now:
            raise refuse(Code.LINK_EXPIRED)
        if number is None:
            session.delete(link)
            return grant(session, terms, voter_id, request, ReissueChannel.SCREEN, str(browser_key), "", now)
    return _grant_sms(database, terms, voter_id, request, number, now, token)


def settle(session: Session, request: str, outcome: str) -> None:
    """Note what became of a request: the code is on its way, or it was too late and the attempt was none."""
    session.execute(
        update(ReissueRequest)
        .where(ReissueRequest.id == request, ReissueRequest.state == OPEN)
        .values(state=outcome)
        .execution_options(synchronize_session=False)
    )


def _grant_sms(
    database: Database,
    terms: Terms,
    voter_id: str,
    request: str,
    number: Mobile,
    now: datetime,
    token: str | None = None,
) -> ReissueAsked:
    with database.transaction() as session:
        earlier = _earlier(session, terms, voter_id, request)
        if earlier is not None:
            return earlier
        rules.require_open(rules.standing(session, voter_id, terms.most, now))
        accepted = may_use(session, terms, voter_id, number, now)
        if accepted:
            lockout.clear(session, attempts_tag(terms, voter_id))
            if token is not None and not mailed_link.use_up(session, voter_id, token):
                raise refuse(Code.LINK_UNKNOWN)
            sealed = contact(session, terms, voter_id, number)
            asked = grant(session, terms, voter_id, request, ReissueChannel.SMS, sealed, number.masked, now)
            confirm(session, terms, voter_id, number.masked, now)
    if not accepted:
        raise refuse(Code.PHONE_SHARED)
    return asked


def may_use(session: Session, terms: Terms, voter_id: str, number: Mobile, now: datetime) -> bool:
    """Whether not too many voters use that number; the use, or the refusal, is noted."""
    tag = holders.phone_tag(terms.holder_key, number.e164)
    accepted = shared_phones.may_use(session, tag, voter_id, terms.voters_per_phone)
    if not accepted:
        shared_phones.note_refusal(session, tag, number.masked, now)
    return accepted


def contact(session: Session, terms: Terms, voter_id: str, number: Mobile) -> str:
    """Whom to write to and in what language, for whoever sends short messages alone."""
    language = session.get_one(Voter, voter_id).language or FRENCH
    content = {"to": {"phone": number.e164}, "values": {}, "language": language}
    return seal(terms.letters.sms_public_key, content)


def confirm(session: Session, terms: Terms, voter_id: str, masked: str, now: datetime) -> None:
    """Tell the voter by e-mail that a code goes to a number, of which no more than the beginning is said."""
    request_email(
        session,
        terms.letters,
        session.get_one(Voter, voter_id),
        template="reissue_confirmation",
        values={"masked": masked},
        expires_at=now + timedelta(days=1),
    )


def grant(
    session: Session,
    terms: Terms,
    voter_id: str,
    request: str,
    channel: ReissueChannel,
    sealed: str,
    masked: str,
    now: datetime,
) -> ReissueAsked:
    """Write a request down and have reassort begin; the caller holds the lock of the voter's row, and has judged."""
    voter = session.get_one(Voter, voter_id)
    session.add(
        ReissueRequest(
            id=request,
            voter_id=voter_id,
            state=OPEN,
            channel=channel.value,
            masked=masked,
            asked_at=now,
            # The first message with the code has the number of the request (reassort).
            message=request if channel is ReissueChannel.SMS else None,
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
    return ReissueAsked(
        request=request, channel=channel.value, masked=masked, left=_left(session, terms, voter_id), new=True
    )


def _earlier(session: Session, terms: Terms, voter_id: str, request: str) -> ReissueAsked | None:
    """What an earlier click began: this very request, or one that is not settled yet. The voter is locked from here."""
    locked(session, voter_id)
    of_voter = select(ReissueRequest).where(ReissueRequest.voter_id == voter_id)
    found = session.scalar(of_voter.where(ReissueRequest.id == request)) or session.scalar(
        of_voter.where(ReissueRequest.state == OPEN)
    )
    if found is None:
        return None
    return ReissueAsked(
        request=found.id,
        channel=found.channel,
        masked=found.masked,
        left=_left(session, terms, voter_id),
        new=False,
    )


def _left(session: Session, terms: Terms, voter_id: str) -> int:
    return max(0, terms.most - rules.spent(session, voter_id))


def number_of(phone: str) -> Mobile:
    """The number that a code may be sent to. Raises phone_refused {problem}."""
    try:
        return mobile(phone)
    except PhoneRefused as refused:
        raise refuse(Code.PHONE_REFUSED, problem=refused.why.value) from None


def locked(session: Session, voter_id: str) -> Voter:
    """The voter, whom no other request can concern until the transaction ends."""
    return session.scalars(select(Voter).where(Voter.id == voter_id).with_for_update()).one()


def attempts_tag(terms: Terms, voter_id: str) -> str:
    """Under what wrong proofs of a voter are counted."""
    return holders.reissue_tag(terms.holder_key, voter_id)
