"""Identity's part of a removal, on both kinds of database; across services: tests/unit/removal."""

import pytest
from sqlalchemy import func, select

from services.identity.access import access_requests
from services.identity.contract.event.removals import DONE, REFUSED, WAITING, RemoveVoter
from services.identity.models import Agent, Election, ElectionTerritory, JournalEntry, Link, Removal
from services.identity.roll import removals
from services.identity.voting_events import entitlements
from services.runtime.refusals import Refusal
from tests.unit.identity.test_roll import identifiers
from tests.unit.identity.world import EVENT, KEY, NOW, ONLINE_TOO, everything

NUMBER = "5e5e5e5e-0000-4000-8000-00000000000a"


def ask(database, identifier, *codes, actor="Opératrice"):
    wanted = RemoveVoter(
        removal=NUMBER, voting_event=EVENT, identifier=identifier, elections=list(codes), reason="Fin de détachement."
    )
    with database.transaction() as session:
        return removals.ask(session, wanted, actor, holder_key=KEY, now=NOW)


def settle(database, outcome):
    with database.transaction() as session:
        removals.settle(session, NUMBER, outcome, NOW)


def make_codes(database):
    with database.transaction() as session:
        entitlements.list_bearers(session, voting_event=EVENT, after=None, limit=1, holder_key=KEY, now=NOW)


def voters_of(database, code):
    with database.reading() as session:
        return session.scalar(select(Election.voters).where(Election.code == code))


@pytest.mark.parametrize("codes_are_made", [False, True])
def test_a_voter_leaves_with_account_and_links(database, voters, codes_are_made):
    with database.transaction() as session:
        access_requests.request_access(session, voters[1], holder_key=KEY, now=NOW)
    if codes_are_made:
        make_codes(database)
    assert ask(database, f" {voters[1].upper()} ").state == (WAITING if codes_are_made else DONE)
    if codes_are_made:
        assert voters[1] in identifiers(database)
        settle(database, "done")
    assert identifiers(database) == [voters[0], voters[2]]
    assert (voters_of(database, "CSA-M"), voters_of(database, "CAP-1")) == (1, 0)
    with database.reading() as session:
        in_territories = select(Election.voters, ElectionTerritory.voters).join(ElectionTerritory)
        assert all(of_roll == counted for of_roll, counted in session.execute(in_territories))
        assert session.scalar(select(func.count()).select_from(Link)) == 0
        assert session.scalars(select(JournalEntry.action).order_by(JournalEntry.number)).all() == [
            "voter_removal_asked",
            "voter_removed",
        ]
    before = everything(database)
    settle(database, "sealed")
    assert everything(database) == before


def test_where_an_election_was_sealed_the_voter_stays(database, voters):
    make_codes(database)
    ask(database, voters[1])
    settle(database, "sealed")
    assert identifiers(database) == sorted(voters)
    with database.reading() as session:
        assert session.get_one(Removal, NUMBER).state == REFUSED


def test_an_agent_removes_nobody_from_elections_of_others(database, voters):
    with database.transaction() as session:
        session.add(
            Agent(
                id="00000000-0000-4000-8000-000000000001",
                email="olga@ac-amiens.fr",
                name="Olga Opératrice",
                role="operator",
                elections=ONLINE_TOO,
                invited_at=NOW,
            )
        )
    with database.reading() as session:
        agent = session.scalars(select(Agent)).one()
    with pytest.raises(Refusal) as refused:
        ask(database, voters[1], actor=agent)
    assert refused.value.code == "right_missing"
    assert ask(database, voters[1], "CAP-1", actor=agent).stays == ["CSA-M"]
    assert (voters_of(database, "CSA-M"), voters_of(database, "CAP-1")) == (2, 0)
