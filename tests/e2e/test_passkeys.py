"""An agent's passkey in Chromium, with the browser's own virtual authenticator: added, signed out, signed in."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import is_whole
from tests.tour.portal import Portal
from tests.tour.staff import PASSWORD, PEOPLE, Staff


@pytest.fixture
def portal(tmp_path):
    with Portal(tmp_path / "portal", notices=False) as portal:
        yield portal


def press(page, name):
    page.get_by_role("button", name=name, exact=True).last.click()


def test_a_passkey_is_added_by_the_invitation_and_signs_in(portal, page):
    # Browsers give no key to an address of numbers; the portal knows itself by this name too.
    portal.base_url = portal.base_url.replace("127.0.0.1", "localhost")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    email = PEOPLE["operator"][1]
    staff = Staff(portal)
    staff.operator()

    # By the invitation, in place of a telephone.
    page.goto(f"{portal.base_url}/agents/invitation/{staff.link(email)}")
    page.locator("#password").fill(PASSWORD)
    page.locator("#confirmation").fill(PASSWORD)
    is_whole(page)
    press(page, "Relier plutôt une clé d’accès")
    expect(page).to_have_url(f"{portal.base_url}/agents/invitation/cle")
    expect(page.get_by_text("Pas de clé d’accès dans ce navigateur")).to_be_hidden()
    is_whole(page)
    page.get_by_label("Nom de la clé").fill("Portable d’essai")
    press(page, "Relier la clé")
    expect(page).to_have_url(f"{portal.base_url}/agents")

    # The same device makes no second one, and the only one cannot be removed.
    page.goto(f"{portal.base_url}/agents/cles-d-acces")
    expect(page.get_by_text("Portable d’essai")).to_be_visible()
    expect(page.get_by_role("button", name="Retirer")).to_have_count(0)
    is_whole(page)
    page.locator("#password").fill(PASSWORD)
    press(page, "Continuer")
    press(page, "Relier la clé")
    expect(page.get_by_role("alert")).to_contain_text("a déjà une clé de ce compte")
    is_whole(page)

    page.context.clear_cookies()
    page.goto(f"{portal.base_url}/agents/connexion")
    page.get_by_label("Adresse professionnelle").fill(email)
    page.locator("#password").fill(PASSWORD)
    is_whole(page)
    press(page, "Continuer avec une clé d’accès")
    expect(page).to_have_url(f"{portal.base_url}/agents/connexion/cle")
    is_whole(page)
    press(page, "Présenter ma clé")
    expect(page).to_have_url(f"{portal.base_url}/agents")
    expect(page.get_by_role("heading", name="Mon espace d’agent")).to_be_visible()
