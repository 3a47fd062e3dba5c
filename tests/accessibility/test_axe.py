"""axe-core finds nothing on any page, in any state, in both languages, narrow and light, wide and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.tour.pictures import states
from tests.tour.portal import Portal
from tests.tour.stories import last_stories, stories
from tests.tour.walk import fresh, identity_of, plain_pages

LOOKS = ((320, "light"), (1280, "dark"))
"""Each width and each colour scheme once: colours do not depend on the width, nor places on the colours."""

Axe = Callable[..., list[str]]


def look_at_both_widths(page: Page, axe: Axe, name: str) -> list[str]:
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{name} {width} {scheme} {fault}" for fault in axe(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{name} {width}: scrolls sideways by {wide} px")
    page.set_viewport_size({"width": 320, "height": 640})
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_every_page_of_the_url_map(new_page: Callable[..., Page], portal: Portal, axe: Axe, locale: str) -> None:
    page = new_page(locale=locale)
    found: list[str] = []
    seen: set[tuple[Any, ...]] = set()
    for stop in plain_pages(portal):
        for state in states(page, portal, stop):
            # Where a page leads elsewhere, that page is looked at under its own name.
            key = identity_of(page)
            if key not in seen:
                seen.add(key)
                found += look_at_both_widths(page, axe, state)
    assert not found, "\n".join(found)
    assert len(seen) > 8


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_every_story(new_page: Callable[..., Page], portal: Portal, axe: Axe, locale: str) -> None:
    page = new_page(locale=locale)
    found: list[str] = []
    told = list(stories()) + (list(last_stories()) if locale == "fr-FR" else [])
    for stop in told:
        fresh(page.context)
        stop.reach(page, portal)
        found += look_at_both_widths(page, axe, stop.name)
    assert not found, "\n".join(found)


def test_every_page_of_2018(new_page: Callable[..., Page], axe: Axe, tmp_path: Any) -> None:
    """The other profile has pages of its own: the way in, the password, the home."""
    page = new_page(locale="fr-FR")
    found: list[str] = []
    titles = set()
    with Portal(tmp_path, "2018", notices=False) as portal:
        for stop in plain_pages(portal):
            for state in states(page, portal, stop):
                if page.title() not in titles:
                    titles.add(page.title())
                    found += look_at_both_widths(page, axe, state)
    assert not found, "\n".join(found)
    assert any("Mon espace électeur" in title for title in titles)
    assert any("Espace électeur" in title for title in titles)
