"""A cell of a place: it finds, helps and answers the voters whose assignment begins so, and nobody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.identity.agents import journal
from services.identity.contract.refusals import Code
from services.identity.models import Claim, Voter, VotingEvent
from services.identity.reissue.requests import Terms
from services.identity.roll import places
from services.identity.support import corrections, finding, queues, sheet
from services.runtime.refusals import Refusal
from tests.unit.identity.agents_world import named, operator
from tests.unit.identity.world import EVENT, KEY, LIFETIME, NOW, ONLINE, ONLINE_TOO, import_roll, row

ROLL = {
    "anne@x.example": ("Ficelle", "Anne", "Académie des Rivages / Phare du Grand-Vent"),
    "bob@x.example": ("Ficelle", "Bob", "Académie des Rivages"),
    "chloe@x.example": ("Ficelle", "Chloé", "Académie des Rivages-Nord, Digue"),
    "dora@x.example": ("Ficelle", "Dora", "Académie des Rivagesques"),
    "emil@x.example": ("Rivages", "Emil", "Collège des Académies, annexe des Rivages"),
}
"""Address → surname, first name, assignment."""


@pytest.fixture
def roll(database, event):
    import_roll(
        database,
        [
            row(address, nom=surname, prenom=first, affectation=assignment)
            for address, (surname, first, assignment) in ROLL.items()
        ],
    )
    with database.transaction() as session:
        session.execute(update(VotingEvent).values(codes_listed_at=NOW - timedelta(days=3)))


@pytest.fixture
def cell(database, letters, mails, roll):
    """Makes an agent of a support cell of these places."""
    inviter, _, _ = operator(database, letters)

    def made(*of, elections=(), role="support", email="luz@rivages.example"):
        return named(database, letters, mails, inviter, email, role, elections, places=of)[0]

    return made


def found(database, agent, query):
    with database.reading() as session:
        return sorted(one.first_name for one in finding.find(session, agent, query).voters)


def voter(database, address):
    with database.reading() as session:
        return session.scalars(select(Voter.id).where(Voter.identifier == address)).one()


@pytest.mark.parametrize(
    ("of", "query", "names"),
    [
        (("Académie des Rivages",), "ficelle", ["Anne", "Bob"]),
        (("Académie des Rivages",), "rivages", ["Anne", "Bob"]),
        (("Académie des Rivages",), "dora@x.example", []),
        (("Académie des Rivages",), "anne@x.example", ["Anne"]),
        (("Académie des Rivages",), "ficele", ["Anne", "Bob"]),
        (("Académie des Rivages / Phare du Grand-Vent",), "fic", ["Anne"]),
        (("Académie des Rivages-Nord", "Académie des Rivagesques"), "fic", ["Chloé", "Dora"]),
        (("Collège des Académies",), "ficelle", []),
        (("Collège des Académies",), "rivages", ["Emil"]),
        ((), "ficelle", ["Anne", "Bob", "Chloé", "Dora"]),
    ],
)
def test_voters_of_the_places_are_found_and_no_others(database, cell, of, query, names):
    assert found(database, cell(*of), query) == names


def test_places_and_elections_limit_together(database, cell):
    assert found(database, cell("Académie des Rivages", elections=[ONLINE_TOO]), "ficelle") == []
    assert found(
        database, cell("Académie des Rivages", elections=[ONLINE], email="come@rivages.example"), "ficelle"
    ) == ["Anne", "Bob"]


def test_a_voter_of_another_place_is_refused_and_nothing_changes(database, cell, letters):
    agent, stranger = cell("Académie des Rivages"), voter(database, "dora@x.example")
    terms = Terms(letters, KEY, 3, 3)
    with database.reading() as session:
        before = journal.page(session, None, 1).total
    for work in (
        lambda session: sheet.opened(session, terms, agent, stranger, NOW),
        lambda session: sheet.resend_link(session, terms, agent, stranger, now=NOW, lifetime=LIFETIME),
        lambda session: corrections.ask(
            session, agent, voter_id=stranger, email="d@x.example", reason="Carte vérifiée au standard.", now=NOW
        ),
    ):
        with database.transaction() as session, pytest.raises(Refusal, match=Code.VOTER_UNKNOWN):
            work(session)
    with database.reading() as session:
        assert journal.page(session, None, 1).total == before
    with database.transaction() as session:
        assert sheet.opened(session, terms, agent, voter(database, "anne@x.example"), NOW).person.surname == "Ficelle"


def test_queues_are_those_of_the_place(database, cell):
    agent = cell("Académie des Rivages")
    with database.transaction() as session:
        for address in ("anne@x.example", "dora@x.example"):
            session.add(
                Claim(
                    voting_event=EVENT,
                    voter_id=voter_of(session, address),
                    subject="wrong_name",
                    text="Mon nom.",
                    state="submitted",
                    submitted_at=NOW,
                )
            )
        session.add(
            Claim(
                voting_event=EVENT, voter_id=None, subject="wrong_name", text="?", state="submitted", submitted_at=NOW
            )
        )
    with database.reading() as session:
        claims, requests = queues.counts(session, agent)
        assert (claims, requests) == (1, 0)


def voter_of(session, address):
    return session.scalars(select(Voter.id).where(Voter.identifier == address)).one()


@pytest.mark.parametrize(
    ("of", "role"),
    [
        (("Académie de Nulle-Part",), "support"),
        (("Académie des Riva",), "support"),
        (("Académie des Rivages",), "observer"),
    ],
    ids=["unknown", "half-a-word", "another-role"],
)
def test_a_place_that_is_nobodys_or_of_another_role_is_refused(database, cell, of, role):
    with pytest.raises(Refusal) as refused:
        cell(*of, role=role)
    assert set(refused.value.details["fields"]) == {"places"}


def test_an_account_that_comes_back_has_the_places_of_its_new_invitation(database, cell):
    assert cell("Académie des Rivages").places == "Académie des Rivages"
    with database.reading() as session:
        assert places.unknown_place(session, ["Académie des Rivagesques", "Nulle part"]) == "Nulle part"
