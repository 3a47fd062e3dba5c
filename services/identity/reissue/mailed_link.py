"""The single-use link by e-mail: whoever proved who he is (challenge or provider) gets his new code from there (D4, A11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import ReissueLink, Voter

LINK_LIFETIME = timedelta(hours=1)
COOLDOWN = timedelta(minutes=2)
"""Within it a second proof sends no second link: the first is on its way."""


def send(session: Session, letters: LetterSettings, voter: Voter, now: datetime) -> datetime:
    """Mail a link, unless one is on its way; return until when it works. The caller holds the lock of the voter's row."""
    sent = session.get(ReissueLink, voter.id)
    if sent is not None and now - sent.sent_at < COOLDOWN:
        return sent.expires_at
    token = tokens.fresh()
    session.execute(delete(ReissueLink).where(ReissueLink.voter_id == voter.id))
    link = {"token_hash": tokens.digest(token), "sent_at": now, "expires_at": now + LINK_LIFETIME}
    session.add(ReissueLink(voter_id=voter.id, **link))
    request_email(
        session,
        letters,
        voter,
        template="reissue_link",
        values={
            "link": f"{letters.public_url.rstrip('/')}/reassort/lien/{token}",
            "minutes": int(LINK_LIFETIME.total_seconds() // 60),
            "until": (now + LINK_LIFETIME).isoformat(),
        },
        expires_at=now + LINK_LIFETIME,
    )
    return now + LINK_LIFETIME


def use_up(session: Session, voter_id: str, token: str) -> bool:
    """Use a voter's link up; whether it was there."""
    gone = delete(ReissueLink).where(ReissueLink.voter_id == voter_id, ReissueLink.token_hash == tokens.digest(token))
    returned = gone.returning(ReissueLink.voter_id).execution_options(synchronize_session=False)
    return session.execute(returned).first() is not None
