"""Casting: what is accepted, what is refused and why, and that a refusal changes nothing."""

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.ballot.belenios.ballot import make_ballot, tracker
from services.ballot.belenios.group import ED25519
from services.ballot.contract import receipts
from services.ballot.elections import closing
from services.ballot.models import Ballot, ChainEvent, Credential
from services.ballot.urn import casting
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import AFTER, BEFORE, DURING, ENDS, KEYS, OPENS, RECEIPT_PUBLIC, Urn, holder_of


def refusal_of(urn, permit, raw, now=DURING):
    """The code and the details with which a ballot is refused; nothing was changed."""
    before = urn.snapshot()
    with pytest.raises(Refusal) as caught:
        urn.cast(permit, raw, now)
    assert urn.snapshot() == before
    return caught.value.code, caught.value.details


def test_a_ballot_is_accepted_with_a_signed_receipt(urn):
    raw = urn.ballot("anne")
    given = urn.cast(urn.permit("anne"), raw)
    described = urn.describe()
    assert (given.election, given.tracker, given.height) == (urn.uuid, tracker(raw), 1)
    assert (described.head, described.height, described.ballots) == (given.head, 1, 1)
    assert receipts.is_signed(RECEIPT_PUBLIC, given)


def test_what_is_written_for_a_ballot(urn):
    before, _ = urn.snapshot()
    urn.vote("anne")
    after, _ = urn.snapshot()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"ballots": 1, "chain_events": 1, "chain_objects": 1}, "no event: nobody is told of one vote"
    with urn.database.reading() as session:
        event = session.scalars(select(ChainEvent.raw).where(ChainEvent.election == urn.uuid)).all()
    assert holder_of("anne") not in "".join(event)


def test_no_table_of_the_urn_keeps_the_time_of_a_ballot():
    assert {column.name for column in Ballot.__table__.columns} == {
        "election",
        "height",
        "holder",
        "credential",
        "tracker",
        "replaces",
        "replaced",
    }


@pytest.mark.parametrize("choice", [0, 1, 2, None])
def test_every_choice_is_accepted(urn, choice):
    assert urn.vote("bruno", choice).height == 1


def test_the_same_ballot_again_has_the_same_receipt(urn):
    raw = urn.ballot("anne")
    first = urn.cast(urn.permit("anne"), raw)
    urn.vote("bruno")
    before = urn.snapshot()
    assert urn.cast(urn.permit("anne", minutes=5), raw) == first
    assert urn.snapshot() == before


def test_the_same_ballot_after_the_closing_still_has_its_receipt(urn):
    raw = urn.ballot("anne")
    first = urn.cast(urn.permit("anne"), raw)
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "fin", AFTER)
    assert urn.cast(urn.permit("anne", now=AFTER), raw, AFTER) == first


def test_a_second_ballot_is_refused(urn):
    urn.vote("anne", 0)
    assert refusal_of(urn, urn.permit("anne"), urn.ballot("anne", 1)) == ("already_voted", {})


def test_a_second_ballot_with_the_spare_is_refused(urn):
    urn.vote("anne", 0)
    assert refusal_of(urn, urn.permit("anne"), urn.ballot("anne", 1, rank=1)) == ("already_voted", {})


def test_somebody_elses_accepted_ballot_gives_no_receipt(urn):
    raw = urn.ballot("anne")
    urn.cast(urn.permit("anne"), raw)
    assert refusal_of(urn, urn.permit("bruno"), raw) == ("credential_not_yours", {})


def test_permits(urn):
    raw = urn.ballot("anne")
    assert refusal_of(urn, "nonsense", raw)[0] == "permit_invalid"
    assert refusal_of(urn, urn.permit("anne", now=BEFORE), raw)[0] == "permit_expired"


def test_a_permit_of_another_election(urn):
    other = Urn(urn.database, urn.trustees).sealed("anne")
    raw = urn.ballot("anne")
    assert refusal_of(other, other.permit("anne"), raw) == ("permit_other_election", {})
    unknown = Urn(urn.database, urn.trustees)
    assert refusal_of(unknown, unknown.permit("anne"), raw) == ("election_unknown", {})


def test_before_the_opening_and_after_the_closing(urn):
    raw = urn.ballot("anne")

    def refused(now):
        return refusal_of(urn, urn.permit("anne", now=now - timedelta(minutes=1)), raw, now)

    assert refused(OPENS - timedelta(seconds=1)) == ("election_not_open", {})
    assert refused(ENDS) == ("election_closed", {})
    assert urn.cast(urn.permit("anne"), raw, OPENS + timedelta(days=1)).height == 1


def test_a_draft_accepts_nothing(draft):
    draft.create()
    assert refusal_of(draft, draft.permit("anne"), "{}") == ("election_not_open", {})


def test_after_end_ballots_nothing_is_accepted_even_before_the_time(urn):
    raw = urn.ballot("anne")
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "arrêt par le bureau", DURING)
    assert refusal_of(urn, urn.permit("anne"), raw) == ("election_closed", {})


