"""What a file would change in the roll in force is said before anything is, and many are not lost by a slip."""

import pytest

from services.identity.contract.event.roll import ElectionDifference, FieldChanged
from services.identity.roll import differences, electoral_roll, staging
from services.identity.roll.differences import LossLimits
from services.identity.voting_events import entitlements
from services.runtime.refusals import Refusal
from tests.unit.identity.test_roll import identifiers, staged
from tests.unit.identity.world import EVENT, KEY, NOW, everything, row

NONE_LOST = LossLimits(voters=0, percent=0)
ROWS = [
    row("anne@ac-amiens.fr", ville="Abbeville", nom="Nouveau"),
    row("bob@ac-amiens.fr", scrutins="CSA-M"),
    row("dora@ac-amiens.fr", scrutins="CAP-1|CCP"),
]
"""Of anne two fields change, bob leaves CAP-1, chloe leaves the roll, dora comes."""


def compared(database, rows=ROWS, *, complement=False, limits=NONE_LOST):
    staged(database, rows)
    with database.transaction() as session:
        return differences.compare(
            session, voting_event=EVENT, import_id="i", lines=len(rows), complement=complement, limits=limits
        )


def listed(database, kind, *, complement=False):
    found, after = [], ""
    while after is not None:
        with database.reading() as session:
            page = differences.page(
                session, voting_event=EVENT, import_id="i", kind=kind, after=after, limit=1, complement=complement
            )
        found += [(one.identifier, one.line, one.columns) for one in page.entries]
        after = page.next
    return found


def test_what_would_change_is_counted_and_named_and_nothing_is_changed(database, voters):
    before = everything(database)
    found = compared(database)
    assert (found.voters, found.added, found.removed, found.changed, found.confirm) == (3, 1, 1, 2, True)
    assert found.fields == [FieldChanged(column=name, voters=1) for name in ("nom", "ville", "scrutins")]
    assert found.elections == [
        ElectionDifference(code="CSA-M", voters=2, added=0, removed=0),
        ElectionDifference(code="CAP-1", voters=1, added=1, removed=1),
        ElectionDifference(code="CCP", voters=2, added=1, removed=1),
    ]
    assert listed(database, "added") == [("dora@ac-amiens.fr", 4, [])]
    assert listed(database, "changed") == [
        ("anne@ac-amiens.fr", 2, ["nom", "ville"]),
        ("bob@ac-amiens.fr", 3, ["scrutins"]),
    ]
    assert listed(database, "removed") == [("chloe@ac-amiens.fr", None, [])]
    with database.transaction() as session:
        staging.forget(session, EVENT, import_id="i", lines=staging.ALL_LINES)
    assert everything(database) == before


def test_a_complement_removes_nobody(database, voters):
    found = compared(database, complement=True)
    assert (found.removed, found.confirm) == (0, False)
    assert listed(database, "removed", complement=True) == []
    assert [(one.code, one.removed) for one in found.elections if one.removed] == [("CAP-1", 1)]


def test_the_same_roll_again_changes_nothing(database, voters):
    rows = [row(voters[0]), row(voters[1], scrutins="CSA-M|CAP-1"), row(voters[2], scrutins="CCP")]
    found = compared(database, rows)
    assert (found.added, found.removed, found.changed, found.fields, found.confirm) == (0, 0, 0, [], False)


def commit(database, **named):
    with database.transaction() as session:
        return electoral_roll.commit(
            session, voting_event=EVENT, import_id="i", lines=len(ROWS), now=NOW, limits=NONE_LOST, **named
        )


@pytest.mark.parametrize("removing", [0, 2])
def test_without_their_number_many_do_not_vanish(database, voters, removing):
    staged(database, ROWS)
    before = everything(database)
    with pytest.raises(Refusal) as refused:
        commit(database, removing=removing)
    assert (refused.value.code, refused.value.details) == ("roll_would_lose", {"count": 1})
    assert everything(database) == before


def test_with_their_number_they_leave(database, voters):
    staged(database, ROWS)
    assert commit(database, removing=1).voters == 3
    assert identifiers(database) == ["anne@ac-amiens.fr", "bob@ac-amiens.fr", "dora@ac-amiens.fr"]


@pytest.mark.parametrize(
    ("removed", "on_roll", "allowed"),
    [(10, 50, True), (11, 50, False), (12_000, 1_200_000, True), (12_001, 1_200_000, False)],
)
def test_ten_or_one_in_a_hundred_may_leave_without_a_word(removed, on_roll, allowed):
    assert LossLimits().allow(removed, on_roll) is allowed


def test_what_a_commit_would_refuse_is_refused_before(database, voters):
    with database.transaction() as session:
        entitlements.list_bearers(session, voting_event=EVENT, after=None, limit=1, holder_key=KEY, now=NOW)
    for complement, code in ((False, "roll_in_use"), (True, "roll_invalid")):
        with pytest.raises(Refusal) as refused:
            compared(database, complement=complement)
        assert refused.value.code == code


@pytest.mark.parametrize("after", ["abc", "-1", "9" * 36])
@pytest.mark.parametrize("kind", ["added", "changed"])
def test_a_page_after_no_line_is_refused(database, voters, kind, after):
    staged(database, ROWS)
    with database.reading() as session, pytest.raises(Refusal) as refused:
        differences.page(session, voting_event=EVENT, import_id="i", kind=kind, after=after, limit=10, complement=False)
    assert refused.value.code == "invalid_request"
