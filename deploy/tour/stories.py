"""States of pages that need a story: refused links, a vote from the code to the receipt, answers to what was sent."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from deploy.demo_data import scenario
from deploy.rehearsal import notices
from deploy.tour.portal import Portal, identifiers
from deploy.tour.walk import ANOTHER, VOTES, Stop

SECONDS = 20_000


def stories() -> Iterator[Stop]:
    """The states that sending empty forms does not show."""
    yield Stop("erreur-introuvable", lambda page, portal: _go(page, portal, "/nulle-part"))
    yield Stop("lien-inconnu", lambda page, portal: _go(page, portal, "/lien/inconnu"))
    yield Stop("lien-deja-servi", _used_link)
    yield Stop("identification-refusee", _after(_anonymous("/identification"), _type_nonsense))
    yield Stop("session-terminee", _session_over)
    booth, right_code = _booth_of(ANOTHER), _code_of(ANOTHER)
    yield Stop("isoloir-code", booth)
    yield Stop("isoloir-code-faux", _after(booth, _wrong_code))
    yield Stop("isoloir-choix", _after(booth, right_code))
    yield Stop("isoloir-choix-manquant", _after(booth, right_code, _nothing_chosen))
    yield Stop("isoloir-confirmation", _after(booth, right_code, _chosen))
    yield Stop("urne-recherche-sans-resultat", _after(_public_urn, _search_urn))


def last_stories() -> Iterator[Stop]:
    """Those that use a voter up, in this order."""
    yield Stop("isoloir-accuse-de-reception", _after(_booth_of(VOTES), _code_of(VOTES), _chosen, _vote))
    yield Stop("isoloir-deja-vote", _already_voted)


def _go(page: Page, portal: Portal, path: str) -> None:
    page.goto(portal.base_url + path)


def _after(*steps: Callable[[Page, Portal], None]) -> Callable[[Page, Portal], None]:
    def reach(page: Page, portal: Portal) -> None:
        for step in steps:
            step(page, portal)

    return reach


def _anonymous(path: str) -> Callable[[Page, Portal], None]:
    return lambda page, portal: _go(page, portal, path)


def _used_link(page: Page, portal: Portal) -> None:
    token = portal.unused_link()
    portal.activate(token)
    _go(page, portal, f"/lien/{token}")


def _type_nonsense(page: Page, _portal: Portal) -> None:
    form = page.locator("main form").first
    form.locator("input:not([type=hidden])").first.fill("pas une adresse")
    form.locator("button:not([type=button])").first.click()
    page.wait_for_load_state("load")


def _session_over(page: Page, portal: Portal) -> None:
    portal.give(page.context, voter="une session qui n’existe plus")
    _go(page, portal, "/accueil")


def _booth_of(voter: int) -> Callable[[Page, Portal], None]:
    def open_booth(page: Page, portal: Portal) -> None:
        portal.sign_in(page.context, identifiers()[voter])
        _go(page, portal, f"/voter/{portal.election}")
        page.locator("#voting-code").wait_for(timeout=SECONDS)

    return open_booth


def _code(portal: Portal, number: int) -> str:
    voter = scenario.voters()[number]
    codes: dict[str, str] = notices.wait_for_codes(portal.demo_dir / "print", {voter["adresse1"]: voter["identifiant"]})
    return codes[voter["identifiant"]]


def _wrong_code(page: Page, portal: Portal) -> None:
    page.locator("#voting-code").fill("F226")
    page.keyboard.press("Enter")
    page.locator("#voting-code-error:not(:empty)").wait_for(timeout=SECONDS)


def _code_of(voter: int) -> Callable[[Page, Portal], None]:
    def type_code(page: Page, portal: Portal) -> None:
        page.locator("#voting-code").fill(_code(portal, voter))
        page.keyboard.press("Enter")
        page.locator("[data-step=choice]:not([hidden])").wait_for(timeout=SECONDS)

    return type_code


def _nothing_chosen(page: Page, _portal: Portal) -> None:
    page.locator("[data-form=choice] button").click()
    page.locator("#choice-error:not(:empty)").wait_for(timeout=SECONDS)


def _chosen(page: Page, _portal: Portal) -> None:
    page.locator(".choice input").nth(1).check()
    page.locator("[data-form=choice] button").click()
    page.locator("[data-step=confirmation]:not([hidden])").wait_for(timeout=SECONDS)


def _vote(page: Page, _portal: Portal) -> None:
    page.locator("[data-button=cast]").click()
    page.locator("[data-step=receipt]:not([hidden])").wait_for(timeout=SECONDS)


def _already_voted(page: Page, portal: Portal) -> None:
    portal.sign_in(page.context, identifiers()[VOTES])
    _go(page, portal, f"/voter/{portal.election}")
    page.locator("[data-step=unavailable]:not([hidden])").wait_for(timeout=SECONDS)


def _public_urn(page: Page, portal: Portal) -> None:
    _go(page, portal, f"/urne/{portal.election}")


def _search_urn(page: Page, _portal: Portal) -> None:
    page.locator("#tracker").fill("A" * 43)
    page.locator("main form button").first.click()
    page.locator("main [role=status]").first.wait_for(timeout=SECONDS)
