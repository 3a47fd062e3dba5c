import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.identity import entitlements, roll, roll_lines
from services.identity.models import Entitlement, StagedRow, Voter
from services.runtime.refusals import Refusal
from tests.unit.identity.world import EVENT, KEY, NOW, everything, import_roll, row

CODES = {"CSA-M", "CAP-1", "CCP"}


def identifiers(database):
    with database.reading() as session:
        return sorted(session.scalars(select(Voter.identifier)))


def test_a_roll_is_recorded(database, event):
    counts = import_roll(database, [row(" Anne@AC-amiens.fr "), row("bob@ac-amiens.fr", scrutins=" CSA-M | CAP-1 ")])
    assert counts == {"voters": 2, "entitlements": 4}
    assert identifiers(database) == ["anne@ac-amiens.fr", "bob@ac-amiens.fr"]


@pytest.mark.parametrize(
    ("changes", "column", "word"),
    [
        ({"identifiant": "  "}, "identifiant", "absent"),
        ({"identifiant": "anne"}, "identifiant", "mal formée"),
        ({"identifiant": "anne@ac amiens.fr"}, "identifiant", "mal formée"),
        ({"identifiant": "zoé@ac-amiens.fr"}, "identifiant", "mal formée"),
        ({"identifiant": "a" * 250 + "@b.fr"}, "identifiant", "trop longue"),
        ({"nom": " "}, "nom", "vide"),
        ({"prenom": ""}, "prenom", "vide"),
        ({"nom": "x" * 101}, "nom", "trop longue"),
        ({"ville": "Ami\x07ens"}, "ville", "contrôle"),
        ({"adresse1": "1 rue\nde l’Été"}, "adresse1", "contrôle"),
        ({"scrutins": "CSA-M|CSA-X"}, "scrutins", "inconnu : « CSA-X »"),
        ({"scrutins": " | "}, "scrutins", "Aucun"),
        ({"scrutins": "CCP|CCP"}, "scrutins", "deux fois"),
    ],
)
def test_each_error_has_its_line_its_column_and_a_remedy(changes, column, word):
    problems = roll_lines.problems_of(7, row("anne@ac-amiens.fr", **changes), CODES)
    assert [(problem.line, problem.column) for problem in problems] == [(7, column)]
    assert word in problems[0].problem
    assert problems[0].remedy


def test_all_errors_are_reported_and_nothing_is_changed(database, voters):
    before = everything(database)
    rows = [
        row("dora@ac-amiens.fr"),
        row("eve@ac-amiens.fr", nom="", scrutins="ABC"),
        row(" DORA@ac-amiens.fr"),
    ]
    with pytest.raises(Refusal) as refused:
        import_roll(database, rows, "import-2")
    assert refused.value.code == "roll_invalid"
    assert refused.value.details["total"] == 3
    found = [(error["line"], error["column"]) for error in refused.value.details["errors"]]
    assert found == [(3, "nom"), (3, "scrutins"), (4, "identifiant")]
    assert "ligne 2" in refused.value.details["errors"][2]["problem"]
    staged = everything(database).pop("staged_rows")
    assert len(staged) == 3
    assert {**everything(database), "staged_rows": []} == before


def test_the_report_is_capped_and_its_total_is_true(database, event):
    rows = [row(f"v{number}", nom="") for number in range(150)]
    with pytest.raises(Refusal) as refused:
        import_roll(database, rows)
    assert refused.value.details["total"] == 300
    assert len(refused.value.details["errors"]) == 200


def test_wrong_columns_are_reported_once(database, event):
    wrong = [{("courriel" if name == "identifiant" else name): text for name, text in row("a@b.fr").items()}] * 50
    with pytest.raises(Refusal) as refused:
        import_roll(database, wrong)
    found = [(error["line"], error["column"]) for error in refused.value.details["errors"]]
    assert found == [(1, "courriel"), (1, "identifiant")]


def test_a_ragged_line_is_reported_with_its_number(database, event):
    ragged = row("bob@ac-amiens.fr")
    del ragged["scrutins"]
    with pytest.raises(Refusal) as refused:
        import_roll(database, [row("anne@ac-amiens.fr"), ragged])
    assert [error["line"] for error in refused.value.details["errors"]] == [3]


def test_an_incomplete_import_is_refused(database, event):
    with database.transaction() as session:
        roll.stage(session, voting_event=EVENT, import_id="i", first_line=2, rows=[row("anne@ac-amiens.fr")])
    before = everything(database)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        roll.commit(session, voting_event=EVENT, import_id="i", lines=2, holder_key=KEY, now=NOW)
    assert refused.value.code == "import_incomplete"
    assert refused.value.details == {"expected": 2, "staged": 1}
    assert everything(database) == before


