"""What two members of the board decide together, and what one of them alone cannot."""

import json

import pytest
from sqlalchemy import select

from services.identity.agents import board_acts, four_eyes
from services.identity.contract.refusals import Code
from services.identity.models import outbox
from services.identity.reissue.requests import Terms
from services.identity.support import approvals
from services.runtime.refusals import Refusal
from tests.unit.identity.agents_world import named, operator
from tests.unit.identity.world import KEY, LIFETIME, NOW, ONLINE, ONLINE_TOO

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
REASON = "Le portail affiche une page d’erreur."


@pytest.fixture
def board(database, letters, mails, event):
    """The president and two delegates, one of whom is of another election's board; a support agent."""
    inviter, _, _ = operator(database, letters)
    members = {
        "ines": ("president", []),
        "delia": ("delegate", [ONLINE]),
        "dario": ("delegate", []),
        "tess": ("delegate", [ONLINE_TOO]),
        "luz": ("support", []),
    }
    return {
        name: named(database, letters, mails, inviter, f"{name}@rivages.example", role, elections)[0]
        for name, (role, elections) in members.items()
    }


@pytest.fixture
def terms(letters):
    return Terms(letters, KEY, 3, 3)


def events(database, kind):
    with database.reading() as session:
        found = select(outbox.c.payload).where(outbox.c.type == kind).order_by(outbox.c.sequence)
        return [json.loads(payload) for payload in session.scalars(found)]


def ask(database, agent, act="suspend", election=ONLINE):
    with database.transaction() as session:
        return board_acts.ask(session, agent, election=election, act=act, reason=REASON, now=NOW)


def decide(database, agent, number, approve=True, now=NOW):
    with database.transaction() as session:
        board_acts.decide(session, agent, number, approve=approve, now=now)


def refused(work, *arguments, **more):
    with pytest.raises(Refusal) as refusal:
        work(*arguments, **more)
    return refusal.value.code


def test_two_members_of_whom_one_presides_decide_and_the_urn_is_told(database, board) -> None:
    number = ask(database, board["delia"])
    assert refused(ask, database, board["ines"]) == Code.APPROVAL_WAITING
    assert refused(decide, database, board["delia"], number) == Code.APPROVAL_OWN
    assert refused(decide, database, board["dario"], number) == Code.APPROVAL_PRESIDES
    assert refused(decide, database, board["tess"], number) == Code.ELECTION_UNKNOWN
    assert refused(decide, database, board["ines"], number, now=NOW + four_eyes.LIFETIME) == Code.APPROVAL_UNKNOWN
    assert events(database, "board_decided") == []
    decide(database, board["ines"], number)
    [told] = events(database, "board_decided")
    assert told == {"election": ONLINE, "act": "suspend", "reason": REASON, "members": ["delia", "ines"], "changes": []}
    assert refused(decide, database, board["ines"], number) == Code.APPROVAL_UNKNOWN


def test_what_is_refused_is_told_to_nobody_and_may_be_asked_again(database, board) -> None:
    decide(database, board["dario"], ask(database, board["ines"], "stop"), approve=False)
    assert events(database, "board_decided") == []
    decide(database, board["dario"], ask(database, board["ines"], "stop"))
    assert [one["act"] for one in events(database, "board_decided")] == ["stop"]


def test_the_cell_neither_sees_nor_decides_what_is_the_board_s(database, board, terms) -> None:
    number = ask(database, board["ines"])
    with database.reading() as session:
        assert approvals.count(session, board["luz"], NOW) == 0
        assert approvals.waiting(session, board["luz"], NOW).approvals == []
        assert [one.number for one in board_acts.waiting(session, board["delia"], ONLINE, NOW).acts] == [number]
        assert board_acts.waiting(session, board["dario"], ONLINE_TOO, NOW).acts == []
    with pytest.raises(Refusal, match="approval_unknown"), database.transaction() as session:
        approvals.decide(session, terms, board["luz"], number, approve=True, now=NOW, lifetime=LIFETIME)


def test_who_asked_and_who_agreed_is_told_by_role_and_to_readers_of_the_journal_by_name(database, board):
    decide(database, board["delia"], ask(database, board["ines"], "suspend"))
    decide(database, board["dario"], ask(database, board["ines"], "stop"), approve=False)
    decide(database, board["tess"], ask(database, board["ines"], "stop", ONLINE_TOO))
    with database.reading() as session:
        [one] = board_acts.decided(session, ONLINE, named=True).decisions
        [other] = board_acts.decided(session, ONLINE, named=False).decisions
    assert (one.act, one.reason, one.asked.name, one.agreed.name) == ("suspend", REASON, "ines", "delia")
    assert (other.asked.role, other.agreed.role) == ("president", "delegate")
    assert (other.asked.name, other.agreed.name) == (None, None)
