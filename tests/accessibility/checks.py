"""What is asked of a page as it is: each check returns the faults it finds, one line each, or asserts."""

import itertools
from collections.abc import Callable

from playwright.sync_api import Page, expect

Axe = Callable[..., list[str]]

LOOKS = {"fr-FR": ((320, "light"), (1280, "dark")), "en-GB": ((320, "light"),)}
"""Each width and each colour scheme once: colours do not depend on the width, nor places on the colours. In English other
words stand in the same places: what could differ is whether they fit a telephone, and what language they are said to be."""
PHONE, DESK = {"width": 320, "height": 640}, {"width": 1280, "height": 900}

ONE_ROW = 80
BAR = "document.querySelector('header .bar')?.getBoundingClientRect().height ?? 0"

NAME = {"fr": "Élections professionnelles", "en": "Professional elections"}
MOST_STOPS = 250

STRUCTURE = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  h1: [...document.querySelectorAll('h1')].filter(e => e.checkVisibility()).map(e => e.textContent.trim()),
  main: document.querySelectorAll('main').length,
  banner: document.querySelectorAll('body > header').length,
  footer: document.querySelectorAll('body > footer').length,
  navs: [...document.querySelectorAll('nav')].map(e => e.getAttribute('aria-label') ||
    document.getElementById(e.getAttribute('aria-labelledby'))?.textContent || ''),
  // The page of the service's state has no form: it is the same for everybody.
  other: (document.querySelector('.site-language button') ?? document.querySelector('a[hreflang]')).lang,
  levels: [...document.querySelectorAll('h1, h2, h3, h4')].filter(e => e.checkVisibility())
    .map(e => Number(e.tagName[1])),
})"""

MOVING = """() => [...document.querySelectorAll('*')].filter(e => {
  const s = getComputedStyle(e);
  return [...s.transitionDuration.split(','), ...s.animationDuration.split(',')].some(d => parseFloat(d) > 0.01) })
  .map(e => e.outerHTML.slice(0, 80))"""

WIDE_AND_CUT = """() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
  [...document.querySelectorAll('main *, header *')].filter(e => e.checkVisibility() &&
    getComputedStyle(e).overflow === 'hidden' && e.scrollHeight > e.clientHeight + 2 && e.clientHeight > 2)
    .map(e => e.outerHTML.slice(0, 80))]"""

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

# A page that opens with the focus in a field would begin there. The next Tab starts from the body, wherever the focus
# was; at the end the walk stops. What comes after is the browser's own: it takes the focus out and brings it back in
# its time, so that coming round may or may not show the first control once more.
FROM_THE_START = """() => {
  document.body.tabIndex = -1;
  document.body.focus({preventScroll: true});
  document.body.blur();
  document.body.removeAttribute('tabindex') }"""


def look_at(page: Page, axe: Axe, name: str, locale: str = "fr-FR") -> list[str]:
    """axe, and whether anything stands out sideways, in each look."""
    found = []
    for width, scheme in LOOKS[locale]:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{name} {width} {scheme} {fault}" for fault in axe(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{name} {width}: scrolls sideways by {wide} px")
        if width == DESK["width"] and page.evaluate(BAR) > ONE_ROW:
            found.append(f"{name} {width}: what is in the bar at the top has more than a row")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    return found


class Structure:
    """Title, headings, landmarks and languages; no two pages have one title."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.titles: dict[str, str] = {}
        """Title → the path of its page: the address says which page it is."""

    def __call__(self, page: Page, name: str) -> list[str]:
        """As a check."""
        found = page.evaluate(STRUCTURE)
        assert found["lang"] == self.language
        assert found["other"] == ("en" if self.language == "fr" else "fr")
        assert len(found["h1"]) == 1, found["h1"]
        assert (found["main"], found["banner"], found["footer"]) == (1, 1, 1)
        assert all(found["navs"])
        assert len(set(found["navs"])) == len(found["navs"])
        title, own = found["title"], f" – {NAME[self.language]}"
        assert title.endswith(own), title
        assert len(title) > len(own) + 3, title
        levels = found["levels"]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
        path = page.url.partition("?")[0]
        assert self.titles.setdefault(title, path) == path, (title, path, self.titles[title])
        return []


def motion(page: Page, name: str) -> list[str]:
    """What moves for more than a blink; of a window that asked for less motion."""
    return [f"{name}: moves: {one}" for one in page.evaluate(MOVING)]


def errors_summarised(page: Page, name: str) -> list[str]:
    """The summary of faults has the focus, and each of its links leads to its field, which says the same."""
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert page.title().startswith("Erreur"), page.title()
    for link in summary.locator("a").all():
        target = page.locator(str(link.get_attribute("href")))
        assert target.count() == 1, link.get_attribute("href")
        described = str(target.get_attribute("aria-describedby")).split()
        if target.get_attribute("aria-invalid"):
            texts = [page.locator(f"#{part}").inner_text() for part in described]
            assert link.inner_text() in " ".join(texts), texts
    return []


def twice_the_size(page: Page, name: str) -> list[str]:
    """Text alone at twice its size needs no scrolling sideways, and nothing is cut off."""
    page.set_viewport_size(DESK)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    wide, cut = page.evaluate(WIDE_AND_CUT)
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    page.set_viewport_size(PHONE)
    return [*([f"{name}: scrolls sideways by {wide} px"] if wide > 0 else []), *(f"{name}: cut: {one}" for one in cut)]


def reached_by_tab(page: Page, name: str) -> list[str]:
    """Every control in the order of the page, each with an outline on the screen, and out at the end: no trap."""
    faults = []
    page.evaluate(FROM_THE_START)
    count = page.evaluate(TABBABLE)
    reached: list[str] = []
    for _press in range(min(count * 2, MOST_STOPS) + 15):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        if focus is None or (focus["order"] == "0" and len(reached) > 1):
            break
        if focus["order"] and (not reached or reached[-1] != focus["order"]):
            reached.append(focus["order"])
            if not focus["outline"]:
                faults.append(f"{name}: no outline on {focus['name']}")
            if not focus["seen"]:
                faults.append(f"{name}: focus out of sight on {focus['name']}")
    else:
        faults.append(f"{name}: Tab never leaves the page ({len(reached)} of {count})")
    missed = {str(number) for number in range(count)} - set(reached)
    if missed:
        first = page.locator(f'[data-order="{min(missed, key=int)}"]').evaluate("e => e.outerHTML.slice(0, 120)")
        faults.append(f"{name}: Tab misses {len(missed)} controls, such as {first}")
    if reached != sorted(reached, key=int):
        faults.append(f"{name}: the order of Tab is not that of the page: {reached}")
    return faults


def skips_to_the_content(page: Page, name: str) -> list[str]:
    """The first stop leads to the content, and is seen."""
    before = page.url
    page.evaluate(FROM_THE_START)
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    # What is looked at next in this page finds it where it was.
    page.evaluate(
        "address => { document.activeElement.blur(); scrollTo(0, 0); history.replaceState(history.state, '', address) }",
        before,
    )
    return []
