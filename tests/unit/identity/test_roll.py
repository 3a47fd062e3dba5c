import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event as listening
from sqlalchemy import func, select

from services.identity.access import access_requests
from services.identity.contract.event.roll import RollCounts
from services.identity.contract.limits import ROLL_COLUMNS
from services.identity.models import Election, Entitlement, StagedRow, Voter
from services.identity.roll import electoral_roll, leaving, roll_lines, staging
from services.identity.voting_events import entitlements, voting_events
from services.runtime.refusals import Refusal
from tests.unit.identity.test_no_enumeration import work
from tests.unit.identity.world import EVENT, KEY, NOW, definition, election, everything, import_roll, row, stage

CODES = {"CSA-M", "CAP-1", "CCP"}


def identifiers(database):
    with database.reading() as session:
        return sorted(session.scalars(select(Voter.identifier)))


def test_a_roll_is_recorded(database, event):
    counts = import_roll(database, [row(" Anne@AC-amiens.fr "), row("bob@ac-amiens.fr", scrutins=" CSA-M | CAP-1 ")])
    assert counts == RollCounts(voters=2, entitlements=4)
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
        ({"nom": "H\ufffdLICE"}, "nom", "Lettre perdue"),
        ({"code_postal": "1000"}, "code_postal", "zéro du début"),
    ],
)
def test_each_error_has_its_line_its_column_and_a_remedy(changes, column, word):
    problems = roll_lines.problems_of(7, row("anne@ac-amiens.fr", **changes), CODES)
    assert [(problem.line, problem.column) for problem in problems] == [(7, column)]
    assert word in problems[0].problem
    assert problems[0].remedy


def test_hyphens_that_do_not_break_and_what_is_invisible_are_mended():
    entry = roll_lines.entry_of(row("anne@ac-amiens.fr", nom="Vent\u2011Debout", prenom="Jean\u00ad\u2010Pierre\u200b"))
    assert (entry.surname, entry.first_name) == ("Vent-Debout", "Jean-Pierre")


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
    assert len(everything(database)["staged_rows"]) == 3
    assert {**everything(database), "staged_rows": [], "staged_entitlements": []} == before


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
        stage(session, [row("anne@ac-amiens.fr")])
    before = everything(database)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        electoral_roll.commit(session, voting_event=EVENT, import_id="i", lines=2, now=NOW)
    assert refused.value.code == "import_incomplete"
    assert refused.value.details == {"expected": 2, "staged": 1}
    assert everything(database) == before


def test_lines_staged_twice_count_once(database, event):
    for _ in range(2):
        with database.transaction() as session:
            stage(session, [row("anne@ac-amiens.fr")])
    with database.transaction() as session:
        counts = electoral_roll.commit(session, voting_event=EVENT, import_id="i", lines=1, now=NOW)
    assert counts.voters == 1


def test_a_commit_asked_again_answers_the_same(database, event):
    first = import_roll(database, [row("anne@ac-amiens.fr")])
    before = everything(database)
    with database.transaction() as session:
        again = electoral_roll.commit(session, voting_event=EVENT, import_id="import-1", lines=1, now=NOW)
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
    assert counts == RollCounts(voters=2, entitlements=3)
    assert identifiers(database) == ["anne@ac-amiens.fr", "dora@ac-amiens.fr"]
    with database.reading() as session:
        anne = session.get_one(Voter, kept)
        assert anne.surname == "Nouveau"
        assert len(session.scalars(select(Entitlement).where(Entitlement.voter_id == kept)).all()) == 1
        assert session.scalars(select(StagedRow)).all() == []


def commit(database, lines, import_id="i", voting_event=EVENT):
    with database.transaction() as session:
        return electoral_roll.commit(session, voting_event=voting_event, import_id=import_id, lines=lines, now=NOW)


def staged(database, rows, import_id="i", **where):
    with database.transaction() as session:
        stage(session, rows, import_id, **where)


def test_a_commit_costs_the_same_statements_whatever_the_length(database, event):
    """It is one transaction on the event loop: its work must not be the interpreter's, line by line."""
    counted = []
    for size, import_id in ((3, "short"), (1500, "long")):
        rows = [row(f"{import_id}{number}@ac-amiens.fr") for number in range(size)]
        staged(database, rows, import_id)
        with work(database) as done:
            assert commit(database, size, import_id) == RollCounts(voters=size, entitlements=2 * size)
        counted.append(len(done))
    # The longer one also removes the voters of the shorter, and what each table has of them.
    of_a_voter = [*leaving.OF_A_VOTER, *leaving.WRITTEN_BY_A_VOTER]
    assert counted[1] - counted[0] == len(of_a_voter) + 1
    assert len(identifiers(database)) == 1500


