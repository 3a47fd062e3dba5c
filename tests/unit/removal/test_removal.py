"""A voter leaves the roll once codes are made: in every service or in none, wherever one of them dies (E2)."""

import pytest

from services.identity.contract.event.removals import DONE, REFUSED, WAITING
from services.identity.roll import electoral_roll, removals
from services.runtime.refusals import Refusal
from tests.servers.killed import killed_at
from tests.unit.identity.test_roll import complement
from tests.unit.identity.world import EVENT, NOW, ONLINE, ONLINE_TOO, row
from tests.unit.removal.world import BOB, REASON, REMOVAL

CODES = 3
"""Codes of a voter, spares among them."""
WHOLE = {
    "identity.voters": 3,
    "reassort.bearers": 2,
    "reassort.spares": 4,
    "reassort.public_credentials": 9,
    "ballot.credentials": 9,
}
LEFT = {
    "identity.voters": 2,
    "reassort.bearers": 1,
    "reassort.spares": 2,
    "reassort.public_credentials": 3,
    "ballot.credentials": 3,
}
STEPS = {
    "ask_removal": "",
    "begin_withdrawal": "removal_asked",
    "withdraw": "withdraw",
    "finish_withdrawal": "withdrawal_answered",
    "settle_removal": "removal_settled",
}
"""Step → the event that it is the work of."""
HOME = {"ask_removal": "identity", "begin_withdrawal": "reassort", "withdraw": "ballot"}
HOME |= {"finish_withdrawal": "reassort", "settle_removal": "identity"}


def state(world, removal=REMOVAL):
    with world.databases["identity"].reading() as session:
        return removals.described(session, removal).state


def test_the_credentials_leave_and_the_list_is_committed_to_again(world):
    assert world.rows() == WHOLE
    asked = world.ask()
    assert (asked.state, asked.who, asked.leaves, asked.stays, asked.codes_made) == (
        WAITING,
        "Zoé Nom-bob",
        ["CSA-M", "CAP-1"],
        [],
        True,
    )
    assert world.carry() is None
    assert (state(world), world.rows()) == (DONE, LEFT)
    with pytest.raises(Refusal) as refused:
        world.complete()
    assert refused.value.code == "credentials_incomplete"
    assert world.commit_again() == 2
    world.carry()
    assert (world.complete(), world.complete(ONLINE_TOO)) == (CODES, 0)
    assert world.commit_again() == 0


def test_the_journal_and_the_record_say_who_did_it_and_why_and_name_no_voter(world):
    world.ask()
    world.carry()
    details = {"elections": "CSA-M, CAP-1", "reason": REASON}
    assert world.journal() == [
        ("voter_removal_asked", "Opératrice", details),
        ("voter_removed", "Opératrice", details),
    ]
    with world.databases["identity"].reading() as session:
        (told,) = removals.told(session, EVENT)
    assert (told.who, told.reason, told.elections, told.at) == ("Opératrice", REASON, [ONLINE, ONLINE_TOO], NOW)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_dies_goes_on_where_it_was(world, step, moment):
    event = None
    if step != "ask_removal":
        world.ask()
        event = world.carry(until=STEPS[step])
    before = world.rows()

    def work(database):
        if event is None:
            world.ask(database)
        else:
            world.work(event, database)

    killed_at(f"{step}.{moment}", world.databases[HOME[step]], work)
    if moment == "before":
        assert world.rows() == before
    if event is None:
        # Whoever asked had no answer, and asks again.
        assert world.ask().removal == REMOVAL
    elif step != "settle_removal":
        with pytest.raises(Refusal) as refused, world.databases["identity"].transaction() as session:
            electoral_roll.seal(session, EVENT, NOW)
        assert refused.value.code == "removal_under_way"
    world.carry()
    assert (state(world), world.rows()) == (DONE, LEFT)
    assert world.commit_again() == 2
    world.carry()
    assert world.complete() == CODES
    assert [entry[0] for entry in world.journal()] == ["voter_removal_asked", "voter_removed"]
    with world.databases["identity"].transaction() as session:
        assert electoral_roll.seal(session, EVENT, NOW).voters == 2


