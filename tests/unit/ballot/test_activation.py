"""A spare takes the place of the active credential: at once, once, and only where nothing was voted."""

import json
import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from services.ballot.belenios.keys.credential import public_credential
from services.ballot.elections import closing
from services.ballot.models import Credential, outbox
from services.ballot.urn import activation, casting
from services.ballot.urn.activation import ActivationConflict
from services.reassort.contract.events import CredentialExchange
from services.runtime.refusals import Refusal
from tests.servers.databases import owners_transaction
from tests.servers.killed import killed_at
from tests.unit.ballot.urn import AFTER, DURING, KEYS, Urn, holder_of

REQUEST = "7e1e4a0e-0000-4000-8000-000000000001"


def exchange(urn, name, retired=0, spare=1):
    credentials = [public_credential(urn.secrets[name, rank]) for rank in (retired, spare)]
    return Exchange(urn.uuid, holder_of(name), *credentials)


def Exchange(election, holder, retired, spare):
    return CredentialExchange(election=election, holder=holder, retired=retired, spare=spare)


def activate(urn, *exchanges, request=REQUEST, now=DURING):
    with urn.database.transaction() as session:
        activation.activate(session, request, exchanges, now)


def states(urn, name):
    with urn.database.reading() as session:
        query = select(Credential.state).where(Credential.election == urn.uuid, Credential.holder == holder_of(name))
        return list(session.scalars(query.order_by(Credential.rank)))


def answers(urn):
    with urn.database.reading() as session:
        rows = session.execute(
            select(outbox.c.type, outbox.c.payload)
            .where(outbox.c.type.in_(["activated", "too_late"]))
            .order_by(outbox.c.sequence)
        )
        return [(row.type, json.loads(row.payload)) for row in rows]


@pytest.fixture
def second(urn, board):
    """Another election of the same voters."""
    return Urn(urn.database, board[0]).sealed("anne", "bruno")


def test_the_new_code_votes_and_the_old_one_is_refused_with_the_hour(urn):
    old, new = urn.ballot("anne"), urn.ballot("anne", 1, rank=1)
    activate(urn, exchange(urn, "anne"))
    with pytest.raises(Refusal) as refused:
        urn.cast(urn.permit("anne"), old)
    assert (refused.value.code, refused.value.details) == (
        "credential_retired",
        {"retired_in_hour": "2026-12-04T07:00:00+00:00"},
    )
    with urn.database.reading() as session:
        material = casting.booth_material(session, KEYS, urn.permit("anne", use="booth"), DURING)
    assert material.credential == public_credential(urn.secrets["anne", 1])
    [retired] = material.retired
    assert retired.credential == public_credential(urn.secrets["anne", 0])
    assert retired.hour.isoformat() == "2026-12-04T07:00:00+00:00"
    urn.cast(urn.permit("anne"), new)


def test_nothing_changes_where_the_holder_has_voted(urn, second):
    ballot = urn.ballot("anne")
    accepted = urn.cast(urn.permit("anne"), ballot)
    activate(urn, exchange(urn, "anne"), exchange(second, "anne"))
    assert states(urn, "anne") == ["active", "spare"]
    assert states(second, "anne") == ["retired", "active"]
    assert urn.cast(urn.permit("anne"), ballot) == accepted
    with pytest.raises(Refusal, match="already_voted"):
        urn.cast(urn.permit("anne"), urn.ballot("anne", 1, rank=1))


def test_the_answer_does_not_say_where_the_holder_has_voted(urn, second):
    urn.vote("anne")
    second.vote("bruno")
    activate(urn, exchange(urn, "anne"), exchange(second, "anne"))
    [(kind, answer)] = answers(urn)
    assert kind == "activated"
    assert {(entry["election"], entry["height"]) for entry in answer["elections"]} == {(urn.uuid, 1), (second.uuid, 1)}


def test_the_same_request_again_changes_nothing_and_is_answered_as_before(urn):
    activate(urn, exchange(urn, "anne"))
    urn.vote("bruno")
    activate(urn, exchange(urn, "anne"))
    first, again = answers(urn)
    assert first == again
    assert states(urn, "anne") == ["retired", "active"]


