"""Re-voting as a setting: the last ballot counts, of each holder one, whatever is sent again or raced; off by default."""

import json

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DatabaseError

from services.ballot.belenios import revoting
from services.ballot.integrity import chain_check
from services.ballot.models import Ballot, Credential, Election
from services.ballot.tally import tallying
from services.ballot.urn import activation, attendance, casting, chain, trackers
from services.reassort.contract.events import CredentialExchange
from services.runtime.refusals import Refusal
from tests.unit.ballot.test_casting import _simultaneously
from tests.unit.ballot.test_life_cycle import archive_of, close, decryption, publish, submit, verified
from tests.unit.ballot.urn import AFTER, DURING, GRACE, holder_of

NAMES = ("anne", "bruno", "chloé")


@pytest.fixture
def again(draft):
    """A sealed election with three voters, who may vote again."""
    return draft.sealed(*NAMES, revoting=True, description="Élection des représentants.")


def code_of(urn, permit, raw, now=DURING):
    before = urn.snapshot()
    with pytest.raises(Refusal) as caught:
        urn.cast(permit, raw, now)
    assert urn.snapshot() == before
    return caught.value.code


def found(urn, tracker):
    with urn.database.reading() as session:
        return trackers.find(session, urn.uuid, tracker)


def finished(urn, board):
    close(urn)
    for owner in (1, 3, 4):
        submit(urn, owner, decryption(urn, board, owner))
    return json.loads(publish(urn).raw)["result"][0]


def test_the_last_ballot_counts_and_the_archive_says_why(again, board):
    first = again.vote("anne", 0)
    again.vote("bruno", 1)
    second = again.vote("anne", 2)
    again.vote("anne", None)
    described = again.describe()
    assert (described.ballots, described.replaced, described.revoting) == (4, 2, True)
    assert json.loads(described.election)["description"] == f"Élection des représentants. {revoting.RULE}"
    assert [found(again, one.tracker).replaced for one in (first, second)] == [True, True]
    assert finished(again, board) == [1, 0, 1, 0]
    report = verified(again)
    assert (report.ballots, report.replaced, report.num_tallied, report.finished) == (4, 2, 2, True)
    with again.database.reading() as session:
        assert chain_check.differences(session, again.uuid, lambda done, total: None) == []
        assert attendance.part_of(session, 0, 0).holders == []
    assert tallying.publish_result(again.database, again.uuid).ballots == 2


def test_off_nothing_of_it_is_there(urn):
    urn.vote("anne", 0)
    described = urn.describe()
    assert (described.revoting, described.replaced) == (False, 0)
    assert revoting.RULE not in described.election
    assert code_of(urn, urn.permit("anne"), urn.ballot("anne", 1)) == "already_voted"


def test_a_ballot_sent_again_has_its_receipt_and_never_becomes_the_last(again, board):
    old = again.ballot("anne", 0)
    given = again.cast(again.permit("anne"), old)
    newer = again.ballot("anne", 1)
    last = again.cast(again.permit("anne"), newer)
    before = again.snapshot()
    assert again.cast(again.permit("anne"), old) == given
    assert again.cast(again.permit("anne"), newer) == last
    assert again.snapshot() == before
    # Late in the grace period too, and after the closing.
    assert again.cast(again.permit("anne", now=GRACE), old, GRACE) == given
    assert finished(again, board) == [0, 0, 1, 0]
    assert again.cast(again.permit("anne", now=AFTER), old, AFTER) == given
    assert not found(again, last.tracker).replaced


def test_another_credential_is_refused(again):
    again.vote("anne", 0)
    assert code_of(again, again.permit("anne"), again.ballot("anne", 1, rank=1)) == "credential_unknown"
    assert code_of(again, again.permit("anne"), again.ballot("bruno", 1)) == "credential_not_yours"
    assert code_of(again, again.permit("bruno"), again.ballot("anne", 1)) == "credential_not_yours"


def test_whoever_has_voted_votes_again_with_the_code_he_voted_with(again):
    again.vote("anne", 0)
    own = {rank: json.loads(again.ballot("anne", 0, rank=rank))["credential"] for rank in (0, 1)}
    exchange = CredentialExchange(election=again.uuid, holder=holder_of("anne"), retired=own[0], spare=own[1])
    with again.database.transaction() as session:
        activation.activate(session, "a9a9a9a9-0000-4000-8000-000000000009", [exchange], DURING)
    material = again.booth_material(again.permit("anne", use="booth"))
    assert (material.credential, material.voted, material.retired) == (own[0], True, [])
    assert code_of(again, again.permit("anne"), again.ballot("anne", 1, rank=1)) == "credential_unknown"
    assert again.vote("anne", 1).height == 2


def test_after_the_end_no_ballot_replaces_another(again):
    again.vote("anne", 0)
    assert again.cast(again.permit("anne", now=GRACE), again.ballot("anne", 1), GRACE).height == 2
    assert code_of(again, again.permit("anne", now=AFTER), again.ballot("anne", 2), AFTER) == "election_closed"


def test_different_ballots_at_once_are_all_taken_one_after_the_other(again, board):
    permit = again.permit("anne")
    ballots = [again.ballot("anne", choice) for choice in (0, 1, 2, None)]
    given = _simultaneously(*(lambda raw=raw: again.cast(permit, raw) for raw in ballots))
    assert sorted(one.height for one in given) == [1, 2, 3, 4]
    last = max(range(4), key=lambda number: given[number].height)
    assert finished(again, board) == [int(last == 3), *(int(last == number) for number in range(3))]


