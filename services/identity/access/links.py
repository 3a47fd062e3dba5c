"""Single-use links sent by e-mail (A4, A8): only the newest of a voter is valid, and only once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.contract.refusals import Code, refuse
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import Account, Link, Voter, VotingEvent

ACTIVATION = "activation"
PASSWORD = "password"  # noqa: S105 - the purpose of a link
COOLDOWN = timedelta(minutes=2)
REPEATED_WITHIN = timedelta(minutes=30)
"""How long a browser may ask for the answer that it has not received."""
TEMPLATES = {
    "2018": {ACTIVATION: "account_link", PASSWORD: "password_link"},
    "2022": {ACTIVATION: "activation_link", PASSWORD: "password_link"},
}
"""By the profile of the voting event, whose words the message is in."""


@dataclass(frozen=True)
class OpenLink:
    """A link that may still be used; `prepared` tells whether it keeps a password chosen and not yet confirmed."""

    id: str
    voter_id: str
    purpose: str
    expires_at: datetime
    prepared: bool


@dataclass(frozen=True)
class Used:
    """A link that has served: whose it is, and when."""

    voter_id: str
    at: datetime


def send(
    session: Session,
    letters: LetterSettings,
    voter_id: str,
    *,
    now: datetime,
    lifetime: timedelta,
    language: str | None = None,
    at_once: bool = False,
) -> bool:
    """Send the voter a new link beside those sent before; return whether a message was requested.

    It is for a new password where the account has one, else for the activation.

    Nothing is sent within two minutes of the last one: a message is on its way. `at_once`: that one has gone astray.
    """
    voter = session.scalar(select(Voter).where(Voter.id == voter_id).with_for_update())
    if voter is None:
        return False
    newest = session.scalar(select(Link).where(Link.voter_id == voter_id).order_by(Link.created_at.desc()).limit(1))
    on_its_way = newest is not None and newest.consumed_at is None and now - newest.created_at < COOLDOWN
    if on_its_way and not at_once:
        return False
    # Asked once the voter is locked: an activation that went on meanwhile is over.
    active = session.scalar(select(Account.voter_id).where(Account.voter_id == voter_id)) is not None
    purpose = PASSWORD if active else ACTIVATION
    token = make(session, [voter_id], purpose, now=now, lifetime=lifetime)[voter_id]
    request_email(
        session,
        letters,
        voter,
        template=TEMPLATES[session.get_one(VotingEvent, voter.voting_event).profile][purpose],
        values=described(letters, token, now=now, lifetime=lifetime),
        language=language,
        expires_at=now + lifetime,
    )
    return True


def make(
    session: Session, voter_ids: Sequence[str], purpose: str, *, now: datetime, lifetime: timedelta
) -> dict[str, str]:
    """Make a new link for each voter and return the tokens by voter.

    Those sent before stay valid until one is used (A4): whoever opens the older mail is not sent in circles, and a
    stranger's request kills nothing.

    The caller holds the locks of the voters' rows.
    """
    made = {voter_id: tokens.fresh() for voter_id in voter_ids}
    if not made:
        return made
    session.execute(
        insert(Link),
        [
            {
                "id": str(uuid.uuid4()),
                "token_hash": tokens.digest(token),
                "voter_id": voter_id,
                "purpose": purpose,
                "created_at": now,
                "expires_at": now + lifetime,
            }
            for voter_id, token in made.items()
        ],
    )
    return made


def address(letters: LetterSettings, token: str) -> str:
    """Return the address that a link's token is followed at."""
    return f"{letters.public_url.rstrip('/')}/lien/{token}"


def described(letters: LetterSettings, token: str, *, now: datetime, lifetime: timedelta) -> dict[str, object]:
    """Return what a message says of a link. `until`: a message may be hours late, and the link is as old as its row."""
    return {
        "link": address(letters, token),
        "minutes": int(lifetime.total_seconds() // 60),
        "until": (now + lifetime).isoformat(),
    }


def find(session: Session, token: str, now: datetime) -> OpenLink:
    """Return the link of `token` without using it up. Raises link_unknown, link_used, link_expired."""
    link = session.scalar(select(Link).where(Link.token_hash == tokens.digest(token)))
    if link is None:
        raise refuse(Code.LINK_UNKNOWN)
    # Superseded: another link of the same voter has served.
    if link.consumed_at is not None or link.superseded_at is not None:
        raise refuse(Code.LINK_USED)
    if link.expires_at <= now:
        raise refuse(Code.LINK_EXPIRED)
    return OpenLink(
        id=link.id,
        voter_id=link.voter_id,
        purpose=link.purpose,
        expires_at=link.expires_at,
        prepared=link.pending_hash is not None,
    )


def keep_password(session: Session, link: OpenLink, password_hash: str, now: datetime) -> None:
    """Keep the hash of a password with the link until the next step. Raises link_used, link_expired."""
    _change(session, link, now, pending_hash=password_hash)


def consume(session: Session, link: OpenLink, now: datetime, browser: str | None = None) -> str | None:
    """Use the link up, end the voter's others, and return the password hash that it kept, if any.

    Of two simultaneous clicks one succeeds: the database decides, in one statement. The number of the browser is kept,
    hashed, for `used_from`. Raises link_used, or link_expired when it expired since it was found.
    """
    # The voter's row first, as `send` does: two transactions that lock links in different orders would block.
    session.execute(select(Voter.id).where(Voter.id == link.voter_id).with_for_update())
    kept = session.scalar(select(Link.pending_hash).where(Link.id == link.id).with_for_update())
    used_by = None if browser is None else tokens.digest(browser)
    _change(session, link, now, consumed_at=now, pending_hash=None, used_by=used_by)
    end_all(session, [link.voter_id], now)
    return kept


def used_from(session: Session, token: str, browser: str, now: datetime) -> Used | None:
    """Return by whom and when the link of `token` was used, where this browser has done it a short while ago."""
    link = session.scalar(
        select(Link).where(
            Link.token_hash == tokens.digest(token),
            Link.used_by == tokens.digest(browser),
            Link.consumed_at > now - REPEATED_WITHIN,
        )
    )
    return None if link is None or link.consumed_at is None else Used(link.voter_id, link.consumed_at)


def _change(session: Session, link: OpenLink, now: datetime, **values: object) -> None:
    statement = (
        update(Link)
        .where(Link.id == link.id, Link.consumed_at.is_(None), Link.superseded_at.is_(None), Link.expires_at > now)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[object]", session.execute(statement)).rowcount == 1:
        return
    used = session.scalar(select(func.coalesce(Link.consumed_at, Link.superseded_at)).where(Link.id == link.id))
    raise refuse(Code.LINK_USED if used is not None else Code.LINK_EXPIRED)


def end_all(session: Session, voter_ids: Sequence[str], now: datetime) -> None:
    """Make every link of these voters that is still open invalid."""
    session.execute(
        update(Link)
        .where(Link.voter_id.in_(voter_ids), Link.consumed_at.is_(None), Link.superseded_at.is_(None))
        .values(superseded_at=now, pending_hash=None)
        .execution_options(synchronize_session=False)
    )


def forget_pending(session: Session, now: datetime) -> None:
    """Erase the passwords that expired links keep."""
    session.execute(
        update(Link)
        .where(Link.pending_hash.is_not(None), Link.expires_at <= now)
        .values(pending_hash=None)
        .execution_options(synchronize_session=False)
    )
