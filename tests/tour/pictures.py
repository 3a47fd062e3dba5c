"""Takes the pictures: one file for each state and width, named after both."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import Page

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


def take(page: Page, portal: Portal, out: Path, widths: Mapping[int, int]) -> int:
    """Picture everything. In: width → height of the window. Out: how many files were written."""
    out.mkdir(parents=True, exist_ok=True)
    seen: set[tuple[str, str, str]] = set()
    count = 0
    told = [*stories(), *last_stories()] if portal.profile == "2022" else []
    for walked, every in ((True, plain_pages(portal)), (False, iter(told))):
        for stop in every:
            for name in states(page, portal, stop) if walked else _once(page, portal, stop):
                key = identity_of(page)
                if key in seen:
                    continue
                seen.add(key)
                for width, height in widths.items():
                    page.set_viewport_size({"width": width, "height": height})
                    page.screenshot(path=out / f"{name}-{width}.png", full_page=True)
                    count += 1
    return count


def _once(page: Page, portal: Portal, stop: Stop) -> Iterator[str]:
    fresh(page.context)
    stop.reach(page, portal)
    yield stop.name
