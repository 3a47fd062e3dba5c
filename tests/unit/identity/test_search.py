from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from services.identity.contract.limits import BLOCKS
from services.identity.models import Entitlement
from services.identity.roll import search
from services.identity.roll.places import within
from services.identity.voting_events import voting_events
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
        page = search.search_roll(
            session,
            voter_id=voter_id(database, identifier),
            election=election,
            query=query,
            after=after,
            limit=limit,
            now=now,
        )
    return asdict(page)


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


def test_more_than_can_be_shown_are_told_and_the_whole_roll_is_still_read(database, roll, monkeypatch):
    monkeypatch.setattr(search, "MOST_FOUND", 1)
    assert found(database, "dupont") == {"voters": [], "next": None, "total": None}
    assert names(found(database, "dupont andre")) == ["Dupont André"]
    assert len(found(database)["voters"]) == found(database)["total"] == 4


def test_a_corrected_roll_is_found_under_its_new_names(database, roll):
    rows = [row(ANNE, nom="Bécasse"), row("new@ac-amiens.fr", nom="Tadorne", scrutins="CAP-1")]
    import_roll(database, rows, "import-2")
    assert names(found(database)) == ["Bécasse Zoé"]
    assert (found(database)["total"], found(database, "oeuvray")["total"], found(database, "becasse")["total"]) == (
        1,
        0,
        1,
    )
    assert found(database, election=ONLINE_TOO, identifier="new@ac-amiens.fr")["total"] == 1


@pytest.mark.parametrize("letter", ["\ufdfa", "²", "ß", "\u0416", "\u0e01", "\U0001d7ce", "q"])
def test_the_longest_texts_of_any_letter_are_recorded_and_found(database, event, letter):
    """An entry of an index of PostgreSQL has letters for some 2,000 bytes, a word of a tsvector for 2,046."""
    longest = {"nom": letter * 100, "prenom": letter * 100, "affectation": letter * 200}
    import_roll(database, [row(ANNE, **longest), row("b@ac-amiens.fr", nom="Dupont")])
    assert found(database, letter)["total"] == found(database, letter * 200)["total"] == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_finds_words_by_its_index(database, roll):
    searched = select(Entitlement.voter_id).where(*search._indexed(ONLINE, ["dupont"])).compile(database.engine)
    with database.engine.connect() as connection:
        # Four lines are read faster without: the others are made unwelcome, so that what is left is what can be used.
        for other in ("seqscan", "indexscan", "indexonlyscan"):
            connection.execute(text(f"SET LOCAL enable_{other} = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN {searched}", searched.params).scalars().all()
    assert "entitlements_by_word" in "\n".join(plan)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_place_keeps_its_voters_on_postgresql_too(database, roll):
    """A cell's search: the words of the place narrow what the index finds, the place itself decides."""
    with database.reading() as session:
        everybody = search.matching(session, ONLINE, ["dupont"], 50)
        there = search.matching(session, ONLINE, ["dupont", "lycee"], 50, within("Lycée Œuvre"))
        nobody = search.matching(session, ONLINE, ["dupont", "lycee"], 50, within("Lycée Œ"))
    assert 0 < len(there) <= len(everybody)
    assert nobody == []


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
        stored = voting_events.availability(voting_events.current_voting_event(session))
        assert stored == {**dict.fromkeys(BLOCKS), "roll": NOW}
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    assert refused.value.code == "voting_event_differs"
    assert [change["field"] for change in refused.value.details["changes"]] == ["availability.roll"]
    assert EVENT


@given(st.text(max_size=50), st.text(max_size=50), st.text(max_size=50))
def test_every_beginning_of_every_word_is_found(surname, first_name, assignment):
    kept = search.searchable(surname, first_name, assignment)
    whole = search.words(f"{surname} {first_name} {assignment}")
    for word in whole if len(kept) < search.LONGEST_TEXT else whole[:1]:
        for length in range(1, min(len(word), search.LONGEST_WORD) + 1):
            assert f" {word[:length]}" in kept
    assert not set(kept) & set("%_\\'")


@given(st.text())
def test_words_of_words_are_the_same(typed):
    once = search.words(typed)
    assert search.words(" ".join(once)) == once
