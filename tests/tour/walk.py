"""From the URL map to pages and states: what is added to the portal is walked without being listed here.

A stop is a page in one state, reached in a browser. Plain pages come from the URL map; their faults from sending each of
their forms empty; what needs a story (a vote, a link that has served) is told in ``stories.py``.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page

from gateway.pages.kept_form import NUMBER
from tests.tour.portal import Portal, identifiers

VOTER, ANOTHER, VOTES, GUESSED, REISSUES = 0, 1, 2, 3, 4
"""Which of the invented voters is signed in, who stops before voting, who votes, whose password is guessed at, who has a
code re-issued."""

NOT_PAGES = re.compile(r"^/(api|static|healthz|readyz|langue|test-|agents$|agents/(?!connexion))")
"""Agents' pages are walked with agents signed in (tests/e2e/test_support_cell.py)."""
NOT_HTML = {"demo.notice", "activation.follow", "reissue_link.follow", "captcha.picture", "captcha.speech"}
NOBODY = "7f0c3f9e-0c52-4c3c-9d5b-0d6f2a0b8f01"
TUTORIALS = ("parcours-electeur", "parcours-de-vote", "reassorts")


@dataclass(frozen=True)
class Stop:
    """A page in one state. ``reach`` opens it in a browser that has no cookie yet."""

    name: str
    reach: Callable[[Page, Portal], None]
    endpoint: str = ""
    script: bool = True
    """Whether reaching it needs JavaScript."""
    status: int | None = None
    tags: frozenset[str] = field(default_factory=frozenset)


def file_name(path: str) -> str:
    """A rule as a name: « /urne/<election:uuid> » → « urne », the booth's apart from the list that leads to it."""
    plain = path.replace("<election:uuid>", "scrutin") if path.startswith("/voter/") else re.sub(r"<[^>]*>", "", path)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "racine"


def values_of(portal: Portal, rule: Any) -> dict[str, Any]:
    """An argument for each blank of a rule. Errors: KeyError for a blank that nobody thought of here."""
    known: dict[str, Any] = {
        "uuid": portal.election,
        "number": 1,
        "question": 1,
        "name": TUTORIALS[0],
        "token": "x" * 43,
        "voter": NOBODY,
    }
    return {argument: known[argument] for argument in rule.arguments}


def held_before(portal: Portal, endpoint: str) -> dict[str, Any] | None:
    """What the cookie must hold for a page between identification and home; None for the pages that need nothing."""
    if endpoint.startswith("password."):
        return {"identifier": identifiers()[GUESSED]}
    if endpoint == "identification.link_sent":
        asked = {"since": None, "again": datetime.now(UTC).isoformat(), "for": "access"}
        return {"identifier": identifiers()[GUESSED], "sent": asked}
    if endpoint.startswith("activation."):
        return {"link": portal.kept_link()}
    if endpoint.startswith("challenge_question.") and portal.profile == "2022":
        return {"link": portal.prepared_link()}
    return None


def rules(portal: Portal) -> list[Any]:
    """The rules that answer a page to GET."""
    return sorted(
        (
            rule
            for rule in portal.app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not NOT_PAGES.match(rule.rule) and rule.endpoint not in NOT_HTML
        ),
        key=lambda rule: (rule.rule == "/", rule.rule),  # it leads elsewhere: pages go by their own names
    )


def plain_pages(portal: Portal) -> Iterator[Stop]:
    """Each page of the URL map: as a stranger finds it, then as a signed-in voter does."""
    for rule in rules(portal):
        path = portal.app.url_map.bind("127.0.0.1").build(rule.endpoint, values_of(portal, rule))
        for signed_in in (False, True):
            yield Stop(
                f"{file_name(rule.rule)}{'-electeur' if signed_in else ''}",
                _opener(rule.endpoint, path, signed_in),
                rule.endpoint,
            )


def _opener(endpoint: str, path: str, signed_in: bool) -> Callable[[Page, Portal], None]:
    def reach(page: Page, portal: Portal) -> None:
        held = held_before(portal, endpoint)
        if signed_in:
            portal.sign_in(page.context, identifiers()[VOTER], **(held or {}))
        elif held:
            portal.give(page.context, **held)
        page.goto(portal.base_url + path)
        if endpoint == "booth.show" and signed_in:  # the booth asks for its election once the page is there
            page.locator("[data-step=loading]").wait_for(state="hidden")

    return reach


def visits(portal: Portal) -> Iterator[tuple[Any, str, FlaskClient]]:
    """Each rule that answers a page, its address, and a client that may open it: a stranger's, then a signed-in voter's."""
    adapter = portal.app.url_map.bind("127.0.0.1")
    for rule in rules(portal):
        path = adapter.build(rule.endpoint, values_of(portal, rule))
        for signed_in in (False, True):
            client = portal.app.test_client()
            held = held_before(portal, rule.endpoint) or {}
            if signed_in:
                held["voter"] = portal.session(identifiers()[VOTER])
            client.set_cookie("isoloir", portal.cookie(**held))
            yield rule, path, client


def forms(page: Page) -> list[int]:
    """Positions of the forms in main that have something to fill in and send with POST."""
    found: list[int] = page.evaluate(
        """() => [...document.querySelectorAll('main form')].map((form, index) => [form, index])
        .filter(([form]) => form.method === 'post' &&
            form.querySelector('input:not([type=hidden]):not([readonly]), select, textarea'))
        .map(([, index]) => index)"""
    )
    return found


def send_empty(page: Page, position: int) -> None:
    """Send a form as it stands, without the browser's own checks."""
    page.evaluate("position => { document.querySelectorAll('main form')[position].noValidate = true }", position)
    form = page.locator("main form").nth(position)
    for entry in form.locator("input:not([type=hidden]):not([readonly]), textarea").all():
        if (entry.get_attribute("type") or "text") not in {"checkbox", "radio", "submit", "button", "file"}:
            entry.evaluate("element => { element.value = '' }")
    with page.expect_navigation():
        form.locator(".acts button").first.click()
    page.wait_for_load_state("load")


def fresh(context: BrowserContext) -> None:
    """Forget everything that the browser holds."""
    context.clear_cookies()


def identity_of(page: Page) -> tuple[str, str, str]:
    """What tells a page that was seen already: its address but for the number of a form that came back, title and words."""
    found = page.evaluate("() => [location.href, document.title, document.querySelector('main').innerText]")
    address, title, words = map(str, found)
    return re.sub(rf"[?&]{NUMBER}=[^&]*", "", address), title, words


def open_everything(page: Page) -> int:
    """Unfold what is folded. Out: how many there were."""
    count: int = page.evaluate(
        """() => { const folded = [...document.querySelectorAll('details:not([open])')];
        for (const element of folded) element.open = true; return folded.length }"""
    )
    return count
