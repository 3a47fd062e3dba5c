"""The rule for subjects of commits, as the hook of pre-commit holds it."""

import pytest

from tests.machine.commit_subject import complaint


@pytest.mark.parametrize(
    "message",
    ["D2 Notices are tagged PDF pages\n\nWhy.\n", "E14 " + "x" * 68, 'Revert "E14 Rooms"', "fixup! E14 Rooms"],
)
def test_right_subjects(message):
    assert complaint(message) == ""


@pytest.mark.parametrize(
    "message", ["Notices are tagged", "D2", "D2  two blanks", "F1 no such section", "E14 " + "x" * 69]
)
def test_wrong_subjects(message):
    assert complaint(message)