def test_attendance_tells_of_each_voter_once(again):
    rhythm = attendance.Rhythm(DURING - DURING, 2)

    def told(number):
        with again.database.reading() as session:
            return attendance.part_of(session, number, 0)

    def cut(now=DURING):
        with again.database.transaction() as session:
            return attendance.cut(session, again.uuid, rhythm, now)

    for choice in (0, 1, 2):
        again.vote("anne", choice)
    # Three ballots and one voter: nobody to hide among.
    assert not cut()
    again.vote("bruno")
    assert cut(DURING.replace(minute=1))
    assert told(0).holders == sorted(map(holder_of, ("anne", "bruno")))
    again.vote("anne")
    again.vote("bruno")
    assert not cut(DURING.replace(minute=2))
    again.vote("chloé")
    close(again)
    assert cut(AFTER)
    assert told(1).holders == [holder_of("chloé")]
    with again.database.reading() as session:
        assert attendance.end_of(session, again.uuid).ballots == 3


def test_who_votes_again_while_a_batch_is_cut_is_none_of_those_that_it_lacks(again, monkeypatch):
    again.vote("anne", 0)
    again.vote("bruno", 1)
    really = chain.ballot_count

    def then_anne_votes_again(session, uuid):
        height = really(session, uuid)
        # What PostgreSQL shows to the next statement of a transaction: a ballot that was committed in between.
        monkeypatch.setattr(chain, "replaced_count", lambda s, u, up_to=None: 1 if up_to is None else 0)
        return height

    monkeypatch.setattr(chain, "ballot_count", then_anne_votes_again)
    with again.database.transaction() as session:
        assert attendance.cut(session, again.uuid, attendance.Rhythm(DURING - DURING, 2), DURING)


def test_the_rule_cannot_be_written_by_hand_nor_changed_after_sealing(draft):
    for setting in (True, False):
        with pytest.raises(Refusal) as caught:
            draft.create(revoting=setting, description=f"Avant. {revoting.RULE}")
        assert caught.value.details["fields"]["description"][0]["code"] == "contradictory"
    draft.create()
    assert [change.field for change in draft.create(correct=True, revoting=True)] == ["revoting"]
    draft.set_trustees()
    draft.receive(draft.entries(*NAMES))
    draft.commit()
    draft.seal()
    with pytest.raises(Refusal, match="election_sealed"):
        draft.create(correct=True, revoting=False)
    with pytest.raises(DatabaseError), draft.database.transaction() as session:
        session.execute(update(Election).where(Election.uuid == draft.uuid).values(revoting=False))


NEW_EVENT = "INSERT INTO chain_events (election, height, type, hash, raw) VALUES (:uuid, :height, 'Ballot', 'h', '{}')"


def refused_row(urn, height, name, used, replaces, replaced):
    before = urn.snapshot()
    with urn.database.reading() as session:
        own = select(Credential.credential).where(
            Credential.election == urn.uuid, Credential.holder == holder_of(used), Credential.rank == 0
        )
        credential = session.scalar(own)
    row = {"election": urn.uuid, "height": height, "holder": holder_of(name), "credential": credential}
    with pytest.raises(DatabaseError), urn.database.transaction() as session:
        session.execute(text(NEW_EVENT), {"uuid": urn.uuid, "height": height})
        session.execute(insert(Ballot).values(**row, tracker="t", replaces=replaces, replaced=replaced))
    assert urn.snapshot() == before


@pytest.mark.parametrize(
    "row",
    [
        ("anne", "anne", 0, 1),  # a second one that replaces none
        ("anne", "anne", 1, 2),  # one that is replaced already
        ("anne", "bruno", 2, 2),  # by another credential
        ("bruno", "anne", 2, 2),  # of another holder
        ("bruno", "bruno", 2, 2),
        ("bruno", "bruno", 0, 0),  # a wrong number of replaced ones
        ("bruno", "bruno", 0, 2),
        ("anne", "anne", 2, 1),
        ("anne", "anne", 3, 2),  # itself
        ("anne", "anne", 9, 2),
    ],
    ids=str,
)
def test_the_constraints_leave_one_ballot_of_each_holder(again, row):
    again.vote("anne", 0)
    again.vote("anne", 1)
    refused_row(again, 3, *row)


def test_off_the_constraints_know_no_second_ballot(urn):
    urn.vote("anne", 0)
    for replaces, replaced in ((0, 0), (1, 1), (1, 0)):
        refused_row(urn, 2, "anne", "anne", replaces, replaced)


def test_the_constraints_decide_where_a_check_was_passed_by(again, monkeypatch):
    again.vote("anne", 0)
    again.vote("anne", 1)
    before = again.snapshot()
    # Under the lock the second ballot is not seen: a third would be another that replaces the first.
    monkeypatch.setattr(casting, "_ballot_of", lambda session, granted: session.get(Ballot, (again.uuid, 1)))
    with pytest.raises(DatabaseError):
        again.cast(again.permit("anne"), again.ballot("anne", 2))
    assert again.snapshot() == before


def test_the_archive_of_such_an_election_only_grows(again):
    again.vote("anne", 0)
    earlier = archive_of(again)
    again.vote("anne", 1)
    assert archive_of(again).startswith(earlier)
    assert holder_of("anne").encode() not in archive_of(again)
