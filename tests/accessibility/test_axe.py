"""axe-core finds nothing on any page, in any state, in both languages, narrow and light, wide and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.accessibility.checks import DESK, Axe, look_at
from tests.accessibility.walked import Walk
from tests.tour.pictures import states
from tests.tour.portal import Portal
from tests.tour.staff import Staff
from tests.tour.stories import last_stories, stories
from tests.tour.walk import fresh, plain_pages


def test_every_page_of_the_url_map(walk: Walk) -> None:
    walk.expect_none("axe", at_least=50)


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_every_story(new_page: Callable[..., Page], portal: Portal, axe: Axe, locale: str) -> None:
    page = new_page(locale=locale)
    found: list[str] = []
    told = list(stories()) + (list(last_stories()) if locale == "fr-FR" else [])
    for stop in told:
        fresh(page.context)
        stop.reach(page, portal)
        found += look_at(page, axe, stop.name, locale)
    assert not found, "\n".join(found)


def test_the_bar_of_agents_is_one_line_and_unfolds_by_keyboard(
    new_page: Callable[..., Page], portal: Portal, axe: Axe
) -> None:
    """Of those who have the most ways in it: a member of the board, and a support cell, whose queues have numbers."""
    staff, page = Staff(portal), new_page(locale="fr-FR")
    found: list[str] = []
    for role, name in (("support", "Iris Tempo"), ("president", "Bleuet Sémaphore")):
        email = f"{name.split()[0].lower()}@rivages.example"
        staff.sign_in(page.context, staff.named(role, name, email, (portal.election,)))
        page.goto(f"{portal.base_url}/agents")
        found += look_at(page, axe, role)
    page.set_viewport_size(DESK)
    page.locator(".own summary:visible").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("banner").get_by_role("link", name="Mes jetons")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes jetons")
    expect(page.locator(".own summary:visible")).to_have_attribute("aria-current", "true")
    assert not found + axe(page), "\n".join(found)


OF_2018 = {"identification", "activation", "password", "home", "profile", "reissue", "reissue_link"}
"""Blueprints whose pages the profile of 2018 changes; the others are those of 2022."""


def test_every_page_of_2018(new_page: Callable[..., Page], axe: Axe, tmp_path: Any) -> None:
    """The other profile has pages of its own: the way in, the password, the home, another code."""
    page = new_page(locale="fr-FR")
    found: list[str] = []
    titles = set()
    with Portal(tmp_path, "2018", notices=False) as portal:
        for stop in plain_pages(portal):
            if stop.endpoint.partition(".")[0] not in OF_2018:
                continue
            for state in states(page, portal, stop):
                if page.title() not in titles:
                    titles.add(page.title())
                    found += look_at(page, axe, state)
    assert not found, "\n".join(found)
    assert any("Mon espace électeur" in title for title in titles)
    assert any("Espace électeur" in title for title in titles)
