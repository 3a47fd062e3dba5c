"""Pages are light (under 90 kB with everything they load) and work without JavaScript."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from tests.tour.portal import PASSWORD, Portal
from tests.tour.walk import identifiers, visits

MOST = 90_000
BOOTH = "booth.show"


class Loaded(HTMLParser):
    """The addresses that a browser loads with a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Stylesheets, icons, scripts and their workers, images; a sound is loaded when it is asked for."""
        held = dict(attrs)
        found = held.get("href") if tag == "link" else held.get("src") if tag in {"script", "img"} else None
        for address in (found, held.get("data-worker")):
            if address and not address.startswith("data:"):
                self.addresses.add(address)


def weight(client: FlaskClient, path: str) -> tuple[int, dict[str, int]]:
    """Bytes of a page and of everything it loads, not compressed."""
    page = client.get(path, follow_redirects=True)
    loaded = Loaded()
    loaded.feed(page.text)
    parts = {path: len(page.data)}
    for address in loaded.addresses:
        answer = client.get(address)
        assert answer.status_code == 200, (path, address)
        parts[address] = len(answer.data)
    return sum(parts.values()), parts


@pytest.mark.parametrize("challenge", ["captcha", "proof_of_work"])
def test_pages_weigh_less_than_a_photograph(portal: Portal, challenge: str) -> None:
    settings = portal.app.extensions["isoloir_settings"]
    before, settings.challenge = settings.challenge, challenge
    heavy = {}
    try:
        for rule, path, client in visits(portal):
            if rule.endpoint == BOOTH:
                continue
            bytes_, parts = weight(client, path)
            if bytes_ >= MOST:
                heavy[path] = parts
    finally:
        settings.challenge = before
    assert heavy == {}


def test_a_first_connection_and_a_claim_without_script(new_page: Callable[..., Page], portal: Portal) -> None:
    """The forms are ordinary forms: identifier, link, password, question, home, roll, claim, sign-out."""
    page = new_page(java_script_enabled=False)
    voter = identifiers()[10]
    page.goto(portal.base_url)
    page.get_by_label("Identifiant électeur").fill(voter)
    page.get_by_label("CAPTCHA", exact=False).last.fill(portal.code_of(page))
    page.get_by_role("button", name="Connexion").click()
    page.get_by_text("Un mail vient de vous être envoyé").wait_for()
    page.goto(portal.mailboxes.wait_for_link(voter))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=confirmation]").fill(PASSWORD)
    page.locator("[name=captcha]").fill(portal.code_of(page))
    page.locator(".acts button").first.click()
    page.locator("[name=question]").select_option("first_pet")
    page.locator("[name=answer]").fill("Médor")
    page.locator("[name=confirmation]").fill("Médor")
    page.get_by_role("button", name="Activer son compte").click()
    page.get_by_role("heading", name="Bienvenue sur votre portail Élections").wait_for()
    page.get_by_role("link", name="Formuler une réclamation").click()
    page.locator("[name=subject]").select_option("wrong_name")
    page.locator("[name=text]").fill("Mon prénom comporte un accent.")
    page.locator(".acts button").first.click()
    page.get_by_text("est enregistrée").wait_for()
    page.goto(f"{portal.base_url}/voter/{portal.election}")
    # Chromium hides <noscript> where only its debugging interface has turned scripts off.
    assert "Le vote lui-même a besoin de JavaScript." in page.locator("noscript").inner_html()
    page.goto(f"{portal.base_url}/accueil")
    page.locator("header details.menu summary").click()  # works without script
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("heading", name="Vous êtes déconnecté").wait_for()