def test_what_stays_as_it_is_is_not_written_again(database, voters):
    rows = [row(voters[0]), row(voters[1], scrutins="CSA-M|CAP-1", ville="Abbeville"), row(voters[2], scrutins="CCP")]
    before = everything(database)
    staged(database, rows)
    counts = []

    def count(connection, cursor, statement, parameters, context, executemany):
        if "staged" in statement and not statement.startswith(("SELECT", "DELETE FROM staged")):
            counts.append((statement.split("(")[0].split(" SET ")[0].split(" WHERE ")[0].strip(), cursor.rowcount))

    listening.listen(database.engine, "after_cursor_execute", count)
    assert commit(database, 3) == RollCounts(voters=3, entitlements=5)
    listening.remove(database.engine, "after_cursor_execute", count)
    assert counts == [
        ("DELETE FROM entitlements", 0),
        ("UPDATE voters", 1),
        ("INSERT INTO voters", 0),
        ("UPDATE entitlements", 0),
        ("INSERT INTO entitlements", 0),
    ]
    after = everything(database)
    assert after["entitlements"] == before["entitlements"]
    assert len(set(after["voters"]) ^ set(before["voters"])) == 2
    assert (after["staged_rows"], after["staged_entitlements"]) == ([], [])


def test_a_voter_on_the_roll_named_twice_is_refused(database, voters):
    with pytest.raises(Refusal) as refused:
        import_roll(database, [row(voters[0]), row("dora@ac-amiens.fr"), row(voters[0].upper(), scrutins="CAP-1")], "i")
    assert refused.value.code == "roll_invalid"
    (error,) = refused.value.details["errors"]
    assert (error["line"], error["column"]) == (4, "identifiant")
    assert "ligne 2" in error["problem"]


def test_only_the_lines_without_problem_count_as_the_first_of_two(database, event):
    with pytest.raises(Refusal) as refused:
        import_roll(database, [row("anne@ac-amiens.fr", nom=""), row("anne@ac-amiens.fr")])
    assert [(error["line"], error["column"]) for error in refused.value.details["errors"]] == [(2, "nom")]


def test_what_was_staged_before_another_import_was_committed_has_to_be_sent_again(database, event):
    staged(database, [row("anne@ac-amiens.fr")], "late")
    import_roll(database, [row("anne@ac-amiens.fr"), row("bob@ac-amiens.fr")], "first")
    with pytest.raises(Refusal) as refused:
        commit(database, 1, "late")
    assert (refused.value.code, refused.value.details["staged"]) == ("import_incomplete", 0)
    assert len(identifiers(database)) == 2


def test_the_id_of_another_voting_event_s_import_is_refused(database, event):
    import_roll(database, [row("anne@ac-amiens.fr")], "i")
    other = definition(voting_event="other", elections=[election("D" * 14, "CSA-M", "CSA")], in_place_of=EVENT)
    with database.transaction() as session:
        voting_events.open_voting_event(session, other)
    staged(database, [row("bob@ac-amiens.fr", scrutins="CSA-M")], "i", voting_event="other")
    with pytest.raises(Refusal) as refused:
        commit(database, 1, "i", voting_event="other")
    assert refused.value.code == "invalid_request"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nobody_who_asks_for_access_waits_for_an_import(database, voters):
    staged(database, [row("dora@ac-amiens.fr")])
    with database.transaction() as importing:
        electoral_roll.commit(importing, voting_event=EVENT, import_id="i", lines=1, now=NOW)
        with database.transaction() as asking:
            asking.connection().exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            answer = access_requests.request_access(asking, "anne@ac-amiens.fr", holder_key=KEY, now=NOW)
    assert answer.next == "link_sent"


def test_a_sealed_roll_changes_no_more(database, voters):
    with database.transaction() as session:
        assert electoral_roll.seal(session, EVENT, NOW) == RollCounts(voters=3, entitlements=5)
    before = everything(database)
    with pytest.raises(Refusal) as refused:
        import_roll(database, [row("dora@ac-amiens.fr")], "import-2")
    assert refused.value.code == "roll_sealed"
    with database.transaction() as session:
        assert electoral_roll.seal(session, EVENT, NOW) == RollCounts(voters=3, entitlements=5)
    assert everything(database) == before


def test_a_roll_that_codes_were_made_for_is_not_replaced(database, voters):
    with database.transaction() as session:
        entitlements.list_bearers(session, voting_event=EVENT, after=None, limit=1, holder_key=KEY, now=NOW)
    with database.transaction() as session:
        stage(session, [row("dora@ac-amiens.fr")])
    before = everything(database)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        electoral_roll.commit(session, voting_event=EVENT, import_id="i", lines=1, now=NOW)
    assert refused.value.code == "roll_in_use"
    assert everything(database) == before