def test_who_waited_past_the_closing_is_too_late(urn):
    raw = urn.ballot("anne")
    times = iter([ENDS - timedelta(seconds=2), ENDS - timedelta(seconds=1), ENDS])
    before = urn.snapshot()
    with pytest.raises(Refusal) as caught:
        casting.cast(urn.database, KEYS, urn.permit("anne", now=ENDS - timedelta(minutes=1)), raw, lambda: next(times))
    assert caught.value.code == "election_closed"
    assert urn.snapshot() == before


def test_a_credential_that_nobody_issued(urn):
    urn.secrets["anne", 9] = ED25519.random_scalar()
    assert refusal_of(urn, urn.permit("anne"), urn.ballot("anne", rank=9)) == ("credential_unknown", {})


def test_a_spare_that_was_not_handed_out(urn):
    assert refusal_of(urn, urn.permit("anne"), urn.ballot("anne", rank=1)) == ("credential_unknown", {})


def test_somebody_elses_credential(urn):
    assert refusal_of(urn, urn.permit("anne"), urn.ballot("bruno")) == ("credential_not_yours", {})


def _path(value, path, change):
    """A copy of ``value`` in which the entry at ``path`` went through ``change``."""
    value = json.loads(json.dumps(value))
    at = value
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = change(at[path[-1]])
    return value


ZERO = ED25519.encode(ED25519.identity)
OTHER_POINT = ED25519.encode(ED25519.base_mul(12345))
ANSWER = ("answers", 0)
ALTERATIONS = [
    ("election_hash", ("election_hash",), lambda v: v[::-1], "ballot_invalid", "wrong-election"),
    ("credential to identity", ("credential",), lambda _: ZERO, "ballot_invalid", "bad-credential"),
    ("credential off the curve", ("credential",), lambda _: "f" * 64, "ballot_invalid", "bad-credential"),
    ("credential swapped", ("credential",), lambda _: OTHER_POINT, "ballot_invalid", "bad-signature"),
    ("alpha", (*ANSWER, "choices", 0, "alpha"), lambda _: OTHER_POINT, "ballot_invalid", "bad-signature"),
    ("beta", (*ANSWER, "choices", 2, "beta"), lambda _: OTHER_POINT, "ballot_invalid", "bad-signature"),
    ("individual", (*ANSWER, "individual_proofs", 1, 0, "response"), lambda _: "5", "ballot_invalid", "bad-signature"),
    ("overall", (*ANSWER, "overall_proof", 0, "challenge"), lambda _: "5", "ballot_invalid", "bad-signature"),
    ("blank", (*ANSWER, "blank_proof", 1, "response"), lambda _: "5", "ballot_invalid", "bad-signature"),
    ("signature hash", ("signature", "hash"), lambda v: v[::-1], "ballot_invalid", "bad-signature"),
    ("signature proof", ("signature", "proof", "response"), lambda _: "5", "ballot_invalid", "bad-signature"),
    ("scalar too large", ("signature", "proof", "response"), lambda _: "9" * 77, "ballot_malformed", "bad-scalar"),
    ("answers missing", ("answers",), lambda _: [], "ballot_malformed", "malformed"),
    ("answers doubled", ("answers",), lambda v: v * 2, "ballot_malformed", None),
    ("one more key", ("signature",), lambda v: v | {"x": 1}, "ballot_malformed", "malformed"),
]


@pytest.mark.parametrize(
    ("path", "change", "code", "reason"), [a[1:] for a in ALTERATIONS], ids=[a[0] for a in ALTERATIONS]
)
def test_altered_ballots(urn, path, change, code, reason):
    altered = _path(json.loads(urn.ballot("anne")), path, change)
    raw = json.dumps(altered, separators=(",", ":"), ensure_ascii=False)
    refused, details = refusal_of(urn, urn.permit("anne"), raw)
    assert refused == code
    assert details["reason"] == reason or (reason is None and details["reason"])


@pytest.mark.parametrize("raw", ["", "{}", "[]", "null", "{", "nonsense", '{"a":1}', "\ud800", "[" * 5000])
def test_texts_that_are_no_ballot(urn, raw):
    assert refusal_of(urn, urn.permit("anne"), raw)[0] == "ballot_malformed"


def test_a_ballot_must_be_canonical(urn):
    raw = urn.ballot("anne")
    assert refusal_of(urn, urn.permit("anne"), raw.replace(",", ", ", 1))[0] == "ballot_malformed"
    assert refusal_of(urn, urn.permit("anne"), raw + " " * 20_000) == ("ballot_malformed", {"reason": "too-large"})


def test_a_ballot_made_for_another_key_under_the_same_uuid(urn, other_trustees):
    file = urn.election
    key = json.loads(other_trustees)[0][1]["public_key"]
    forged = type(file).parse(file.raw.replace(file.public_key, key))
    raw = make_ballot(forged, urn.secrets["anne", 0], [[0, 1, 0, 0]])
    assert refusal_of(urn, urn.permit("anne"), raw) == ("ballot_invalid", {"reason": "wrong-election"})


