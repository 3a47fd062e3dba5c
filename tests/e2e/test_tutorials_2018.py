"""The tutorials' paths in the profile of 2018, screen by screen (seeds/002)."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import script_is_there
from tests.e2e.steps import HOME_2018, SHORT, WORK, heading, identify, press, refused, sign_out, type_password
from tests.tour.portal import Portal, identifiers


@pytest.fixture(scope="module")
def portal_2018(tmp_path_factory):
    """A voting event of the 2018 profile."""
    with Portal(tmp_path_factory.mktemp("portal"), "2018", WORK, notices=False) as portal:
        yield portal


def test_2018_account_creation_and_log_in(page, portal_2018):
    """seeds/002: address, « OK, j’ai compris », message, password of 8 to 24 characters, « Se connecter »."""
    portal, voter = portal_2018, identifiers()[0]
    page.goto(portal.base_url)
    heading(page, "Espace électeur")
    expect(page.get_by_text("Accédez à votre espace électeur pour")).to_be_visible()
    expect(page.get_by_text("Clôture du vote dans")).to_be_visible()
    page.get_by_label("Adresse de messagerie professionnelle").fill(voter)
    script_is_there(page)
    press(page, "Continuer")
    expect(page.get_by_text("peut prendre jusqu’à 15 mn")).to_be_visible()
    expect(page.get_by_role("button", name="OK, j’ai compris")).to_be_visible()

    page.goto(portal.mailboxes.wait_for_link(voter))
    heading(page, "Création de mon mot de passe")
    expect(page.get_by_text("entre 8 et 24 caractères")).to_be_visible()
    type_password(page, "baleine", button="Valider")
    refused(page, "trop court")
    type_password(page, SHORT * 4, button="Valider")
    refused(page, "trop long")
    type_password(page, SHORT, SHORT + "x", button="Valider")
    refused(page, "différentes")
    type_password(page, SHORT, button="Valider")
    heading(page, HOME_2018)
    expect(page.get_by_text("Votre compte a bien été activé.")).to_be_visible()
    sign_out(page)

    identify(page, portal, voter, "Continuer")
    heading(page, "Saisie du mot de passe personnel électeur")
    page.locator("[name=password]").fill("Baleine9")
    press(page, "Se connecter")
    refused(page, "incorrect")
    page.locator("[name=password]").fill(SHORT)
    press(page, "Se connecter")
    heading(page, HOME_2018)


def test_2018_a_forgotten_password_asks_no_challenge_question(page, portal_2018):
    portal, voter = portal_2018, identifiers()[1]
    identify(page, portal, voter, "Continuer")
    expect(page.get_by_text("peut prendre jusqu’à 15 mn")).to_be_visible()
    page.goto(portal.mailboxes.wait_for_link(voter))
    type_password(page, SHORT, button="Valider")
    heading(page, HOME_2018)
    sign_out(page)
    identify(page, portal, voter, "Continuer")
    earlier = len(portal.mailboxes.links(voter))
    press(page, "Besoin du réassort de votre mot de passe élections")
    page.goto(portal.mailboxes.wait_for_link(voter, earlier=earlier))
    type_password(page, "Cachalot9", button="Valider")
    heading(page, HOME_2018)
