"""The portal in this process, Debian's Chromium, and axe-core in every page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.accessibility import checks
from tests.accessibility.walked import Checks, Walk, walked
from tests.servers.browser import windows
from tests.tour.portal import Portal

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="package")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The 2022 profile with its invented voters, open for voting."""
    with Portal(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    """The run's browser."""
    return chromium


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a window; whatever its script gets wrong fails the test."""
    with windows(browser, reduced_motion="reduce") as opened:
        yield opened


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A French voter's phone."""
    return new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """Look for faults in a page as it is. Out: one line each, none when all is well."""
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: make setup")
    source = AXE.read_text(encoding="utf-8")

    def look(page: Page, only: list[str] | None = None) -> list[str]:
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(source)
        chosen = (
            {"type": "rule", "values": only}
            if only
            else {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        )
        found = page.evaluate(
            "async chosen => (await axe.run(document, {runOnly: chosen, resultTypes: ['violations']})).violations",
            chosen,
        )
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found
            for node in violation["nodes"]
        ]

    return look


@pytest.fixture(scope="package")
def french_walk(browser: Browser, portal: Portal, axe: checks.Axe) -> Walk:
    """What a walk over every page found, in French."""
    asked = Checks(
        as_it_comes={"structure": checks.Structure("fr"), "motion": checks.motion},
        after_errors={"errors": checks.errors_summarised},
        in_every_state={"axe": lambda page, name: checks.look_at(page, axe, name)},
        at_last={
            "twice the size": checks.twice_the_size,
            "tab": checks.reached_by_tab,
            "skip": checks.skips_to_the_content,
        },
    )
    with windows(browser, reduced_motion="reduce") as opened:
        return walked(opened(), portal, asked)


@pytest.fixture(scope="package")
def english_walk(browser: Browser, portal: Portal, axe: checks.Axe) -> Walk:
    """The same in English: what could differ there."""
    asked = Checks(
        as_it_comes={"structure": checks.Structure("en")},
        after_errors={},
        in_every_state={"axe": lambda page, name: checks.look_at(page, axe, name, "en-GB")},
        at_last={},
    )
    with windows(browser, reduced_motion="reduce", locale="en-GB") as opened:
        return walked(opened(), portal, asked)


@pytest.fixture(params=["fr", "en"])
def walk(request: pytest.FixtureRequest) -> Walk:
    """Both, one after the other."""
    found: Walk = request.getfixturevalue({"fr": "french_walk", "en": "english_walk"}[request.param])
    return found
