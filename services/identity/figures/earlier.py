"""The turnout of the vote before, beside which the room shows this one's: given by an operator, replaced whole."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from services.identity.contract import figures as contract
from services.identity.contract.limits import ONLINE
from services.identity.models import EarlierTurnout
from services.identity.voting_events import voting_events
from services.runtime.contracts import problems
from services.runtime.contracts.problems import invalid_request, problem


def record(session: Session, given: contract.EarlierTurnout) -> contract.EarlierRecorded:
    """Keep the earlier turnout of a voting event's elections, in the place of what was kept; all of it or nothing.

    Raises:
        Refusal: voting_event_unknown; invalid_request for codes of no election held here, codes or hours that come twice,
            and a turnout that falls from one hour to a later one.
    """
    event = voting_events.find(session, given.voting_event)
    uuids = {one.code: one.uuid for one in voting_events.elections_of(session, event.uuid) if one.mode == ONLINE}
    codes = [one.code for one in given.elections]
    if not set(codes) <= set(uuids):
        raise invalid_request({"elections": [problem(problems.Code.NOT_A_CHOICE)]})
    by_hour = [sorted(one.hours, key=lambda point: point.hour) for one in given.elections]
    hours = [[point.hour for point in points] for points in by_hour]
    if len(set(codes)) < len(codes) or any(len(set(one)) < len(one) for one in hours):
        raise invalid_request({"elections": [problem(problems.Code.REPEATED)]})
    shares = [[point.share for point in points] for points in by_hour]
    if any(one != sorted(one) for one in shares):
        raise invalid_request({"elections": [problem(problems.Code.CONTRADICTORY)]})
    session.execute(delete(EarlierTurnout).where(EarlierTurnout.election.in_(uuids.values())))
    rows = [
        {"election": uuids[code], "hour": point.hour, "share": point.share}
        for code, points in zip(codes, by_hour, strict=True)
        for point in points
    ]
    if rows:
        session.execute(insert(EarlierTurnout), rows)
    return contract.EarlierRecorded(elections=sum(map(bool, by_hour)), hours=len(rows))


def of(session: Session, elections: Sequence[str]) -> dict[str, list[contract.EarlierHour]]:
    """Uuid → what was given of the vote before, by the hour; elections without any are not there."""
    kept = select(EarlierTurnout).where(EarlierTurnout.election.in_(elections)).order_by(EarlierTurnout.hour)
    found: dict[str, list[contract.EarlierHour]] = {}
    for one in session.scalars(kept):
        found.setdefault(one.election, []).append(contract.EarlierHour(hour=one.hour, share=one.share))
    return found
