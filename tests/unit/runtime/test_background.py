"""A loop with nothing to do looks less and less often, and at once when it is woken."""

from typing import Any

import pytest

from services.runtime.hosting.background import BackgroundLoop


class Script:
    """Stands for the event that a loop waits for: notes the pauses, and says whether it was woken in each."""

    def __init__(self, loop: BackgroundLoop, woken: list[bool]) -> None:
        self.loop, self.woken, self.pauses = loop, woken, list[float]()

    def wait(self, pause: float) -> bool:
        """One pause; the last one ends the loop."""
        self.pauses.append(pause)
        woken = self.woken.pop(0)
        if not self.woken:
            self.loop.stop()
        return woken

    def set(self) -> None:
        """`stop` wakes."""

    def clear(self) -> None:
        """It does not wait for this."""


def pauses(step: Any, every: float, at_rest: float, woken: list[bool]) -> list[float]:
    loop = BackgroundLoop("test", step, every, at_rest)
    loop._wake = script = Script(loop, woken)  # type: ignore[assignment]
    loop._run()
    return script.pauses


def test_pauses_grow_at_rest_and_begin_anew_when_woken() -> None:
    found = pauses(lambda: False, 1.0, 2.0, [False, False, False, True, False])
    assert found == [1.0, 1.5, 2.0, 2.0, 1.0]


def test_work_makes_them_short_again() -> None:
    done = iter([False, False, True, False])
    assert pauses(lambda: next(done), 1.0, 5.0, [False, False, False]) == [1.0, 1.5, 1.0]


@pytest.mark.parametrize("at_rest", [0.0, 1.0])
def test_a_loop_that_nobody_wakes_keeps_its_pace(at_rest: float) -> None:
    assert pauses(lambda: False, 1.0, at_rest, [False, False, False]) == [1.0, 1.0, 1.0]
