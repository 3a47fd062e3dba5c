"""The vote before (E13): kept for the elections that were named, replaced whole, refused whole."""

import pytest

from services.identity.contract.figures import EarlierElection, EarlierHour, EarlierTurnout
from services.identity.figures import counts, earlier
from services.identity.models import VotingEvent
from services.runtime.refusals import Refusal
from tests.unit.identity.world import EVENT, NOW, ONLINE, everything, import_roll, row


def given(*elections, event=EVENT):
    return EarlierTurnout(
        voting_event=event,
        elections=[
            EarlierElection(code=code, hours=[EarlierHour(hour=hour, share=share) for hour, share in hours])
            for code, hours in elections
        ],
    )


def record(database, *elections, **more):
    with database.transaction() as session:
        return earlier.record(session, given(*elections, **more))


def test_it_stands_beside_the_turnout_of_its_election_until_another_is_given(database, event):
    import_roll(database, [row(f"voter{n}@x.fr", scrutins="CSA-M" if n < 20 else "CAP-1") for n in range(40)])
    told = record(database, ("CSA-M", [(9, 2000), (1, 500)]), ("CAP-1", [(3, 100)]))
    assert (told.elections, told.hours) == (2, 3)
    record(database, ("CSA-M", [(9, 2100), (1, 500)]))
    with database.reading() as session:
        found = counts.figures(session, session.get_one(VotingEvent, EVENT), 20, NOW)
    of = {group.election: [(one.hour, one.share) for one in group.earlier] for group in found.turnout}
    assert of[ONLINE] == [(1, 500), (9, 2100)]
    assert [hours for election, hours in of.items() if election != ONLINE] == [[]]
    record(database)
    with database.reading() as session:
        assert earlier.of(session, [ONLINE]) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        [("CCP", [(1, 5)])],
        [("INCONNU", [(1, 5)])],
        [("CSA-M", [(1, 5)]), ("CSA-M", [(2, 5)])],
        [("CSA-M", [(1, 5), (1, 6)])],
        [("CSA-M", [(1, 500), (2, 499)])],
    ],
    ids=["paper", "unknown", "twice", "hour_twice", "falls"],
)
def test_what_cannot_be_is_refused_and_changes_nothing(database, event, wrong):
    record(database, ("CSA-M", [(1, 5)]))
    before = everything(database)
    with pytest.raises(Refusal, match="invalid_request"):
        record(database, *wrong)
    assert everything(database) == before


def test_an_event_that_nobody_knows_is_refused(database, event):
    with pytest.raises(Refusal, match="voting_event_unknown"):
        record(database, event="nobody")
