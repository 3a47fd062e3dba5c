"""The credential authority's part of a removal, on both kinds of database; across services: tests/unit/removal."""

import pytest

from services.identity.contract.events import HolderIn, RemovalAsked
from services.reassort.codes import generation, withdrawals
from services.reassort.codes.withdrawals import UnknownRemoval
from tests.unit.reassort.roll import PARAMETERS

NUMBER = "5e5e5e5e-0000-4000-8000-00000000000a"


def begin(roll, bearer, *stays):
    pairs = [HolderIn(election=one.election, holder=one.holder) for one in bearer.holders]
    kept = [roll.elections[name] for name in stays]
    asked = RemovalAsked(
        removal=NUMBER,
        voting_event=roll.voting_event,
        bearer=bearer.bearer,
        leaves=[pair for pair in pairs if pair.election not in kept],
        stays=[pair for pair in pairs if pair.election in kept],
    )
    with roll.database.transaction() as session:
        withdrawals.begin(session, PARAMETERS, asked)


def finish(roll, *, done=True):
    with roll.database.transaction() as session:
        withdrawals.finish(session, NUMBER, done=done)


def commit_again(roll):
    with roll.database.transaction() as session:
        return [generation.commit_again(session, uuid) for uuid in roll.elections.values()]


def test_bearer_and_spares_go_and_both_lists_are_committed_to_again(roll):
    anne, bruno = roll.bearer("anne", "csa", "cap"), roll.bearer("bruno", "csa", "cap")
    roll.generate(anne, bruno, last=True)
    for _ in range(2):
        begin(roll, anne)
    assert roll.counts().voters == 2
    for _ in range(2):
        finish(roll)
    counts = roll.counts()
    assert (counts.voters, counts.spares, counts.credentials) == (1, 2, 6)
    assert commit_again(roll) == [True, True]
    assert [(one["holders"], one["count"], one["revision"]) for one in roll.events("credentials_committed")[2:]] == [
        (1, 3, 2),
        (1, 3, 2),
    ]
    assert [one["outcome"] for one in roll.events("removal_settled")] == ["done"]


def test_whoever_stays_in_an_election_keeps_code_and_spares(roll):
    anne = roll.bearer("anne", "csa", "cap")
    roll.generate(anne, last=True)
    begin(roll, anne, "csa")
    finish(roll)
    counts = roll.counts()
    assert (counts.voters, counts.spares, counts.credentials) == (1, 2, 3)
    assert roll.generate(roll.bearer("anne", "csa"), last=True).missing == 0


def test_who_has_no_code_yet_gets_one_for_what_is_left_to_him_alone(roll):
    both, left = roll.bearer("anne", "csa", "cap"), roll.bearer("anne", "csa")
    begin(roll, both, "csa")
    finish(roll)
    assert roll.generate(both, on_roll=1).missing == 1
    assert roll.generate(left, on_roll=1).missing == 0
    assert roll.counts().credentials == 3


def test_where_an_election_was_sealed_nothing_is_changed(roll):
    anne = roll.bearer("anne", "csa")
    roll.generate(anne, last=True)
    before = roll.counts()
    begin(roll, anne)
    finish(roll, done=False)
    assert roll.counts() == before
    assert [one["outcome"] for one in roll.events("removal_settled")] == ["sealed"]
    assert roll.generate(anne, last=True).missing == 0


def test_an_answer_about_nothing_is_put_aside(roll):
    with pytest.raises(UnknownRemoval):
        finish(roll)
