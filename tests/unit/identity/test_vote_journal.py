"""What of the journal goes into the public record: acts on the system by function, the rest as counts, no name (E10)."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from services.identity.agents import journal, vote_journal
from services.identity.contract.refusals import Code
from services.identity.contract.staff.journal import Action
from services.identity.models import VotingEvent
from services.runtime.refusals import Refusal
from tests.unit.identity.test_board_acts import ONLINE, REASON, ask, board, decide  # noqa: F401 - a fixture
from tests.unit.identity.world import NOW

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_acts_on_the_system_are_listed_by_function_and_nobody_is_named(database, board, event) -> None:  # noqa: F811
    later = NOW + timedelta(hours=1)
    with database.transaction() as session:
        session.execute(update(VotingEvent).values(roll_sealed_at=NOW))
        journal.append(session, board["luz"], Action.LOOKED, later, subject="a voter")
        journal.append(session, board["luz"], Action.LOOKED, later, subject="another")
        journal.append(session, board["luz"], Action.ASKED, later, kind="address", reason="Madame Untel a déménagé")
        journal.append(session, "Ligne de commande du serveur", Action.COMMAND, later, command="close-election")
        journal.append(session, board["luz"], Action.COMMAND, later, command="answer-claim", claim="12")
    number = ask(database, board["delia"])
    decide(database, board["ines"], number)
    with database.transaction() as session:
        found = vote_journal.of_vote(session, event)
        head = journal.page(session, None, 1)
    assert (found.total, found.head) == (head.total, head.head)
    acts = [one for one in found.entries if one.action in (Action.ASKED, Action.APPROVED)]
    assert [(one.function, one.details["kind"], one.details.get("reason")) for one in acts] == [
        ("delegate", "suspend", REASON),
        ("president", "suspend", acts[1].details.get("reason")),
    ]
    assert acts[0].details["election"] == ONLINE
    [typed] = [one for one in found.entries if one.action == Action.COMMAND]
    assert (typed.function, typed.details) == ("", {"command": "close-election"})
    counted = {(one.action, one.function): one.count for one in found.counts}
    assert counted["voter_looked_at", "support"] == 2
    assert counted["approval_asked", "support"] == 1
    assert counted["command", "support"] == 1
    said = str(found.dump())
    for word in ("ines", "delia", "rivages", "Untel", "a voter"):
        assert word not in said, word


def test_what_was_before_the_sealing_is_not_in_it_and_a_long_one_is_cut(database, board, event, monkeypatch) -> None:  # noqa: F811
    with database.transaction() as session:
        session.execute(update(VotingEvent).values(roll_sealed_at=NOW + timedelta(minutes=1)))
        assert vote_journal.of_vote(session, event).entries == []
        for _ in range(4):
            journal.append(session, board["ines"], Action.COMMAND, NOW + timedelta(minutes=2), command="bring-share")
        monkeypatch.setattr(vote_journal, "LONGEST", 3)
        found = vote_journal.of_vote(session, event)
        assert (len(found.entries), found.omitted) == (3, 1)
        with pytest.raises(Refusal) as refusal:
            vote_journal.of_vote(session, "00000000-0000-4000-8000-000000000000")
    assert refusal.value.code == Code.VOTING_EVENT_UNKNOWN
