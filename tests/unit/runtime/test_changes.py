"""What a correction would change, in words that whoever agrees to it reads."""

from services.runtime.contracts.changes import Change, between


def test_only_what_differs_is_told_and_a_yes_is_a_yes() -> None:
    before = {"name": "CSA", "revoting": False, "blank": True, "gone": "x"}
    after = {"revoting": True, "name": "CSA", "blank": True, "lists": 8}
    assert between(before, after) == [
        Change(field="revoting", before="non", after="oui"),
        Change(field="lists", before="", after="8"),
        Change(field="gone", before="x", after=""),
    ]
