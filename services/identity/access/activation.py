"""What a link is followed for (A5, A6, A8): a first password, with or without activating the account, or a new one.

In the profile of 2022 the first password takes two steps: the password, of which the link keeps the hash, then the
challenge question, which makes both last. Whoever enters without activation leaves neither.

bcrypt runs between two transactions, never within one (see accounts.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.access import (
    access_requests,
    challenge_question,
    links,
    lockout,
    passwords,
    sessions,
)
from services.identity.access.accounts import Slow
from services.identity.contract.event.wording import without_accents
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Account, Voter, VotingEvent
from services.identity.voting_events import holders
from services.runtime.clock import cut_to_hour
from services.runtime.storage.database import Database


@dataclass(frozen=True)
class Followed:
    """A link that may still be used, and whose it is; `asks` tells whether the challenge question comes with it."""

    link: links.OpenLink
    identifier: str
    voting_event: str
    profile: str
    asks: bool


@dataclass(frozen=True)
class Hashing:
    """How passwords are hashed: off the event loop, at bcrypt's cost."""

    slow: Slow
    cost: int

    def hash(self, text: str) -> str:
        """Return the bcrypt hash of a text."""
        hashed: str = self.slow(passwords.hash_password, text, self.cost)
        return hashed


def follow(session: Session, token: str, now: datetime) -> Followed:
    """Return the link of `token` without using it up. Raises link_*."""
    link = links.find(session, token, now)
    identifier, voting_event, profile = session.execute(
        select(Voter.identifier, VotingEvent.uuid, VotingEvent.profile)
        .join(VotingEvent, VotingEvent.uuid == Voter.voting_event)
        .where(Voter.id == link.voter_id)
    ).one()
    asks = passwords.PROFILES[profile].challenge and link.purpose == links.ACTIVATION
    return Followed(link, identifier, voting_event, profile, asks)


def prepare(database: Database, hashing: Hashing, *, token: str, password: str, now: datetime) -> str:
    """Check a first password and keep its hash with the link until the next step; return the profile.

    Where no challenge question follows, the password is checked and nothing is kept: `activate` takes it. Raises
    link_*, password_refused {broken}; the link is not used up.
    """
    with database.reading() as session:
        followed = follow(session, token, now)
    _check_password(followed, password)
    if followed.asks:
        hashed = hashing.hash(password)
        with database.transaction() as session:
            links.keep_password(session, followed.link, hashed, now)
    return followed.profile


def activate(
    database: Database,
    hashing: Hashing,
    *,
    token: str,
    password: str | None = None,
    question: str | None = None,
    answer: str | None = None,
    challenge_required: bool = True,
    browser: str | None = None,
    holder_key: str,
    now: datetime,
) -> str:
    """Use a link up, set the password and the challenge, and return the token of a new session.

    `password` may be left out when it was prepared. All other sessions of the voter end, other links too, and failed
    log-ins are forgotten. A password in place stays valid until this succeeds. Raises link_*, password_refused
    {broken}, answer_refused {broken}, activation_not_prepared, not_in_this_profile (a question where none is asked);
    after these the link still works.
    """
    with database.reading() as session:
        followed = follow(session, token, now)
    asked = question is not None or answer is not None
    if asked and not followed.asks:
        raise refuse(Code.NOT_IN_THIS_PROFILE)
    if password is not None or not followed.asks:
        _check_password(followed, password or "")
    elif not followed.link.prepared:
        raise refuse(Code.ACTIVATION_NOT_PREPARED)
    if asked or (followed.asks and challenge_required):
        broken = challenge_question.broken_rules(question or "", answer or "")
        if broken:
            raise refuse(Code.ANSWER_REFUSED, broken=broken)
    password_hash = hashing.hash(password) if password is not None else None
    answer_hash = hashing.hash(without_accents(answer)) if answer is not None else None
    with database.transaction() as session:
        prepared = links.consume(session, followed.link, now, browser)
        if password_hash is None and prepared is None:
            raise refuse(Code.ACTIVATION_NOT_PREPARED)
        account = session.get(Account, followed.link.voter_id)
        if account is None:
            account = Account(voter_id=followed.link.voter_id, password_hash="", activated_at=cut_to_hour(now))
            session.add(account)
        account.password_hash = password_hash or str(prepared)
        if answer_hash is not None:
            account.challenge_question, account.answer_hash = question, answer_hash
        tag = _tag(followed, holder_key)
        _begin_anew(session, followed, tag, now)
        access_requests.end_cooldown(session, tag)
        return sessions.open_session(session, account, now)


def enter_without_activation(
    database: Database, *, token: str, browser: str | None = None, holder_key: str, now: datetime
) -> str:
    """Use a link up without setting anything, and return the token of a session that is not an activated one's.

    Raises link_*, not_in_this_profile (also for the link of a password to replace).
    """
    with database.reading() as session:
        followed = follow(session, token, now)
    if not followed.asks:
        raise refuse(Code.NOT_IN_THIS_PROFILE)
    with database.transaction() as session:
        links.consume(session, followed.link, now, browser)
        # The cooldown of requests goes on: its end would tell strangers that the identifier is on the roll.
        _begin_anew(session, followed, _tag(followed, holder_key), now)
        return sessions.open_unactivated(session, followed.link.voter_id, now)


def answer_again(session: Session, *, token: str, browser: str, now: datetime) -> str:
    """Return the token of a session in place of the one that the browser asked for and never received.

    A link is used up once, but its answer may be lost on the way, and whoever has used it must not be told that it has
    served already. Nothing is granted that was not before: the session that the link opened must still be open, and it
    ends here, so that of a link there is one session at most. Raises link_used.
    """
    used = links.used_from(session, token, browser, now)
    lost = None if used is None else sessions.opened_at(session, used.voter_id, used.at)
    if used is None or lost is None:
        raise refuse(Code.LINK_USED)
    return sessions.replace_token(session, lost)


def _check_password(followed: Followed, password: str) -> None:
    broken = passwords.broken_rules(followed.profile, password, followed.identifier)
    if broken:
        raise refuse(Code.PASSWORD_REFUSED, broken=broken)


def _begin_anew(session: Session, followed: Followed, tag: str, now: datetime) -> None:
    # Whoever follows the link is the owner: what guessers did to the account is over, and so is what others began.
    lockout.clear(session, tag)
    sessions.close_all(session, followed.link.voter_id)


def _tag(followed: Followed, holder_key: str) -> str:
    return holders.identifier_tag(holder_key, followed.voting_event, followed.identifier)
