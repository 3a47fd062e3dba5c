"""Figures of a vote (E13): right, and never of so few that somebody is singled out, not by subtraction either."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from services.identity.figures import counts
from services.identity.figures.small_groups import Counted, merged, rounded_down, steps
from services.identity.models import Account, Election, PollBookEntry, Voter, VotingEvent
from services.identity.voting_events import voting_events
from tests.unit.identity.world import EVENT, NOW, ONLINE, definition, import_roll, row

HOUR = datetime(2026, 12, 3, 10, tzinfo=UTC)


def at(number: int) -> datetime:
    return HOUR + timedelta(hours=number)


def names(groups) -> list[list[str]]:
    return [[one.name for one in group.members] for group in groups]


@pytest.mark.parametrize(
    ("entitled", "told"),
    [
        ({"a": 100, "b": 50}, [["a"], ["b"]]),
        ({"a": 100, "b": 19, "c": 3}, [["a"], ["b", "c"]]),
        # One small one: with the sum of all it could be told by subtraction, so the smallest of the others joins it.
        ({"a": 100, "b": 30, "c": 3}, [["a"], ["b", "c"]]),
        ({"c": 3, "a": 100}, [["c", "a"]]),
        ({"a": 5, "b": 6}, []),
        ({"a": 20, "b": 19}, [["a", "b"]]),
        ({}, []),
    ],
)
def test_small_scrutins_are_told_together_and_cannot_be_subtracted(entitled, told) -> None:
    assert names(merged([Counted(uuid, count, {}) for uuid, count in entitled.items()], 20)) == told


def test_no_group_is_ever_smaller_than_the_smallest() -> None:
    for first in range(0, 45, 3):
        for second in range(0, 45, 3):
            for third in range(0, 45, 3):
                counted = [Counted(str(n), count, {}) for n, count in enumerate((first, second, third))]
                groups = merged(counted, 20)
                assert all(group.entitled >= 20 for group in groups)
                # Whatever is not told of is all or nothing: no remainder is left to be found by subtraction.
                assert sum(group.entitled for group in groups) in (0, first + second + third)


def test_hours_grow_by_steps_of_enough_people() -> None:
    signed = {at(0): 25, at(1): 3, at(2): 12, at(3): 5, at(4): 40, at(5): 7}
    assert steps(signed, 20, over=False) == [(at(0), 25), (at(3), 45), (at(4), 85)]
    assert steps(signed, 20, over=True) == [(at(0), 25), (at(3), 45), (at(5), 92)]
    assert steps({at(0): 3}, 20, over=True) == []
    assert steps({}, 20, over=False) == []
    assert (rounded_down(45, 20), rounded_down(19, 20)) == (40, 0)


def test_all_is_counted_of_the_current_event(database) -> None:
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    import_roll(database, [row(f"voter{n}@ac-amiens.fr") for n in range(30)])
    with database.transaction() as session:
        voters = session.scalars(select(Voter.id).order_by(Voter.identifier)).all()
        assert session.get_one(Election, ONLINE).voters == 30
        for n, voter in enumerate(voters[:12]):
            session.add(PollBookEntry(id=f"{n}", voter_id=voter, election=ONLINE, signed_in_hour=at(n // 6)))
        for voter in voters[:15]:
            session.add(Account(voter_id=voter, password_hash="x" * 60, activated_at=NOW))
    with database.reading() as session:
        found = counts.figures(session, session.get_one(VotingEvent, EVENT), 5, NOW)
    assert (found.voters, found.activated, found.voted) == (30, 15, 10)
    # The other scrutin online has no voters: it is told of with this one.
    [group] = found.turnout
    assert (group.election, group.elections, group.entitled) == (None, 2, 30)
    assert [(hour.until, hour.signed) for hour in group.hours] == [(at(1), 6), (at(2), 12)]
    assert found.reissues == []
    assert [(queue.name, queue.waiting, queue.oldest) for queue in found.queues] == [
        ("claims", 0, None),
        ("assistance", 0, None),
    ]