def test_too_late_where_every_urn_is_closed(urn):
    activate(urn, exchange(urn, "anne"), now=AFTER)
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "closes_at", AFTER)
    assert states(urn, "anne") == ["active", "spare"]
    assert answers(urn) == [("too_late", {"request": REQUEST})]


def test_one_closed_urn_is_left_as_it_is(urn, second):
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "bureau", DURING)
    activate(urn, exchange(urn, "anne"), exchange(second, "anne"))
    assert (states(urn, "anne"), states(second, "anne")) == (["active", "spare"], ["retired", "active"])


def test_before_sealing_the_exchange_is_done_and_sealing_accepts_it(draft):
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne"))
    activate(draft, exchange(draft, "anne"))
    draft.commit()
    draft.seal()
    assert answers(draft)[0][1]["elections"] == [{"election": draft.uuid, "height": -1, "head": None}]
    draft.cast(draft.permit("anne"), draft.ballot("anne", rank=1))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda urn: Exchange(urn.uuid, holder_of("bruno"), *_points(urn, "anne", 0, 1)),
        lambda urn: Exchange(urn.uuid, holder_of("anne"), *_points(urn, "anne", 1, 0)),
        lambda urn: Exchange(urn.uuid, holder_of("anne"), *_points(urn, "anne", 0, 0)),
        lambda urn: Exchange("1" * 14, holder_of("anne"), *_points(urn, "anne", 0, 1)),
    ],
)
def test_what_contradicts_the_urn_changes_nothing(urn, wrong):
    before = urn.snapshot()
    with pytest.raises(ActivationConflict):
        activate(urn, exchange(urn, "bruno"), wrong(urn))
    assert urn.snapshot() == before
    assert states(urn, "bruno") == ["active", "spare"]


def _points(urn, name, *ranks):
    return [public_credential(urn.secrets[name, rank]) for rank in ranks]


def test_of_a_ballot_and_a_reissue_at_once_the_first_decides(urn):
    """Eight races: whoever is first, either the old ballot is in the urn and stays, or it is refused as retired."""
    names = [f"voter {number}" for number in range(8)]
    fresh = Urn(urn.database, urn.trustees).sealed(*names)
    ballots = {name: fresh.ballot(name) for name in names}
    outcomes = {}

    def vote(name):
        try:
            fresh.cast(fresh.permit(name), ballots[name])
            outcomes[name] = "voted"
        except Refusal as refusal:
            outcomes[name] = refusal.code

    threads = [threading.Thread(target=vote, args=(name,)) for name in names]
    threads += [
        threading.Thread(
            target=activate,
            args=(fresh, exchange(fresh, name)),
            kwargs={"request": f"7e1e4a0e-0000-4000-8000-00000000001{number}"},
        )
        for number, name in enumerate(names)
    ]
    for thread in threads[::2] + threads[1::2]:
        thread.start()
    for thread in threads:
        thread.join(120)
    for name in names:
        expected = {"voted": ["active", "spare"], "credential_retired": ["retired", "active"]}
        assert states(fresh, name) == expected[outcomes[name]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE activations SET height = 0",
        "DELETE FROM activations",
        "UPDATE reissues SET heads = '[]'",
        "DELETE FROM reissues",
    ],
)
def test_what_was_exchanged_is_never_rewritten(urn, statement):
    activate(urn, exchange(urn, "anne"))
    with pytest.raises(DatabaseError), owners_transaction(urn.database) as session:
        session.execute(text(statement))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_urn_that_dies_at_its_commit_has_one_active_code_and_one_answer(urn, second, moment):
    second.vote("anne")
    exchanges = (exchange(urn, "anne"), exchange(second, "anne"))

    def work(database):
        urn.database = database
        activate(urn, *exchanges)

    killed_at(f"activate.{moment}", urn.database, work)
    assert states(urn, "anne") == (["active", "spare"] if moment == "before" else ["retired", "active"])
    assert len(answers(urn)) == (moment == "after")
    activate(urn, *exchanges)
    assert states(urn, "anne") == ["retired", "active"]
    assert states(second, "anne") == ["active", "spare"], "a vote stays"
    # Asked again, it gives its first answer again, whatever happened since.
    first = answers(urn)[0]
    urn.vote("bruno")
    activate(urn, *exchanges)
    assert set(map(repr, answers(urn))) == {repr(first)}
