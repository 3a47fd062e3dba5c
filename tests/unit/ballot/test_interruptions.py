"""A vote that the board suspends, resumes or stops."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.ballot.contract.steering import InVain, in_vain
from services.ballot.elections import elections, interruptions
from services.identity.contract.events import BoardAct, BoardDecided
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import AFTER, BEFORE, DURING, GRACE


def decided(urn, act, now=DURING):
    event = BoardDecided(election=urn.uuid, act=act, reason="Panne du portail", members=["Inès", "Délia"])
    with urn.database.transaction() as session:
        interruptions.apply(session, event, now)


def states(urn, now=DURING):
    with urn.database.reading() as session:
        return elections.states(session, [urn.uuid], now)[urn.uuid]


def test_a_suspended_urn_takes_no_ballot_until_it_is_resumed(urn) -> None:
    urn.vote("anne")
    ballot = urn.ballot("bruno")
    decided(urn, "suspend")
    decided(urn, "suspend")
    before = urn.snapshot()
    with pytest.raises(Refusal, match="election_suspended"):
        urn.cast(urn.permit("bruno"), ballot)
    assert urn.snapshot() == before
    assert states(urn) == urn.describe().state == "suspended"
    assert urn.booth_material(urn.permit("bruno", use="booth")).state == "suspended"
    # Before the opening and after the end it is what it is.
    assert (states(urn, BEFORE), states(urn, GRACE), states(urn, AFTER)) == ("sealed", "suspended", "closed")
    decided(urn, "resume")
    urn.cast(urn.permit("bruno"), ballot)
    assert states(urn) == "open"
    told = urn.describe().interruptions
    assert [(one.suspends, one.reason, one.members) for one in told] == [
        (True, "Panne du portail", ["Inès", "Délia"]),
        (False, "Panne du portail", ["Inès", "Délia"]),
    ]


def test_a_receipt_is_given_again_while_the_vote_is_suspended(urn) -> None:
    ballot, permit = urn.ballot("anne"), urn.permit("anne")
    receipt = urn.cast(permit, ballot)
    decided(urn, "suspend")
    assert urn.cast(permit, ballot) == receipt


def test_a_vote_is_stopped_once_it_has_begun_and_for_good(urn) -> None:
    decided(urn, "stop", BEFORE)
    assert states(urn, BEFORE) == "sealed"
    decided(urn, "suspend")
    decided(urn, "stop")
    assert urn.describe().close_reason == "Panne du portail"
    decided(urn, "resume")
    assert states(urn) == "closed"


def test_what_is_refused_beforehand_is_what_the_urn_would_not_do(urn) -> None:
    def tried(now):
        """What each act would be refused for."""
        return {act.value: in_vain(act, urn.describe(now)) for act in BoardAct if act != BoardAct.ADMIT}

    def changes(act, now):
        before = urn.describe(now)
        decided(urn, act, now)
        return urn.describe(now) != before

    before = {"suspend": None, "resume": InVain.NOT_SUSPENDED, "stop": InVain.NOT_OPEN}
    assert tried(BEFORE) == before
    assert not changes("stop", BEFORE)
    assert not changes("resume", BEFORE)
    assert changes("suspend", BEFORE)
    suspended = {"suspend": InVain.SUSPENDED, "resume": None}
    assert tried(BEFORE) == {**suspended, "stop": InVain.NOT_OPEN}
    assert tried(DURING) == tried(GRACE) == {**suspended, "stop": None}
    assert not changes("suspend", DURING)
    assert changes("resume", DURING)
    assert changes("stop", DURING)
    assert set(tried(DURING).values()) == {InVain.OVER}
    assert not any(changes(act, DURING) for act in ("suspend", "resume", "stop"))


def test_a_draft_is_neither_suspended_nor_stopped(draft) -> None:
    draft.create()
    decided(draft, "suspend")
    decided(draft, "stop")
    assert draft.describe().interruptions == []
    assert {in_vain(act, draft.describe()) for act in BoardAct} == {InVain.NOT_SEALED}


def test_the_database_itself_keeps_what_was_decided(urn) -> None:
    decided(urn, "suspend")
    for statement in ("DELETE FROM interruptions", "UPDATE interruptions SET suspends = NOT suspends"):
        with pytest.raises(DatabaseError), urn.database.transaction() as session:
            session.execute(text(statement))
