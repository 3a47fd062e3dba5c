"""What axe cannot see: the way of the keyboard, focus after errors, titles, doubled text, motion, forced colours."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.tour.portal import Portal, identifiers
from tests.tour.walk import VOTER, Stop, forms, fresh, identity_of, plain_pages, send_empty

Axe = Callable[..., list[str]]
NAME = {"fr": "Élections professionnelles", "en": "Professional elections"}
MOST_STOPS = 250

TABBABLE = """() => {
  const all = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], [tabindex="0"]')];
  const shown = all.filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})
    && !e.closest('dialog:not([open])'));
  shown.forEach((e, i) => { e.dataset.order = String(i) });
  return shown.length }"""

FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {order: e.dataset.order ?? '', name: e.outerHTML.slice(0, 120),
    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0} }"""


def visited(page: Page, portal: Portal) -> Iterator[tuple[Stop, str]]:
    """Each page of the URL map once, where it answers under its own name."""
    seen = set()
    for stop in plain_pages(portal):
        fresh(page.context)
        stop.reach(page, portal)
        key = identity_of(page)
        if key not in seen:
            seen.add(key)
            yield stop, page.url


def test_everything_is_reached_with_tab_and_shows_its_focus(page: Page, portal: Portal) -> None:
    """Every control in the order of the page, each with an outline on the screen, and out at the end: no trap."""
    faults = []
    for stop, _url in visited(page, portal):
        page.evaluate("() => document.activeElement?.blur()")
        count = page.evaluate(TABBABLE)
        reached: list[str] = []
        outside = 0
        for _press in range(min(count * 2, MOST_STOPS) + 15):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUSED)
            if focus is None:
                outside += 1
                if outside == 2:
                    break
                continue  # a page that began with the focus inside comes round to its start
            if len(reached) > 1 and focus["order"] == reached[0]:
                break
            if focus["order"] and (not reached or reached[-1] != focus["order"]):
                reached.append(focus["order"])
                if not focus["outline"]:
                    faults.append(f"{stop.name}: no outline on {focus['name']}")
                if not focus["seen"]:
                    faults.append(f"{stop.name}: focus out of sight on {focus['name']}")
        else:
            faults.append(f"{stop.name}: Tab never leaves the page ({len(reached)} of {count})")
        missed = {str(number) for number in range(count)} - set(reached)
        if missed:
            first = page.locator(f'[data-order="{sorted(missed)[0]}"]').evaluate("e => e.outerHTML.slice(0, 120)")
            faults.append(f"{stop.name}: Tab misses {len(missed)} controls, such as {first}")
        if reached != sorted(reached, key=int):
            # A form that opens with the focus in a field begins there and comes round to the start.
            start = reached.index(min(reached, key=int))
            if reached[start:] + reached[:start] != sorted(reached, key=int):
                faults.append(f"{stop.name}: the order of Tab is not that of the page: {reached}")
    assert not faults, "\n".join(faults)


def test_the_first_stop_leads_to_the_content(page: Page, portal: Portal) -> None:
    for stop, _url in visited(page, portal):
        page.evaluate("() => document.activeElement?.blur()")
        page.keyboard.press("Tab")
        if page.locator(".skip:focus").count():  # elsewhere a field has asked for the focus
            box = page.locator(".skip").bounding_box()
            assert box is not None, stop.name
            assert box["x"] >= 0, stop.name
            page.keyboard.press("Enter")
            expect(page.locator("#content"), stop.name).to_be_focused()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_titles_headings_landmarks_and_languages(new_page: Callable[..., Page], portal: Portal, language: str) -> None:
    page = new_page(locale={"fr": "fr-FR", "en": "en-GB"}[language])
    titles: dict[str, str] = {}
    for stop, url in visited(page, portal):
        found = page.evaluate(
            """() => ({
              lang: document.documentElement.lang,
              title: document.title,
              h1: [...document.querySelectorAll('h1')].filter(e => e.checkVisibility()).map(e => e.textContent.trim()),
              main: document.querySelectorAll('main').length,
              banner: document.querySelectorAll('body > header').length,
              footer: document.querySelectorAll('body > footer').length,
              navs: [...document.querySelectorAll('nav')].map(e => e.getAttribute('aria-label') ||
                document.getElementById(e.getAttribute('aria-labelledby'))?.textContent || ''),
              other: document.querySelector('.site-language button').lang,
              levels: [...document.querySelectorAll('h1, h2, h3, h4')].filter(e => e.checkVisibility())
                .map(e => Number(e.tagName[1])),
            })"""
        )
        assert found["lang"] == language, stop.name
        assert found["other"] == ("en" if language == "fr" else "fr"), stop.name
        assert len(found["h1"]) == 1, (stop.name, found["h1"])
        assert (found["main"], found["banner"], found["footer"]) == (1, 1, 1), stop.name
        assert all(found["navs"]), stop.name
        assert len(set(found["navs"])) == len(found["navs"]), stop.name
        assert found["title"].endswith(f" – {NAME[language]}"), (stop.name, found["title"])
        assert len(found["title"]) > len(f" – {NAME[language]}") + 3, stop.name
        levels = found["levels"]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (stop.name, levels)
        # The address says which page it is: no two pages have one title.
        path = url.partition("?")[0]
        assert titles.setdefault(found["title"], path) == path, (found["title"], path, titles[found["title"]])
    assert len(titles) > 12


def test_errors_are_summarised_with_the_focus_and_lead_to_their_fields(page: Page, portal: Portal) -> None:
    tried = 0
    for stop, _url in list(visited(page, portal)):
        fresh(page.context)
        stop.reach(page, portal)
        for position in forms(page):
            fresh(page.context)
            stop.reach(page, portal)
            send_empty(page, position)
            summary = page.locator(".error-summary")
            if not summary.count():
                continue
            tried += 1
            expect(summary, stop.name).to_be_focused()
            assert page.title().startswith("Erreur"), (stop.name, page.title())
            for link in summary.locator("a").all():
                target = page.locator(str(link.get_attribute("href")))
                assert target.count() == 1, (stop.name, link.get_attribute("href"))
                described = str(target.get_attribute("aria-describedby")).split()
                if target.get_attribute("aria-invalid"):
                    texts = [page.locator(f"#{part}").inner_text() for part in described]
                    assert link.inner_text() in " ".join(texts), (stop.name, texts)
    assert tried >= 5


def test_text_at_twice_its_size_needs_no_sideways_scrolling(new_page: Callable[..., Page], portal: Portal) -> None:
    """Both the browser's zoom (640 px wide at 200 % is 320 px, tested with axe) and text alone."""
    page = new_page(viewport={"width": 1280, "height": 900})
    for stop, _url in visited(page, portal):
        page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        wide, cut = page.evaluate(
            """() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
            [...document.querySelectorAll('main *, header *')].filter(e => e.checkVisibility() &&
              getComputedStyle(e).overflow === 'hidden' && e.scrollHeight > e.clientHeight + 2 && e.clientHeight > 2)
              .map(e => e.outerHTML.slice(0, 80))]"""
        )
        assert wide <= 0, (stop.name, wide)
        assert cut == [], (stop.name, cut)


def test_nothing_moves_for_whoever_asked_for_less_motion(new_page: Callable[..., Page], portal: Portal) -> None:
    page = new_page(reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
      const s = getComputedStyle(e);
      return [...s.transitionDuration.split(','), ...s.animationDuration.split(',')].some(d => parseFloat(d) > 0.01) })
      .map(e => e.outerHTML.slice(0, 80))"""
    for stop, _url in visited(page, portal):
        assert page.evaluate(moving) == [], stop.name


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
