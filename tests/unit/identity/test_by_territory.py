"""Turnout by territory (E13): where territories come from, who is counted, and from when on."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from services.identity.figures import by_territory, counts
from services.identity.models import ElectionTerritory, PollBookEntry, PollBookSeal, Voter, VotingEvent
from services.identity.roll.territories import department, territory_of
from services.identity.voting_events import voting_events
from services.runtime.refusals import Refusal
from tests.unit.identity.world import EVENT, NOW, ONLINE, PAPER, definition, import_roll, row

HOUR = datetime(2026, 12, 3, 10, tzinfo=UTC)
MINIMUM = 2
"""Territories of ten voters are told of alone."""


def at(number: int) -> datetime:
    return HOUR + timedelta(hours=number)


@pytest.mark.parametrize(
    ("postal_code", "told"),
    [
        ("80000", "80"),
        ("01000", "01"),
        ("20000", "2A"),
        ("20190", "2A"),
        ("20200", "2B"),
        ("97400", "974"),
        ("98800", "988"),
        ("80 000", "80"),
        ("", ""),
        ("B-1000", ""),
        ("١٢٣٤٥", ""),
        ("800000", ""),
    ],
)
def test_a_postal_code_tells_the_department(postal_code, told) -> None:
    assert department(postal_code) == told


def test_the_roll_s_own_column_goes_before_the_postal_code_also_where_it_is_empty() -> None:
    assert territory_of({"code_postal": "80000"}) == "80"
    assert territory_of({"code_postal": "80000", "territoire": "Amiens"}) == "Amiens"
    assert territory_of({"code_postal": "80000", "territoire": ""}) == ""


@pytest.fixture
def world(database):
    """Twelve voters in the Somme, eleven in Réunion, four elsewhere; all in one election online and one on paper."""
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    codes = ["80000"] * 12 + ["97400"] * 11 + ["75001", "75002", "13001", ""]
    import_roll(database, [row(f"voter{n:02}@x.fr", code_postal=code) for n, code in enumerate(codes)])
    return database


def kept(database) -> dict[tuple[str, str], int]:
    with database.reading() as session:
        return {(one.election, one.territory): one.voters for one in session.scalars(select(ElectionTerritory))}


def sign(database, territory: str, hours: list[int]) -> None:
    """Voters of a territory sign, one after the other, in these hours."""
    with database.transaction() as session:
        signed = select(PollBookEntry.voter_id)
        chosen = (
            select(Voter.id).where(Voter.territory == territory, Voter.id.not_in(signed)).order_by(Voter.identifier)
        )
        for voter, hour in zip(session.scalars(chosen).all(), hours, strict=False):
            session.add(PollBookEntry(id=f"p-{voter[-30:]}", voter_id=voter, election=ONLINE, signed_in_hour=at(hour)))


def told(database) -> dict[str, list[tuple[datetime, int]]]:
    with database.reading() as session:
        found = by_territory.turnout(session, session.get_one(VotingEvent, EVENT), ONLINE, MINIMUM)
    return {"+".join(one.territories): [(hour.until, hour.signed) for hour in one.hours] for one in found.groups}


def test_voters_of_each_territory_are_counted_with_the_roll(world) -> None:
    counted = kept(world)
    assert {name: count for (election, name), count in counted.items() if election == ONLINE} == {
        "80": 12,
        "974": 11,
        "75": 2,
        "13": 1,
        "": 1,
    }
    assert counted[PAPER, "80"] == 12
    import_roll(world, [row(f"voter{n:02}@x.fr", code_postal="80000", territoire="Amiens") for n in range(3)], "second")
    assert kept(world) == {(ONLINE, "Amiens"): 3, (PAPER, "Amiens"): 3}


def test_small_territories_are_together_and_hours_are_told_once_they_are_complete(world) -> None:
    sign(world, "80", [0, 0, 0, 1, 1])
    sign(world, "974", [0, 0, 1, 1, 1])
    # Four are too few: the smallest of the others is told of with them.
    assert told(world) == {"+13+75+974": [(at(1), 2)], "80": [(at(1), 3)]}
    sign(world, "80", [2])
    assert told(world) == {"+13+75+974": [(at(1), 2), (at(2), 5)], "80": [(at(1), 3), (at(2), 5)]}


def test_the_last_hour_is_complete_once_the_poll_book_is_sealed(world) -> None:
    sign(world, "80", [0, 0, 0])
    sign(world, "974", [0, 0])
    assert told(world) == {"+13+75+974": [], "80": []}
    with world.transaction() as session:
        seal = PollBookSeal(election=ONLINE, at=NOW, signed=5, digest="d", head="h", signature="s")
        session.add(seal)
    assert told(world) == {"+13+75+974": [(at(1), 2)], "80": [(at(1), 3)]}


def test_elections_are_to_choose_from_where_two_territories_are_large_enough(world) -> None:
    with world.reading() as session:
        event = session.get_one(VotingEvent, EVENT)
        assert counts.figures(session, event, MINIMUM, NOW).by_territory == [ONLINE]
        assert counts.figures(session, event, 20, NOW).by_territory == []
        assert by_territory.turnout(session, event, ONLINE, 20).groups == []
        with pytest.raises(Refusal, match="election_unknown"):
            by_territory.turnout(session, event, PAPER, MINIMUM)
        with pytest.raises(Refusal, match="election_unknown"):
            by_territory.turnout(session, event, "ZZZZZZZZZZZZZZ", MINIMUM)
