from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from services.identity.voting_events import descriptions, voting_events
from services.runtime.refusals import Refusal
from services.runtime.storage.database import rehearsed
from tests.unit.identity.world import EVENT, NOW, definition, election, everything


def test_opened_twice_is_opened_once(database, event):
    before = everything(database)
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    assert everything(database) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Autre nom"},
        {"closes_at": definition().closes_at + timedelta(hours=1)},
        {"profile": "2018"},
        {"elections": definition().elections[:2]},
        {"voting_event": "another", "elections": definition().elections[:1], "in_place_of": EVENT},
        {"correct": True, "profile": "2018"},
        {"correct": True, "elections": definition().elections[:2]},
    ],
)
def test_another_content_is_refused(database, event, changes):
    before = everything(database)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        voting_events.open_voting_event(session, definition(**changes))
    assert refused.value.code == "voting_event_differs"
    assert everything(database) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": definition().opens_at}, "closes_at"),
        ({"elections": []}, "elections"),
        ({"elections": [definition().elections[0]] * 2}, "elections"),
        ({"elections": [election("D" * 14, "X", "Comité"), election("E" * 14, "Y", "Comite\u0301")]}, "elections"),
        ({"elections": [election("D" * 14, "X", "A"), election("E" * 14, "X\u200b", "B")]}, "elections"),
    ],
)
def test_a_contradictory_definition_is_refused(database, changes, field):
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        voting_events.open_voting_event(session, definition(**changes))
    assert refused.value.code == "invalid_request"
    assert list(refused.value.details["fields"]) == [field]


def test_the_current_one_is_the_last_opened(database, event):
    following = definition(voting_event="later", elections=[election("D" * 14, "X", "X")])
    before = everything(database)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        voting_events.open_voting_event(session, following)
    assert (refused.value.code, refused.value.details["voting_event"]) == ("voting_event_in_place", EVENT)
    assert everything(database) == before

    def current():
        with database.reading() as session:
            return voting_events.current_voting_event(session).uuid

    with database.transaction() as session:
        voting_events.open_voting_event(session, replace(following, in_place_of=EVENT))
    assert current() == "later"
    # And there is a way back.
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition(in_place_of="later"))
    assert current() == EVENT


def corrected(**changes):
    first, *others = definition().elections
    return definition(
        name="Élections corrigées",
        closes_at=definition().closes_at + timedelta(hours=1),
        elections=[replace(first, name="Nom corrigé"), *others],
        correct=True,
        **changes,
    )


def test_a_draft_is_corrected_until_the_roll_is_sealed(database, event):
    with database.transaction() as session:
        changes = voting_events.open_voting_event(session, corrected())
    assert [change.field for change in changes] == ["name", "closes_at", "CSA-M.name"]
    assert changes[2].after == "Nom corrigé"
    with database.reading() as session:
        shown = descriptions.voting_event(session, voting_events.current_voting_event(session), NOW)
    assert (shown.name, shown.closes_at, shown.elections[0].name) == (
        "Élections corrigées", corrected().closes_at, "Nom corrigé",
    )  # fmt: skip
    with database.transaction() as session:
        assert voting_events.open_voting_event(session, corrected()) == []
        assert voting_events.current_voting_event(session).version == 2
        voting_events.find(session, EVENT).roll_sealed_at = NOW
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        voting_events.open_voting_event(session, definition(correct=True))
    assert refused.value.code == "roll_sealed"


def test_a_rehearsal_says_what_would_change_and_changes_nothing(database, event):
    before = everything(database)
    with database.transaction() as session, rehearsed(session, only=True):
        assert len(voting_events.open_voting_event(session, corrected())) == 3
    with database.transaction() as session, rehearsed(session, only=True):
        later = definition(voting_event="later", elections=[election("D" * 14, "X", "X")], in_place_of=EVENT)
        voting_events.open_voting_event(session, later)
    assert everything(database) == before


def test_none_is_current_at_first(database):
    with pytest.raises(Refusal) as refused, database.reading() as session:
        voting_events.current_voting_event(session)
    assert refused.value.code == "no_voting_event"


def test_description_keeps_the_order_and_the_notice_of_paper_elections(database, event):
    with database.reading() as session:
        described = asdict(descriptions.voting_event(session, voting_events.current_voting_event(session), NOW))
    assert described["voting_event"] == EVENT
    assert [election["code"] for election in described["elections"]] == ["CSA-M", "CAP-1", "CCP"]
    assert described["elections"][2]["notice"] == "Vote à l’urne, salle B12."
    assert described["roll_sealed"] is False


def test_a_short_name_is_shown_and_corrected_until_the_roll_is_sealed(database, event):
    elections = [replace(one, short_name="CSA") if one.code == "CSA-M" else one for one in definition().elections]
    with database.transaction() as session:
        changes = voting_events.open_voting_event(session, definition(elections=elections, correct=True))
        shown = descriptions.voting_event(session, voting_events.current_voting_event(session), NOW)
    assert [(change.field, change.after) for change in changes] == [("CSA-M.short_name", "CSA")]
    assert [one.short_name for one in shown.elections] == ["CSA", "", ""]


def test_two_elections_with_one_short_name_are_refused(database):
    elections = [replace(one, short_name="Commission") for one in definition().elections]
    with pytest.raises(Refusal, match="invalid_request"), database.transaction() as session:
        voting_events.open_voting_event(session, definition(elections=elections))
