"""What axe cannot see: the way of the keyboard, focus after errors, titles, doubled text, motion, forced colours."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.accessibility.checks import FOCUSED, Axe
from tests.accessibility.walked import Walk
from tests.tour.portal import Portal, identifiers
from tests.tour.walk import VOTER


def test_everything_is_reached_with_tab_and_shows_its_focus(french_walk: Walk) -> None:
    french_walk.expect_none("tab", at_least=30)


def test_the_first_stop_leads_to_the_content(french_walk: Walk) -> None:
    french_walk.expect_none("skip", at_least=30)


def test_titles_headings_landmarks_and_languages(walk: Walk) -> None:
    walk.expect_none("structure", at_least=30)


def test_errors_are_summarised_with_the_focus_and_lead_to_their_fields(french_walk: Walk) -> None:
    french_walk.expect_none("errors", at_least=5)


def test_text_at_twice_its_size_needs_no_sideways_scrolling(french_walk: Walk) -> None:
    """Both the browser's zoom (640 px wide at 200 % is 320 px, tested with axe) and text alone."""
    french_walk.expect_none("twice the size", at_least=30)


def test_nothing_moves_for_whoever_asked_for_less_motion(french_walk: Walk) -> None:
    french_walk.expect_none("motion", at_least=30)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_contrast_and_focus(
    new_page: Callable[..., Page], portal: Portal, axe: Axe, scheme: str
) -> None:
    page = new_page(forced_colors="active", color_scheme=scheme, viewport={"width": 1280, "height": 900})
    portal.sign_in(page.context, identifiers()[VOTER])
    for path in ("/accueil", "/identification", "/reclamations", "/mes-scrutins", f"/urne/{portal.election}"):
        page.goto(portal.base_url + path)
        assert axe(page, ["color-contrast"]) == [], path
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED)["outline"], path
