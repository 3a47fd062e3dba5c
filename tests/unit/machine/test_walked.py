"""A check of the walk that finds something, or fails, or has nothing to look at, fails its test."""

from typing import Any

import pytest

from tests.accessibility.walked import Walk

PAGE: Any = None


def test_what_a_check_finds_is_told_under_its_name_and_the_others_go_on() -> None:
    walk = Walk()

    def fails(_page: Any, name: str) -> list[str]:
        assert name == "one", "no page is like the first"
        return []

    for name in ("one", "two", "three"):
        walk.look({"finds": lambda _, name: [f"{name}: a fault"], "fails": fails, "passes": lambda *_: []}, PAGE, name)
    walk.expect_none("passes", at_least=3)
    with pytest.raises(AssertionError, match="one: a fault\ntwo: a fault\nthree: a fault"):
        walk.expect_none("finds", at_least=1)
    with pytest.raises(AssertionError, match="two: no page is like the first"):
        walk.expect_none("fails", at_least=1)
    assert walk.looked_at["fails"] == 2, "as a test of its own would, it ends where it fails"
    with pytest.raises(AssertionError):
        walk.expect_none("passes", at_least=4)