def test_lines_staged_twice_count_once(database, event):
    for _ in range(2):
        with database.transaction() as session:
            roll.stage(session, voting_event=EVENT, import_id="i", first_line=2, rows=[row("anne@ac-amiens.fr")])
    with database.transaction() as session:
        counts = roll.commit(session, voting_event=EVENT, import_id="i", lines=1, holder_key=KEY, now=NOW)
    assert counts["voters"] == 1


def test_a_commit_asked_again_answers_the_same(database, event):
    first = import_roll(database, [row("anne@ac-amiens.fr")])
    before = everything(database)
    with database.transaction() as session:
        again = roll.commit(session, voting_event=EVENT, import_id="import-1", lines=1, holder_key=KEY, now=NOW)
    assert again == first
    assert everything(database) == before


def test_a_later_roll_updates_adds_and_removes(database, voters):
    with database.reading() as session:
        kept = session.scalar(select(Voter.id).where(Voter.identifier == "anne@ac-amiens.fr"))
    counts = import_roll(
        database,
        [row("ANNE@ac-amiens.fr", nom="Nouveau", scrutins="CAP-1"), row("dora@ac-amiens.fr")],
        "import-2",
    )
    assert counts == {"voters": 2, "entitlements": 3}
    assert identifiers(database) == ["anne@ac-amiens.fr", "dora@ac-amiens.fr"]
    with database.reading() as session:
        anne = session.get_one(Voter, kept)
        assert anne.surname == "Nouveau"
        assert len(session.scalars(select(Entitlement).where(Entitlement.voter_id == kept)).all()) == 1
        assert session.scalars(select(StagedRow)).all() == []


def test_a_sealed_roll_changes_no_more(database, voters):
    with database.transaction() as session:
        assert roll.seal(session, EVENT, NOW) == {"voters": 3, "entitlements": 5}
    before = everything(database)
    with pytest.raises(Refusal) as refused:
        import_roll(database, [row("dora@ac-amiens.fr")], "import-2")
    assert refused.value.code == "roll_sealed"
    with database.transaction() as session:
        assert roll.seal(session, EVENT, NOW) == {"voters": 3, "entitlements": 5}
    assert everything(database) == before


def test_a_roll_that_codes_were_made_for_is_not_replaced(database, voters):
    with database.transaction() as session:
        entitlements.list_bearers(session, voting_event=EVENT, after=None, limit=1, holder_key=KEY, now=NOW)
    with database.transaction() as session:
        roll.stage(session, voting_event=EVENT, import_id="i", first_line=2, rows=[row("dora@ac-amiens.fr")])
    before = everything(database)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        roll.commit(session, voting_event=EVENT, import_id="i", lines=1, holder_key=KEY, now=NOW)
    assert refused.value.code == "roll_in_use"
    assert everything(database) == before


def test_an_unknown_voting_event_is_refused(database):
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        roll.stage(session, voting_event="nowhere", import_id="i", first_line=2, rows=[])
    assert refused.value.code == "voting_event_unknown"


columns = st.dictionaries(st.sampled_from([*roll_lines.COLUMNS, "autre"]), st.text(max_size=300), max_size=10)


@given(columns)
def test_no_row_makes_checking_fail(values):
    problems = roll_lines.problems_of(2, values, CODES)
    assert all(problem.problem and problem.remedy for problem in problems)
    assert problems or set(values) == set(roll_lines.COLUMNS)
    roll_lines.header_problems(values)


@settings(deadline=None)
@given(st.fixed_dictionaries({name: st.text(max_size=60) for name in roll_lines.COLUMNS}))
def test_what_is_accepted_can_be_stored(values):
    values = {**values, "identifiant": "a@b.fr", "scrutins": "CCP"}
    if roll_lines.problems_of(2, values, CODES):
        return
    entry = roll_lines.entry_of(values)
    assert entry.surname
    assert entry.first_name
    for name, text in roll._columns(entry).items():
        text.encode()
        assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)
        assert len(text) <= (getattr(Voter, name).type.length or len(text))


@given(st.one_of(st.text(max_size=60), st.from_regex(r"\s*[A-Za-z0-9.]{1,9}@[A-Za-z]{1,5}\.fr\s*")))
def test_an_accepted_identifier_is_normal(typed):
    if not roll_lines.problems_of(2, row(typed), CODES):
        identifier = roll_lines.entry_of(row(typed)).identifier
        assert roll_lines.entry_of(row(identifier)).identifier == identifier
        assert roll_lines.problems_of(2, row(identifier), CODES) == []
