"""The grace period (L9, R211-563): the urn takes ballots of whoever was authenticated before the closing, and no others."""

from datetime import timedelta

import pytest

from services.ballot.elections import closing
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import AFTER, CLOSES, ENDS, GRACE

TOO_LATE = int(CLOSES.timestamp())
"""What identity writes as `votes_until` for a session that was opened after the closing."""


def refusal(call, *arguments):
    with pytest.raises(Refusal) as refused:
        call(*arguments)
    return refused.value.code


def test_who_was_authenticated_before_the_closing_votes_until_the_last_second(urn):
    last = ENDS - timedelta(seconds=1)
    for name, moment in (("anne", CLOSES), ("bruno", last)):
        assert urn.booth_material(urn.permit(name, now=moment, use="booth"), moment).state == "closing"
        urn.cast(urn.permit(name, now=moment), urn.ballot(name), moment)
    assert urn.describe(GRACE).ballots == 2
    late = urn.permit("chloé", now=ENDS)
    before = urn.snapshot()
    assert refusal(urn.cast, late, urn.ballot("chloé"), ENDS) == "election_closed"
    assert urn.snapshot() == before


def test_who_was_authenticated_after_the_closing_finds_it_closed(urn):
    assert urn.booth_material(urn.permit("anne", now=GRACE, use="booth", votes_until=TOO_LATE), GRACE).state == "closed"
    before = urn.snapshot()
    late = urn.permit("anne", now=GRACE, votes_until=TOO_LATE)
    assert refusal(urn.cast, late, urn.ballot("anne"), GRACE) == "election_closed"
    assert urn.snapshot() == before


def test_a_ballot_acknowledged_in_time_is_acknowledged_again_to_whoever_signs_in_after_the_closing(urn):
    raw = urn.ballot("anne")
    receipt = urn.cast(urn.permit("anne", now=GRACE), raw, GRACE)
    assert urn.cast(urn.permit("anne", now=GRACE, votes_until=TOO_LATE), raw, GRACE) == receipt


def test_the_urn_is_frozen_when_the_grace_period_ends_and_not_before(urn):
    def due(now):
        with urn.database.reading() as session:
            return closing.due(session, now)

    assert due(CLOSES) == due(ENDS - timedelta(seconds=1)) == []
    assert due(ENDS) == [urn.uuid]
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, closing.REASON_OF_TIME, AFTER)
    assert due(AFTER) == []
    assert urn.describe(AFTER).state == "closed"


def test_the_board_may_close_within_the_grace_period(urn):
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "Fin du vote, tous ont fini", GRACE)
    assert refusal(urn.cast, urn.permit("anne", now=GRACE), urn.ballot("anne"), GRACE) == "election_closed"


def test_an_event_may_do_without_a_grace_period(draft):
    draft.create(correct=True, grace_minutes=0)
    draft.set_trustees()
    draft.receive(draft.entries("anne"))
    draft.commit()
    draft.seal()
    assert draft.describe(CLOSES).state == "closed"
    assert draft.describe(CLOSES).grace_minutes == 0
