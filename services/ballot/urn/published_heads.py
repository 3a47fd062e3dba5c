"""Heads of the chain, published every hour and signed: whoever keeps one holds the urn to all that came before (C9).

They tell how many ballots there were in an hour, which the urn's page tells anyway, and nothing of a single one.
"""

from __future__ import annotations

from datetime import datetime

from nacl.signing import SigningKey
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.ballot.contract.heads import HeadPage, PublishedHead
from services.ballot.contract.signed_heads import signed_text
from services.ballot.elections.elections import found, locked
from services.ballot.models import Election, Head
from services.ballot.urn import chain, receipt
from services.ballot.urn.chain import EventType
from services.runtime.clock import cut_to_hour

PAGE = 500
_VOTING = frozenset({EventType.SETUP, EventType.BALLOT})


def due(session: Session, receipt_key: str, now: datetime) -> list[str]:
    """Return the elections that have a head to publish: one an hour while they are open, and each step after the closing.

    Args:
        session: To read with.
        receipt_key: The public half of the key that this process signs with: elections sealed with another are left alone.
        now: The moment.
    """
    sealed = session.scalars(
        select(Election.uuid)
        .where(Election.raw.is_not(None), Election.opens_at <= now, Election.receipt_key == receipt_key)
        .order_by(Election.uuid)
    )
    return [uuid for uuid in sealed if _is_due(_last(session, uuid), chain.head(session, uuid), now)]


def publish(session: Session, uuid: str, private_key: str, now: datetime) -> bool:
    """Sign the head that the chain has now and keep it, where one is due still; return whether there was one."""
    # Under the election's lock no ballot comes in between.
    locked(session, uuid)
    last, head = _last(session, uuid), chain.head(session, uuid)
    if head is None or not _is_due(last, head, now):
        return False
    number, at = 0 if last is None else last.number + 1, int(now.timestamp())
    text = signed_text(uuid, number, head.height, head.hash, at)
    signature = SigningKey(bytes.fromhex(private_key)).sign(text.encode()).signature.hex()
    session.execute(
        insert(Head).values(
            election=uuid,
            number=number,
            height=head.height,
            head=head.hash,
            at=now.replace(microsecond=0),
            signature=signature,
        )
    )
    return True


def listed(session: Session, uuid: str, after: int) -> HeadPage:
    """Return a page of the heads of an election. Raises Refusal election_unknown."""
    found(session, uuid)
    rows = list(
        session.scalars(
            select(Head).where(Head.election == uuid, Head.number > after).order_by(Head.number).limit(PAGE + 1)
        )
    )
    return HeadPage(
        heads=[
            PublishedHead(
                election=uuid,
                number=row.number,
                height=row.height,
                head=row.head,
                at=int(row.at.timestamp()),
                signature=row.signature,
            )
            for row in rows[:PAGE]
        ],
        next=rows[PAGE - 1].number if len(rows) > PAGE else None,
    )


def public_key(private_key: str) -> str:
    """The key that heads are checked with: that of the receipts, which identity recorded at sealing."""
    return receipt.public_key(private_key)


def _last(session: Session, uuid: str) -> Head | None:
    return session.scalars(
        select(Head).where(Head.election == uuid).order_by(Head.number.desc()).limit(1)
    ).one_or_none()


def _is_due(last: Head | None, head: chain.Head | None, now: datetime) -> bool:
    if head is None:
        return False
    if last is None:
        return True
    if head.type in _VOTING:
        return cut_to_hour(now) > cut_to_hour(last.at)
    return head.height > last.height