def test_every_event_may_come_twice_and_a_second_click_finds_the_first(world):
    world.ask()
    assert world.ask(removal="5e5e5e5e-0000-4000-8000-00000000000b").removal == REMOVAL
    for kind in list(STEPS.values())[1:]:
        event = world.carry(until=kind)
        world.work(event)
        rows = world.rows()
        world.work(event)
        assert world.rows() == rows
    world.carry()
    assert (state(world), world.rows()) == (DONE, LEFT)
    assert len(world.journal()) == 2


@pytest.mark.parametrize("sealed", [ONLINE, ONLINE_TOO])
def test_once_one_election_is_sealed_nothing_is_changed_in_any(world, sealed):
    commitments = world.commitments()
    world.ask()
    event = world.carry(until="withdraw")
    world.seal(sealed)
    world.work(event)
    world.carry()
    assert (state(world), world.rows(), world.commitments()) == (REFUSED, WHOLE, commitments)
    assert world.journal()[-1][0] == "voter_removal_refused"
    with world.databases["identity"].reading() as session:
        assert removals.told(session, EVENT) == []
    with world.databases["identity"].transaction() as session:
        electoral_roll.seal(session, EVENT, NOW)
    with pytest.raises(Refusal) as refused:
        world.ask(removal="5e5e5e5e-0000-4000-8000-00000000000c")
    assert refused.value.code == "roll_sealed"


def test_whoever_leaves_one_election_keeps_his_code_for_the_others(world):
    world.ask(codes=["CAP-1"])
    world.carry()
    world.commit_again()
    world.carry()
    assert world.rows() == {**WHOLE, "reassort.public_credentials": 6, "ballot.credentials": 6}
    assert (world.complete(), world.complete(ONLINE_TOO)) == (2 * CODES, 0)
    # The roll and the codes agree: nothing is missing, and nothing has changed that codes were made for.
    assert world.generate().missing == 0


def test_pages_and_batches_of_before_bring_nobody_back(world):
    listed = world.listed()
    (batch,) = batches(world, ONLINE_TOO)
    world.ask()
    world.carry()
    # A page of the roll that a worker had in hand, and an event that was parked meanwhile.
    page = world.generate(listed)
    assert (page.generated, page.missing) == (0, 1)
    world.work(batch)
    assert world.rows() == LEFT


def batches(world, election):
    carried, world.carried["reassort"] = world.carried["reassort"], 0
    found = [event for event in world.waiting() if event[2] == "credentials_issued"]
    world.carried["reassort"] = carried
    return [event for event in found if event[3]["election"] == election]


def test_who_is_added_again_is_a_new_voter_with_another_code(world):
    world.ask()
    world.carry()
    complement(world.databases["identity"], row(BOB, scrutins="CAP-1"))
    page = world.generate()
    assert (page.generated, page.missing) == (1, 0)
    world.carry()
    # The generation commits to all of it, whether or not the job came first.
    assert (world.complete(), world.complete(ONLINE_TOO)) == (CODES, CODES)
    assert world.commit_again() == 0


def test_codes_that_are_being_made_are_committed_to_by_their_generation(world):
    world.ask()
    world.carry()
    complement(world.databases["identity"], row("dora@ac-amiens.fr"), row("eve@ac-amiens.fr"))
    bearers, total = world.listed()
    # Bearers are listed by pseudonym: the one who has codes is put first, so that a code is missing after the page.
    bearers.sort(key=lambda one: one.bearer not in world.served())
    world.generate((bearers[:2], total))
    assert world.commit_again() == 1
    assert world.commitments()[ONLINE][1] == "-"
    assert world.generate((bearers[2:], total)).missing == 0
    world.carry()
    assert world.complete() == 3 * CODES


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"identifier": "nobody@ac-amiens.fr"}, "identifier_unknown"),
        ({"codes": ["CCP"]}, "voter_not_in_election"),
    ],
)
def test_what_is_asked_for_wrongly_changes_nothing(world, named, code):
    with pytest.raises(Refusal) as refused:
        world.ask(**named)
    assert refused.value.code == code
    assert (world.waiting(), world.journal()) == ([], [])


def test_without_a_code_the_voter_leaves_at_once(world):
    asked = world.ask(identifier="chloe@ac-amiens.fr")
    assert (asked.state, asked.codes_made) == (DONE, False)
    assert world.waiting() == []
    assert world.rows() == {**WHOLE, "identity.voters": 2}