def _simultaneously(*actions):
    """Run the actions at once; each one's outcome: what it returned, or the code of its refusal."""
    start = threading.Barrier(len(actions))
    outcomes = [None] * len(actions)

    def run(index, action):
        start.wait(60)
        try:
            outcomes[index] = action()
        except Refusal as refusal:
            outcomes[index] = refusal.code

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


def test_two_ballots_of_one_holder_at_once(urn):
    permit = urn.permit("anne")
    ballots = [urn.ballot("anne", choice) for choice in (0, 1, 2, None)]
    outcomes = _simultaneously(*(lambda raw=raw: urn.cast(permit, raw) for raw in ballots))
    assert sum(outcome == "already_voted" for outcome in outcomes) == 3
    assert urn.describe().ballots == 1


def test_the_same_ballot_several_times_at_once(urn):
    permit, raw = urn.permit("anne"), urn.ballot("anne")
    outcomes = _simultaneously(*(lambda: urn.cast(permit, raw) for _ in range(5)))
    assert len(set(outcomes)) == 1
    assert outcomes[0].height == 1
    assert urn.describe().ballots == 1


def test_several_voters_at_once_make_one_chain(draft):
    names = [f"voter {number}" for number in range(8)]
    draft.sealed(*names)
    votes = [(draft.permit(name), draft.ballot(name, index % 3)) for index, name in enumerate(names)]
    outcomes = _simultaneously(*(lambda vote=vote: draft.cast(*vote) for vote in votes))
    assert sorted(outcome.height for outcome in outcomes) == list(range(1, 9))
    assert draft.describe().ballots == 8


def test_a_vote_and_the_closing_at_once(urn):
    permit, raw = urn.permit("anne"), urn.ballot("anne")

    def close():
        with urn.database.transaction() as session:
            return closing.close(session, urn.uuid, "arrêt", DURING)

    vote, closed = _simultaneously(lambda: urn.cast(permit, raw), close)
    # Either order, never in between: the number announced at the closing is the number in the urn.
    assert closed.ballots == urn.describe().ballots == (0 if vote == "election_closed" else 1)


def test_booth_material(urn):
    material = urn.booth_material(urn.permit("anne", use="booth"))
    assert (material.election, material.voted, material.state) == (urn.describe().election, False, "open")
    urn.vote("anne")
    again = urn.booth_material(urn.permit("anne", use="booth"))
    assert (again.credential, again.voted) == (material.credential, True)
    assert not urn.booth_material(urn.permit("bruno", use="booth")).voted


def test_booth_material_is_the_holders_own(urn):
    first, second = (urn.booth_material(urn.permit(name, use="booth")).credential for name in ("anne", "bruno"))
    assert first != second
    assert json.loads(urn.ballot("anne"))["credential"] == first


def test_booth_material_refusals(draft):
    def code(permit):
        with pytest.raises(Refusal) as caught:
            draft.booth_material(permit)
        return caught.value.code

    assert code("nonsense") == "permit_invalid"
    assert code(draft.permit("anne", use="booth")) == "election_unknown"
    draft.create()
    draft.receive(draft.entries("anne"))
    assert code(draft.permit("anne", use="booth")) == "credential_unknown"
    draft.commit()
    draft.set_trustees()
    draft.seal()
    assert code(draft.permit("anne", now=BEFORE, use="booth")) == "permit_expired"
    assert code(draft.permit("stranger", use="booth")) == "credential_unknown"


def test_a_ballot_and_its_event_are_written_together_or_not_at_all(urn, monkeypatch):
    raw = urn.ballot("anne")
    before = urn.snapshot()

    def fail(*_, **__):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(casting.receipt, "sign", fail)
        with pytest.raises(OSError, match="disk full"):
            urn.cast(urn.permit("anne"), raw)
    assert urn.snapshot() == before
    assert urn.cast(urn.permit("anne"), raw).height == 1


def test_the_constraints_decide_where_a_check_was_passed_by(urn, monkeypatch):
    urn.vote("anne")
    with urn.database.transaction() as session:
        for rank, state in ((0, "retired"), (1, "active")):
            session.execute(
                update(Credential)
                .where(Credential.election == urn.uuid, Credential.holder == holder_of("anne"), Credential.rank == rank)
                .values(state=state)
            )
    raw, before = urn.ballot("anne", 2, rank=1), urn.snapshot()
    real, blind = casting._ballot_of, iter([None, None])
    # Twice blind: before the proofs, and under the lock. Then the database's own refusal is explained.
    monkeypatch.setattr(casting, "_ballot_of", lambda *arguments: next(blind, real(*arguments)))
    with pytest.raises(Refusal) as caught:
        urn.cast(urn.permit("anne"), raw)
    assert caught.value.code == "already_voted"
    assert urn.snapshot() == before
