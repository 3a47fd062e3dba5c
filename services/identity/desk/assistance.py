"""Requests for assistance (B2): from anybody, acknowledged by e-mail, answered by operators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.identity.contract.claims import AssistanceQueue
from services.identity.contract.claims import AssistanceRequest as AssistanceDescribed
from services.identity.contract.identifiers import normalise
from services.identity.contract.limits import ANSWERED, FRENCH, OPEN
from services.identity.contract.refusals import Code, refuse
from services.identity.letters.requests import LetterSettings, request_email_to
from services.identity.models import AssistanceRequest
from services.identity.voting_events import holders

MOST = 5
WINDOW = timedelta(hours=1)
"""An address may send MOST requests within WINDOW: each sends an acknowledgement, and nobody is to be flooded."""


def submit(
    session: Session,
    letters: LetterSettings,
    *,
    voter_id: str | None,
    email: str,
    name: str,
    subject: str,
    text: str,
    holder_key: str,
    now: datetime,
    language: str = FRENCH,
) -> int:
    """Record a request, acknowledge it by e-mail and return its number.

    Nothing is looked up about the address: voters and strangers are served alike. Raises too_many_requests
    {retry_after} in seconds.
    """
    address = normalise(email)
    tag = holders.identifier_tag(holder_key, "assistance", address)
    recent = (AssistanceRequest.sender_tag == tag, AssistanceRequest.submitted_at > now - WINDOW)
    sent, first = session.execute(select(func.count(), func.min(AssistanceRequest.submitted_at)).where(*recent)).one()
    if sent >= MOST:
        raise refuse(Code.TOO_MANY_REQUESTS, retry_after=max(1, int((first + WINDOW - now).total_seconds())))
    request = AssistanceRequest(
        voter_id=voter_id,
        sender_tag=tag,
        email=address,
        name=name,
        subject=subject,
        text=text,
        language=language,
        state=OPEN,
        submitted_at=now,
    )
    session.add(request)
    session.flush()
    # The acknowledgement repeats nothing that was typed: the form must not write to others in a stranger's words.
    values: dict[str, object] = {"number": request.number, "subject": subject}
    request_email_to(session, letters, address, template="assistance_received", values=values, language=language)
    return request.number


def queue(session: Session, *, state: str | None, after: int | None, limit: int) -> AssistanceQueue:
    """Return a page of requests, the oldest first; `state` chooses one state."""
    chosen = [AssistanceRequest.state == state] if state is not None else []
    return queue_where(session, chosen, after=after, limit=limit)


def queue_where(
    session: Session, chosen: Sequence[ColumnElement[bool]], *, after: int | None, limit: int
) -> AssistanceQueue:
    """Return a page of the requests that are chosen, the oldest first."""
    rows = session.scalars(
        select(AssistanceRequest)
        .where(AssistanceRequest.number > (after or 0), *chosen)
        .order_by(AssistanceRequest.number)
        .limit(limit + 1)
    ).all()
    following = rows[limit - 1].number if len(rows) > limit else None
    return AssistanceQueue(requests=[_described(row) for row in rows[:limit]], next=following)


def answer(session: Session, letters: LetterSettings, *, number: int, text: str, now: datetime) -> None:
    """Answer a request by e-mail; the same answer again does nothing.

    Raises assistance_unknown, already_answered {state} when another answer was given.
    """
    request = session.execute(
        select(AssistanceRequest).where(AssistanceRequest.number == number).with_for_update()
    ).scalar_one_or_none()
    if request is None:
        raise refuse(Code.ASSISTANCE_UNKNOWN)
    if request.state == ANSWERED:
        if request.answer == text:
            return
        raise refuse(Code.ALREADY_ANSWERED, state=request.state)
    request.state, request.answer, request.answered_at = ANSWERED, text, now
    session.flush()
    values: dict[str, object] = {"number": number, "subject": request.subject, "answer": text}
    request_email_to(
        session, letters, request.email, template="assistance_answered", values=values, language=request.language
    )


def _described(request: AssistanceRequest) -> AssistanceDescribed:
    return AssistanceDescribed(
        request=request.number,
        email=request.email,
        name=request.name,
        signed_in=request.voter_id is not None,
        language=request.language,
        subject=request.subject,
        text=request.text,
        state=request.state,
        answer=request.answer,
        submitted_at=request.submitted_at,
        answered_at=request.answered_at,
    )