def complement(database, *rows):
    with database.transaction() as session:
        stage(session, rows, "late")
    with database.transaction() as session:
        return electoral_roll.commit(
            session, voting_event=EVENT, import_id="late", lines=len(rows), complement=True, now=NOW
        )


def on_roll(database):
    with database.reading() as session:
        return {
            voter.identifier: (
                voter.city,
                session.scalar(select(func.count()).where(Entitlement.voter_id == voter.id)),
            )
            for voter in session.scalars(select(Voter))
        }


@pytest.mark.parametrize("codes_are_made", [False, True])
def test_until_the_eve_voters_are_added_and_corrected_and_nobody_leaves(database, voters, codes_are_made):
    if codes_are_made:
        with database.transaction() as session:
            entitlements.list_bearers(session, voting_event=EVENT, after=None, limit=1, holder_key=KEY, now=NOW)
    before = on_roll(database)
    added = row("dora@ac-amiens.fr", scrutins="CAP-1")
    corrected = row("bob@ac-amiens.fr", scrutins="CSA-M|CAP-1", ville="Abbeville")
    assert complement(database, added, corrected) == RollCounts(voters=4, entitlements=6)
    assert on_roll(database) == before | {"dora@ac-amiens.fr": ("Amiens", 1), "bob@ac-amiens.fr": ("Abbeville", 2)}
    with database.transaction() as session:
        listed = entitlements.list_bearers(session, voting_event=EVENT, after=None, limit=9, holder_key=KEY, now=NOW)
    assert listed.total == 3
    with database.reading() as session:
        assert session.scalar(select(Election.voters).where(Election.code == "CAP-1")) == 2


@pytest.mark.parametrize("scrutins", ["CSA-M", "CSA-M|CAP-1|CCP", "CAP-1|CCP"])
def test_codes_that_are_made_are_not_extended_to_other_elections(database, voters, scrutins):
    with database.transaction() as session:
        entitlements.list_bearers(session, voting_event=EVENT, after=None, limit=1, holder_key=KEY, now=NOW)
    before = on_roll(database)
    with pytest.raises(Refusal) as refused:
        complement(database, row("dora@ac-amiens.fr"), row("bob@ac-amiens.fr", scrutins=scrutins))
    assert refused.value.code == "roll_invalid"
    assert [(error["line"], error["column"]) for error in refused.value.details["errors"]] == [(3, "scrutins")]
    assert on_roll(database) == before


def test_a_sealed_roll_takes_no_complement(database, voters):
    with database.transaction() as session:
        stage(session, [row("dora@ac-amiens.fr")], "late")
    with database.transaction() as session:
        electoral_roll.seal(session, EVENT, NOW)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        electoral_roll.commit(session, voting_event=EVENT, import_id="late", lines=1, complement=True, now=NOW)
    assert refused.value.code == "roll_sealed"


def test_an_unknown_voting_event_is_refused(database):
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        stage(session, [], voting_event="nowhere")
    assert refused.value.code == "voting_event_unknown"


columns = st.dictionaries(st.sampled_from([*ROLL_COLUMNS, "autre"]), st.text(max_size=300), max_size=10)


@given(columns)
def test_no_row_makes_checking_fail(values):
    problems = roll_lines.problems_of(2, values, CODES)
    assert all(problem.problem and problem.remedy for problem in problems)
    assert problems or set(values) == set(ROLL_COLUMNS)
    roll_lines.header_problems(values)


@settings(deadline=None)
@given(st.fixed_dictionaries({name: st.text(max_size=60) for name in ROLL_COLUMNS}))
def test_what_is_accepted_can_be_stored(values):
    values = {**values, "identifiant": "a@b.fr", "scrutins": "CCP"}
    if roll_lines.problems_of(2, values, CODES):
        return
    entry = roll_lines.entry_of(values)
    assert entry.surname
    assert entry.first_name
    for name, text in staging.columns_of(entry).items():
        text.encode()
        assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)
        assert len(text) <= (getattr(StagedRow, name).type.length or len(text))


@given(st.one_of(st.text(max_size=60), st.from_regex(r"\s*[A-Za-z0-9.]{1,9}@[A-Za-z]{1,5}\.fr\s*")))
def test_an_accepted_identifier_is_normal(typed):
    if not roll_lines.problems_of(2, row(typed), CODES):
        identifier = roll_lines.entry_of(row(typed)).identifier
        assert roll_lines.entry_of(row(identifier)).identifier == identifier
        assert roll_lines.problems_of(2, row(identifier), CODES) == []
