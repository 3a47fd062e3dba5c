import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity import search, voting_events
from services.runtime.refusals import Refusal
from tests.unit.identity.test_attendance import voter_id
from tests.unit.identity.world import EVENT, NOW, ONLINE, ONLINE_TOO, definition, import_roll, row

ANNE = "anne@ac-amiens.fr"


@pytest.fixture
def roll(database, event):
    rows = [
        row(ANNE, nom="Œuvray", prenom="Anne-Sophie", affectation="Lycée Jean-Macé"),
        row("b@ac-amiens.fr", nom="D’Été", prenom="Zoé", affectation="Collège %_ Été"),
        row("c@ac-amiens.fr", nom="DUPONT", prenom="Éloïse"),
        row("d@ac-amiens.fr", nom="Dupont", prenom="André"),
        row("e@ac-amiens.fr", nom="Dupont", prenom="Zoé", scrutins="CAP-1"),
    ]
    import_roll(database, rows)


def found(database, query="", after=None, limit=50, election=ONLINE, identifier=ANNE, now=NOW):
    with database.reading() as session:
        return search.search_roll(
            session,
            voter_id=voter_id(database, identifier),
            election=election,
            query=query,
            after=after,
            limit=limit,
            now=now,
        )


def names(page):
    return [f"{voter['surname']} {voter['first_name']}" for voter in page["voters"]]


def test_only_what_may_be_shown_is_shown(database, roll):
    assert found(database, "oeuvray") == {
        "voters": [{"surname": "Œuvray", "first_name": "Anne-Sophie", "assignment": "Lycée Jean-Macé"}],
        "next": None,
        "total": 1,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["D’Été Zoé", "DUPONT Éloïse", "Dupont André", "Œuvray Anne-Sophie"]),
        ("dupont", ["Dupont André", "DUPONT Éloïse"]),
        ("  ELOISE   dup ", ["DUPONT Éloïse"]),
        ("sophie", ["Œuvray Anne-Sophie"]),
        ("d'ete", ["D’Été Zoé"]),
        ("macé lycee", ["Œuvray Anne-Sophie"]),
        ("upont", []),
        ("%", ["D’Été Zoé", "DUPONT Éloïse", "Dupont André", "Œuvray Anne-Sophie"]),
        ("du%nt", []),
        ("Dupont Zoé", []),
    ],
)
def test_words_are_found_by_their_beginning_without_accents(database, roll, query, expected):
    page = found(database, query)
    assert sorted(names(page)) == sorted(expected)
    assert page["total"] == len(expected)


def test_pages_follow_each_other_in_the_order_of_names(database, roll):
    whole = names(found(database))
    first = found(database, limit=3)
    second = found(database, limit=3, after=first["next"])
    assert (len(first["voters"]), second["next"], second["total"]) == (3, None, 4)
    assert names(first) + names(second) == whole
    assert whole[1:3] == ["Dupont André", "DUPONT Éloïse"]
    assert found(database, limit=3, after="99") == {"voters": [], "next": None, "total": 4}


@pytest.mark.parametrize("election", [ONLINE_TOO, "Z" * 14])
def test_the_roll_of_others_is_closed(database, roll, election):
    with pytest.raises(Refusal) as refused:
        found(database, election=election)
    assert refused.value.code == "not_entitled"


def test_the_roll_waits_for_its_date(database):
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition(availability={"roll": NOW, "claims": None}))
    import_roll(database, [row(ANNE)])
    assert found(database)["total"] == 1
    with pytest.raises(Refusal) as refused:
        found(database, now=definition().opens_at)
    assert (refused.value.code, refused.value.details) == ("not_available_yet", {"available_at": NOW.isoformat()})


def test_availability_is_part_of_the_definition(database):
    for availability in ({"roll": NOW}, {"roll": NOW, "vote": None}):
        with database.transaction() as session:
            voting_events.open_voting_event(session, definition(availability=availability))
    with database.reading() as session:
        stored = voting_events.availability(voting_events.current(session))
        assert stored == {**dict.fromkeys(voting_events.BLOCKS), "roll": NOW}
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    assert refused.value.code == "voting_event_differs"
    assert refused.value.details == {}
    assert EVENT


@given(st.text(max_size=50), st.text(max_size=50), st.text(max_size=50))
def test_every_beginning_of_every_word_is_found(surname, first_name, assignment):
    text = search.searchable(surname, first_name, assignment)
    for word in search.words(f"{surname} {first_name} {assignment}"):
        for length in range(1, len(word) + 1):
            assert f" {word[:length]}" in text
    assert not set(text) & set("%_\\")


@given(st.text())
def test_words_of_words_are_the_same(typed):
    once = search.words(typed)
    assert search.words(" ".join(once)) == once
