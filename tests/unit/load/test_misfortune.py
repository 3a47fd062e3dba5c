"""Parts die one after the other, each is waited for, and one that stays away is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.load.profiles.profile import load
from deploy.load.running import misfortune
from deploy.load.running.faults.fault import deaths, replacements, standstills
from deploy.load.running.misfortune import Misfortune, NotBack
from deploy.local.launcher.replicas import kind_of, names, portal_of_many

PARTS = ["identity", "ballot", "ballot-2", "broker"]


class Mortals:
    """Processes with pids; `stays_away` does not come back. `enough` is set once so much has happened."""

    def __init__(self, stays_away: str = "", wanted: int = 6) -> None:
        self.running = {part: number for number, part in enumerate(PARTS, 100)}
        self.stays_away, self.wanted = stays_away, wanted
        self.struck: list[str] = []
        self.enough = threading.Event()
        self.whole = True
        self.looks = 0

    def pids(self) -> dict[str, int]:
        return dict(self.running)

    def kill(self, name: str) -> None:
        self._note(name)
        pid = self.running.pop(name)
        if name != self.stays_away:
            self.running[name] = pid + 1000

    def restart(self, name: str) -> None:
        self.running[name] += 1000
        self._note(f"{name} remplacé")

    @contextmanager
    def freeze(self, name: str) -> Iterator[None]:
        self.whole = False
        try:
            yield
        finally:
            self.whole = True
            self._note(f"{name} figé")

    def is_ready(self) -> bool:
        self.looks += 1
        return self.looks % 3 == 0

    def is_whole(self) -> bool:
        return self.whole

    def _note(self, what: str) -> None:
        self.struck.append(what)
        if len(self.struck) >= self.wanted or what == self.stays_away:
            self.enough.set()


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misfortune, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(misfortune, "BACK_SECONDS", 0.2)


def strike(mortals: Mortals) -> Misfortune:
    faults = [*deaths(PARTS), *standstills(mortals, ["ballot"])]
    striking = Misfortune(mortals, faults, pause=lambda _seconds: None)
    striking.start()
    assert mortals.enough.wait(30)
    return striking


def test_everything_happens_once_before_anything_happens_again() -> None:
    mortals = Mortals()
    striking = strike(mortals)
    happened = striking.stop()
    striking.release()
    assert [one["part"] for one in happened] == mortals.struck
    assert sorted(mortals.struck[:5]) == sorted([*PARTS, "ballot figé"])
    assert all(isinstance(one["seconds"], float) for one in happened)


def test_a_new_version_takes_the_place_of_each_process_once() -> None:
    mortals = Mortals(wanted=len(PARTS))
    striking = Misfortune(mortals, replacements(PARTS), pause=lambda _seconds: None)
    striking.start()
    assert mortals.enough.wait(30)
    assert {one["part"] for one in striking.stop()} >= {f"{part} remplacé" for part in PARTS}
    striking.release()


def test_what_fails_in_striking_is_told() -> None:
    mortals = Mortals()
    del mortals.running["broker"]
    striking = Misfortune(mortals, deaths(["broker"]), pause=lambda _seconds: None)
    striking.start()
    with pytest.raises(KeyError, match="broker"):
        striking.stop()
    striking.release()


def test_a_part_that_stays_away_is_named() -> None:
    striking = strike(Mortals(stays_away="broker"))
    with pytest.raises(NotBack, match="broker"):
        striking.stop()
    striking.release()


def test_what_never_began_can_be_let_go() -> None:
    Misfortune(Mortals(), deaths(PARTS)).release()


def test_voters_have_more_patience_in_misfortune() -> None:
    opening = load("opening")
    assert opening.for_chaos().tries > opening.tries
    assert opening.for_chaos().finish_seconds >= 300


def test_several_processes_of_a_kind_are_one_kind() -> None:
    assert names("notification-mail", 3) == ["notification-mail", "notification-mail-2", "notification-mail-3"]
    assert {kind_of(name) for name in names("notification-mail", 3)} == {"notification-mail"}
    shared = {"ISOLOIR_GATEWAY_RATELIMIT_STORAGE": "redis://127.0.0.1:1/0"}
    assert portal_of_many({"A": "b"}, shared) == {
        "A": "b",
        "ISOLOIR_GATEWAY_REUSE_PORT": "true",
        "ISOLOIR_GATEWAY_WORKERS": "1",
        **shared,
    }
