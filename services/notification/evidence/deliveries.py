"""What became of messages, by the hour in which they were asked for (D8)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from services.notification.contract.deliveries import IN_TIME_SECONDS, LONGEST_SPAN, Delivery
from services.notification.models import Message, State
from services.runtime.contracts import problems

_FAILED = (State.FAILED, State.EXPIRED, State.BOUNCED, State.UNCERTAIN)


def by_hour(session: Session, since: datetime, until: datetime) -> list[Delivery]:
    """Count the messages asked for from `since` to before `until`.

    Raises:
        Refusal: invalid_request, where `until` is not after `since` or more than LONGEST_SPAN after it.
    """
    if until <= since:
        raise problems.invalid_request({"until": [problems.problem(problems.Code.CONTRADICTORY)]})
    if until - since > LONGEST_SPAN:
        raise problems.invalid_request({"until": [problems.problem(problems.Code.TOO_LARGE, LONGEST_SPAN.days)]})
    sqlite = session.get_bind().dialect.name == "sqlite"
    # Of e-mail and paper the hand-over is the last that is told, unless they come back.
    arrived = or_(Message.state == State.DELIVERED, and_(Message.channel != "sms", Message.state == State.SENT))
    seconds = _seconds(Message.created_at, func.coalesce(Message.delivered_at, Message.sent_at), sqlite)
    hour = _hour(sqlite)
    keys = (hour, Message.channel, Message.operator, Message.territory)
    rows = session.execute(
        select(
            *keys,
            func.count(),
            _sum(arrived),
            _sum(Message.state.in_(_FAILED)),
            _sum(Message.state == State.UNKNOWN),
            _sum(and_(arrived, seconds <= IN_TIME_SECONDS)),
            func.avg(case((arrived, seconds))),
        )
        .where(Message.created_at >= since, Message.created_at < until)
        .group_by(*keys)
        .order_by(hour, Message.channel, Message.operator, Message.territory)
    )
    return [
        Delivery(
            hour=_moment(row[0]),
            channel=row[1],
            operator=row[2],
            territory=row[3],
            asked=row[4],
            arrived=row[5],
            failed=row[6],
            unknown=row[7],
            # A short message that was handed over waits for the operator's word.
            waiting=row[4] - row[5] - row[6] - row[7],
            in_time=row[8],
            mean_seconds=None if row[9] is None else round(float(row[9])),
        )
        for row in rows
    ]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _hour(sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return func.strftime("%Y-%m-%dT%H:00:00", Message.created_at)
    return func.to_char(func.timezone("UTC", Message.created_at), 'YYYY-MM-DD"T"HH24:00:00')


def _seconds(begun: Any, ended: Any, sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return (func.julianday(ended) - func.julianday(begun)) * 86_400
    return func.extract("epoch", ended - begun)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
