"""What the walks of the tutorials have in common: identifying oneself, following links, passwords and questions."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import update

from services.identity.access import tokens
from services.identity.models import AccessCooldown, Link
from tests.e2e.conftest import script_is_there, unfold_menu

WORK = {"ISOLOIR_GATEWAY_CHALLENGE": "proof_of_work"}
PASSWORD = "2026jevotéTranquille!"
ANOTHER = "Une autre phrase, 2 fois plus longue"
SHORT = "Baleine8"
HOME = "Bienvenue sur votre portail Élections"
HOME_2018 = "Mon espace électeur"
FIRST_PASSWORD = "Initialisation du mot de passe Élections"
USED = "Ce lien a déjà servi"
SENT = "Un mail vient de vous être envoyé"


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(words))


def press(page, name):
    page.get_by_role("button", name=name, exact=True).last.click()


def identify(page, portal, voter, button="Connexion"):
    page.goto(portal.base_url)
    known_as = "Identifiant électeur" if portal.profile == "2022" else "Adresse de messagerie professionnelle"
    page.get_by_label(known_as).fill(voter)
    script_is_there(page)
    press(page, button)


def ask_for_link(page, portal, voter):
    mailboxes = portal.mailboxes
    earlier = len(mailboxes.links(voter))
    identify(page, portal, voter)
    expect(page.get_by_text(SENT).first).to_be_visible()
    return mailboxes.wait_for_link(voter, earlier=earlier)


def type_password(page, password, again=None, button="Connexion"):
    page.locator("[name=password]").fill(password)
    page.locator("[name=confirmation]").fill(password if again is None else again)
    script_is_there(page)
    press(page, button)


def choose_question(page):
    heading(page, "Question défi")
    page.get_by_label("Choix de la Question défi").select_option(label="Dans quelle rue ai-je grandi ?")
    page.get_by_label("Répondre à la Question défi choisie").fill("Rue des Lilas")
    page.get_by_label("Ressaisir la réponse à la Question défi").fill("Rue des Lilas")
    press(page, "Activer son compte")


def activate(page, portal, voter):
    page.goto(ask_for_link(page, portal, voter))
    type_password(page, PASSWORD)
    choose_question(page)
    heading(page, HOME)


def sign_out(page):
    unfold_menu(page)
    press(page, "Se déconnecter")
    heading(page, "Vous êtes déconnecté")


def refused(page, *words):
    """The summary of faults says so, and has the focus: a form whose secrets are kept is exchanged in its page."""
    for said in words:
        expect(page.locator(".error-summary")).to_contain_text(said)
    expect(page.locator(".error-summary")).to_be_focused()


def let_pass(portal, voter, minutes, column="created_at"):
    """Let time pass for a voter's newest link, and for whoever asked for one: no page can."""
    past = datetime.now(UTC) - timedelta(minutes=minutes)
    sent = portal.mailboxes.links(voter)
    with portal.database("identity").transaction() as session:
        if sent:
            newest = tokens.digest(sent[-1].rsplit("/", 1)[-1])
            session.execute(update(Link).where(Link.token_hash == newest).values({column: past}))
        session.execute(update(AccessCooldown).values(asked_at=past))
