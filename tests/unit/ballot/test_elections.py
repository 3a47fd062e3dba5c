"""Elections before the vote: definition, trustees, sealing, description."""

import json

import pytest

from services.ballot.belenios.election import Question
from services.ballot.elections import closing, elections, sealing_checks
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import AFTER, BEFORE, CLOSES, DURING, ENDS, OPENS, QUESTION, Urn, holder_of


def refusal_of(urn, action, *arguments, **named):
    """The refusal of ``action``, which must have changed nothing."""
    before = urn.snapshot()
    with pytest.raises(Refusal) as caught:
        action(*arguments, **named)
    assert urn.snapshot() == before
    return caught.value


def test_a_draft_has_no_election_file(draft):
    draft.create()
    described = draft.describe()
    assert (described.election, described.state, described.head, described.height) == (None, "draft", None, None)
    assert (described.opens_at, described.closes_at) == (OPENS, CLOSES)


def test_creating_again_changes_nothing(draft):
    draft.create()
    before = draft.snapshot()
    draft.create()
    assert draft.snapshot() == before


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Autre"},
        {"description": "x"},
        {"voting_event": "other"},
        {"closes_at": AFTER},
        {"questions": (Question("Quelle liste ?", ("Liste A", "Liste B"), True, 1, 1),)},
    ],
)
def test_another_election_under_the_same_uuid_is_refused(draft, change):
    draft.create()
    assert refusal_of(draft, draft.create, **change).code == "election_differs"


def test_a_draft_is_corrected_until_it_is_sealed(draft):
    draft.create()
    draft.set_trustees()
    changes = draft.create(
        correct=True,
        closes_at=AFTER,
        questions=(Question("Quelle liste ?", ("Liste A", "Liste « È »", "Liste C"), True, 1, 1),),
    )
    assert [(change.field, change.before, change.after) for change in changes] == [
        ("closes_at", CLOSES.isoformat(), AFTER.isoformat()),
        ("questions[1].answers[2]", "Liste « É »", "Liste « È »"),
    ]
    assert draft.describe().closes_at == AFTER
    assert draft.create(correct=True) != []
    draft.receive(draft.entries("anne"))
    draft.commit()
    draft.seal()
    assert draft.create(correct=True) == []
    assert refusal_of(draft, draft.create, correct=True, name="Autre").code == "election_sealed"


def test_what_sealing_would_find_is_known_before(draft):
    def checks():
        with draft.database.reading() as session:
            return sealing_checks.look(session, draft.uuid)

    draft.create()
    assert (checks().keys, checks().holders, checks().received, checks().sealed) == (False, None, 0, False)
    draft.set_trustees()
    draft.receive(draft.entries("anne", "bob"))
    draft.commit()
    found = checks()
    assert (found.keys, found.holders, found.expected, found.received) == (True, 2, 4, 4)
    draft.seal()
    assert checks().sealed


def test_why_and_when_an_urn_was_closed_and_who_sealed_it_is_public(urn):
    assert (urn.describe().closed_at, urn.describe().close_reason) == (None, None)
    assert urn.describe().present == ["Présidente", "Délégué 1", "Déléguée 2"]
    with urn.database.transaction() as session:
        closing.close(session, urn.uuid, "Incendie du local", DURING)
    described = urn.describe()
    assert (described.closed_at, described.close_reason) == (DURING, "Incendie du local")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"uuid": "tooshort"}, "uuid"),
        ({"uuid": "0OIl" * 5}, "uuid"),
        ({"closes_at": OPENS}, "closes_at"),
        ({"questions": ()}, "questions"),
        ({"questions": (Question("?", (), True, 1, 1),)}, "questions.0"),
        ({"questions": (QUESTION, Question("?", ("a", "b"), True, 2, 1))}, "questions.1"),
        ({"questions": (Question("?", ("a", "b"), True, 1, 3),)}, "questions.0"),
        ({"questions": (Question("?", ("a", "b"), False, 0, 0),)}, "questions.0.maximum"),
        ({"questions": (Question("?", ("a", "a"), True, 1, 1),)}, "questions.0.answers"),
        ({"questions": (Question("?", ("Liste \u00e9", "Liste e\u0301\u200b"), True, 1, 1),)}, "questions.0.answers"),
        ({"questions": (Question("?", tuple(map(str, range(101))), True, 1, 1),)}, "questions.0.answers"),
    ],
)
def test_malformed_definitions_are_refused_by_field(draft, change, field):
    refusal = refusal_of(draft, draft.create, **change)
    assert refusal.code == "invalid_request"
    assert list(refusal.details["fields"]) == [field]


