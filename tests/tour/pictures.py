"""Takes the pictures: one file for each state and width, named after both."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Page

from tests.tour.agents import agent_pages
from tests.tour.letters import letters
from tests.tour.portal import Portal
from tests.tour.stories import last_stories, stories
from tests.tour.walk import Stop, forms, fresh, identity_of, open_everything, plain_pages, send_empty


def states(page: Page, portal: Portal, stop: Stop) -> Iterator[str]:
    """The name of each state while the page is in it: as it comes, unfolded, after each form sent empty."""
    fresh(page.context)
    stop.reach(page, portal)
    yield stop.name
    if open_everything(page):
        yield f"{stop.name}-deplie"
    for position in range(len(forms(page))):
        fresh(page.context)
        stop.reach(page, portal)
        offered = forms(page)
        if position < len(offered):
            send_empty(page, offered[position])
            yield f"{stop.name}-erreurs{position + 1 if position else ''}"


def take(
    page: Page, portal: Portal, out: Path, widths: Mapping[int, int], language: str, kinds: Collection[str]
) -> int:
    """Picture everything of these kinds.

    Args:
        page: of a browser that speaks the language.
        portal: what is looked at.
        out: the folder of the files.
        widths: width → height of the window.
        language: "fr" or "en".
        kinds: of "voters", "agents", "letters".

    Returns:
        How many files were written.
    """
    out.mkdir(parents=True, exist_ok=True)
    seen: set[tuple[str, str, str]] = set()
    count = 0
    told = [*stories(), *last_stories()] if portal.profile == "2022" else []
    walks: dict[str, list[tuple[bool, Iterator[Stop]]]] = {
        "voters": [(True, plain_pages(portal)), (False, iter(told))],
        "agents": [(True, agent_pages(portal))],
    }
    for walked, every in (walk for kind in kinds for walk in walks.get(kind, [])):
        for stop in every:
            for name in states(page, portal, stop) if walked else _once(page, portal, stop):
                key = identity_of(page)
                if key in seen:
                    continue
                seen.add(key)
                count += _picture(page, out, name, widths)
    for name, html in letters(language) if "letters" in kinds else ():
        page.goto("about:blank")
        page.set_content(html)
        count += _picture(page, out, name, widths)
    return count


def _picture(page: Page, out: Path, name: str, widths: Mapping[int, int]) -> int:
    for width, height in widths.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=out / f"{name}-{width}.png", full_page=True)
    return len(widths)


def _once(page: Page, portal: Portal, stop: Stop) -> Iterator[str]:
    fresh(page.context)
    stop.reach(page, portal)
    yield stop.name
