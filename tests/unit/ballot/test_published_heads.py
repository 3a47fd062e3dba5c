"""Heads of the chain, published every hour and signed (C9)."""

from datetime import UTC, timedelta

import pytest

from services.ballot.contract.signed_heads import InvalidHeads, SignedHead, is_signed, out_of_time, read
from services.ballot.elections import closing
from services.ballot.urn import chain, published_heads
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import AFTER, BEFORE, DURING, ENDS, OPENS, RECEIPT_PUBLIC, RECEIPT_SEED

HOUR = timedelta(hours=1)


def publish(urn, now):
    """As the service's loop does it; how many were published."""
    with urn.database.reading() as session:
        due = published_heads.due(session, RECEIPT_PUBLIC, now)
    if urn.uuid not in due:
        return False
    with urn.database.transaction() as session:
        return published_heads.publish(session, urn.uuid, RECEIPT_SEED, now)


def heads(urn, after=-1):
    with urn.database.reading() as session:
        return [SignedHead(**one.dump()) for one in published_heads.listed(session, urn.uuid, after).heads]


def test_one_an_hour_while_the_vote_is_open_whether_anybody_votes_or_not(urn):
    assert not publish(urn, BEFORE)
    assert publish(urn, OPENS)
    urn.vote("anne")
    assert not publish(urn, OPENS + timedelta(minutes=59, seconds=59))
    assert publish(urn, OPENS + HOUR)
    assert publish(urn, OPENS + 2 * HOUR + timedelta(minutes=7))
    found = heads(urn)
    assert [(one.number, one.height) for one in found] == [(0, 0), (1, 1), (2, 1)]
    assert found[1].moment == (OPENS + HOUR).astimezone(UTC)
    assert all(is_signed(RECEIPT_PUBLIC, one) for one in found)
    with urn.database.reading() as session:
        assert found[1].head == chain.at(session, urn.uuid, 1).hash
    assert heads(urn, after=1) == found[2:]


def test_each_step_after_the_closing_once(urn):
    urn.vote("anne")
    publish(urn, DURING)
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, closing.REASON_OF_TIME, AFTER)
    assert publish(urn, AFTER)
    assert not publish(urn, AFTER + 5 * HOUR)
    assert heads(urn)[-1].height == 2


def test_of_two_processes_one_publishes(urn):
    with urn.database.transaction() as session:
        assert published_heads.publish(session, urn.uuid, RECEIPT_SEED, DURING)
        assert not published_heads.publish(session, urn.uuid, RECEIPT_SEED, DURING)


def test_an_election_sealed_with_another_key_is_left_alone(urn):
    with urn.database.reading() as session:
        assert published_heads.due(session, "ab" * 32, DURING) == []


def test_an_unknown_election_is_refused(urn):
    with pytest.raises(Refusal) as refused, urn.database.reading() as session:
        published_heads.listed(session, "4zrSvGhhbnvfVP", -1)
    assert refused.value.code == "election_unknown"


@pytest.mark.parametrize("line", ["", "[]", "{}", "null", "x" * 2000, "[" * 900])
def test_what_is_no_head_is_named_by_its_line(line):
    with pytest.raises(InvalidHeads) as invalid:
        read([line], "4zrSvGhhbnvfVP", RECEIPT_PUBLIC)
    assert (invalid.value.code, invalid.value.line) == ("malformed", 1)


def test_times_of_heads_bound_the_times_of_ballots():
    def head(at, height):
        return SignedHead("e", 0, height, "h", int(at.timestamp()), "s")

    second = timedelta(seconds=1)
    assert out_of_time([head(OPENS - second, 0), head(ENDS, 5)], 5, OPENS, ENDS) is None
    assert out_of_time([head(OPENS - second, 1)], 5, OPENS, ENDS) == "early"
    assert out_of_time([head(ENDS, 4)], 5, OPENS, ENDS) == "late"
    assert out_of_time([head(ENDS - second, 4)], 5, OPENS, ENDS) is None
