"""Numbers that several voters want their codes sent to: a few may share one, and what is refused is shown to operators."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.identity.contract import reissue
from services.identity.models import PhoneUse, SharedPhone

MOST_LISTED = 200


def may_use(session: Session, tag: str, voter_id: str, most: int) -> bool:
    """Whether the number is the voter's already, or not yet that of `most` others; notes the use."""
    others = select(func.count()).select_from(PhoneUse).where(PhoneUse.phone_tag == tag, PhoneUse.voter_id != voter_id)
    if (session.scalar(others) or 0) >= most:
        return False
    session.execute(_insert(session, PhoneUse).values(phone_tag=tag, voter_id=voter_id).on_conflict_do_nothing())
    return True


def note_refusal(session: Session, tag: str, masked: str, now: datetime) -> None:
    """Keep for operators that a number was refused, never the number."""
    first = _insert(session, SharedPhone).values(phone_tag=tag, masked=masked, refused=1, last_at=now)
    again = {"refused": SharedPhone.refused + 1, "last_at": now}
    session.execute(first.on_conflict_do_update(index_elements=["phone_tag"], set_=again))


def newest(session: Session) -> list[reissue.SharedPhone]:
    """The numbers refused most lately, at most MOST_LISTED."""
    rows = session.scalars(select(SharedPhone).order_by(SharedPhone.last_at.desc()).limit(MOST_LISTED))
    return [reissue.SharedPhone(masked=one.masked, refused=one.refused, last_at=one.last_at) for one in rows]


def _insert(session: Session, table: type[PhoneUse] | type[SharedPhone]) -> postgresql.Insert | sqlite.Insert:
    """An insertion that can say « on conflict »."""
    return postgresql.insert(table) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(table)
