"""One walk over every page of the URL map in one language: each is opened once, and all that can be asked of it is asked.

A check is a function of the page that returns its faults, or asserts. What it finds is kept under its name, for the test
of that name to report; one that fails an assertion looks at no further page, as a test of its own would not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.tour.pictures import states
from tests.tour.portal import Portal
from tests.tour.walk import identity_of, plain_pages

Check = Callable[[Page, str], Iterable[str]]
"""In: a page as it is, the name of its state. Out: its faults, one line each."""


@dataclass(frozen=True)
class Checks:
    """What is asked, by name, in this order: first what must find a page untouched, last what leaves the focus elsewhere."""

    as_it_comes: Mapping[str, Check]
    """Of each page of the URL map, once."""
    after_errors: Mapping[str, Check]
    """Of each page that came back with errors, once."""
    in_every_state: Mapping[str, Check]
    """Of each of these, and of each page unfolded."""
    at_last: Mapping[str, Check]
    """Of each page of the URL map, once, when all else is done there."""


@dataclass
class Walk:
    """What was found: the faults and how many pages were looked at, by the name of the check."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    looked_at: Counter[str] = field(default_factory=Counter)
    _failed: set[str] = field(default_factory=set)

    def look(self, checks: Mapping[str, Check], page: Page, state: str) -> None:
        """Have these checks look at a page."""
        for name, check in checks.items():
            if name in self._failed:
                continue
            self.looked_at[name] += 1
            found = self.faults.setdefault(name, [])
            try:
                found += check(page, state)
            except AssertionError as error:
                self._failed.add(name)
                found.append(f"{state}: {error}")

    def expect_none(self, name: str, at_least: int) -> None:
        """Fail the test of that name where there is a fault, or where too few pages were looked at to say so."""
        assert not self.faults[name], "\n".join(self.faults[name])
        assert self.looked_at[name] >= at_least, (name, self.looked_at[name])


def walked(page: Page, portal: Portal, checks: Checks) -> Walk:
    """Go to every page of the URL map, as a stranger and as a voter, unfold it, send its forms empty; where a page leads
    elsewhere, that page is looked at under its own name."""
    walk = Walk()
    seen: set[tuple[Any, ...]] = set()
    seen_first: set[tuple[Any, ...]] = set()
    for stop in plain_pages(portal):
        for state in states(page, portal, stop):
            key = identity_of(page)
            first = state == stop.name and key not in seen_first
            if first:
                seen_first.add(key)
                walk.look(checks.as_it_comes, page, state)
            if key not in seen:
                seen.add(key)
                if "-erreurs" in state and page.locator(".error-summary").count():
                    walk.look(checks.after_errors, page, state)
                walk.look(checks.in_every_state, page, state)
            if first:
                walk.look(checks.at_last, page, state)
    return walk
