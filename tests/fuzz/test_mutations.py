"""`make fuzz` finds what it looks for: a few cases of each target, and a backend that is wrong on purpose."""

from __future__ import annotations

from importlib.util import find_spec
from random import Random

import pytest

from services.ballot.belenios.backends.libsodium import LibsodiumChecks
from services.ballot.belenios.group import ED25519
from tests.fuzz import mutations
from tests.fuzz.__main__ import work

compares_backends = pytest.mark.skipif(
    find_spec("isoloir_native") is None, reason="the native backend is not built: make setup, where cargo is there"
)
"""With one backend alone there is nothing to compare; what is not compared is tried everywhere."""
COMPARED = ("points", "knowledge", "ballots")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=compares_backends) if name in COMPARED else name for name in mutations.TARGETS],
)
def test_a_few_of_each(name: str) -> None:
    assert work(name, 1, 0, 10) == (name, 10, "")


@compares_backends
def test_a_backend_that_is_wrong_is_found_and_said_with_what_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Credulous(LibsodiumChecks):
        def first_outside(self, points: object) -> None:
            return None

    monkeypatch.setattr(mutations, "backends", lambda: (LibsodiumChecks(ED25519), Credulous(ED25519)))
    _name, passed, said = work("points", 7, 0, 50)
    assert passed < 50
    assert f"points seed 7 number {passed}" in said
    with pytest.raises(AssertionError):
        mutations.points(Random(f"points 7 {passed}"))