def test_a_hundred_answers_are_accepted(draft):
    draft.create(questions=(Question("?", tuple(map(str, range(100))), True, 1, 1),))
    assert draft.describe().state == "draft"


def test_an_unknown_election(draft):
    assert refusal_of(draft, draft.describe).code == "election_unknown"
    assert refusal_of(draft, draft.seal).code == "election_unknown"
    assert refusal_of(draft, draft.set_trustees).code == "election_unknown"


def test_trustees_are_checked(draft):
    draft.create()
    altered = draft.trustees.replace('"threshold":2', '"threshold":1', 1)
    for raw in (altered, "[]", "{}", "", draft.trustees + " ", '[["Single",{}]]'):
        refusal = refusal_of(draft, draft.set_trustees, raw)
        assert refusal.code == "trustees_invalid"
        assert refusal.details["reason"]


def test_a_later_trustees_file_replaces_an_earlier_one_until_sealing(draft, other_trustees):
    draft.create()
    first = draft.set_trustees(other_trustees)
    assert draft.set_trustees() != first
    draft.receive(draft.entries("anne"))
    draft.commit()
    draft.seal()
    draft.set_trustees()
    assert refusal_of(draft, draft.set_trustees, other_trustees).code == "election_sealed"


def test_sealing_needs_trustees_then_credentials(draft):
    draft.create()
    assert refusal_of(draft, draft.seal).code == "trustees_missing"
    draft.set_trustees()
    refusal = refusal_of(draft, draft.seal)
    assert (refusal.code, refusal.details) == ("credentials_incomplete", {"expected": None, "received": 0})
    entries = draft.entries("anne", "bruno")
    draft.commit()
    draft.receive(entries[:3])
    refusal = refusal_of(draft, draft.seal)
    assert (refusal.code, refusal.details) == ("credentials_incomplete", {"expected": 4, "received": 3})
    draft.receive(entries)
    assert draft.seal().credentials == 4


@pytest.mark.parametrize("change", [{"digest": "0" * 64}, {"count": 5}, {"holders": 3}])
def test_sealing_needs_the_committed_credentials(draft, change):
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne", "bruno"))
    draft.commit(**change)
    assert refusal_of(draft, draft.seal).code == "credentials_incomplete"


def test_sealing_again_changes_nothing(urn):
    before = urn.snapshot()
    assert urn.seal(DURING) == urn.seal()
    assert urn.snapshot() == before


def test_what_sealing_publishes(urn):
    described = urn.describe(BEFORE)
    assert (described.state, described.height, described.ballots, described.credentials) == ("sealed", 0, 0, 6)
    file = json.loads(described.election)
    assert file["uuid"] == urn.uuid
    assert file["questions"][0]["answers"] == list(QUESTION.answers)
    assert json.loads(described.trustees) == json.loads(urn.trustees)
    assert holder_of("anne") not in described.election


def test_the_states_follow_the_clock(urn):
    assert [urn.describe(now).state for now in (BEFORE, OPENS, DURING, CLOSES, ENDS)] == [
        "sealed",
        "open",
        "open",
        "closing",
        "closed",
    ]


def test_the_states_of_several_elections_are_one_answer(urn, board):
    draft = Urn(urn.database, board[0])
    draft.create()
    unknown = "unknownUnknown"
    with urn.database.reading() as session:
        found = elections.states(session, [unknown, urn.uuid, draft.uuid], DURING)
        assert elections.states(session, [], DURING) == {}
    assert found == {unknown: "draft", urn.uuid: "open", draft.uuid: "draft"}


def test_the_presence_list_and_the_moment_of_sealing_are_kept(urn):
    with urn.database.reading() as session:
        row = elections.found(session, urn.uuid)
        assert json.loads(row.present) == ["Présidente", "Délégué 1", "Déléguée 2"]
        assert row.sealed_at == BEFORE
