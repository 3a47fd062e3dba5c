"""The four tutorials' paths, screen by screen, and the refusals on the way; those of 2018 alone stand beside.

Real services, real messages over SMTP, Chromium. The browser does its proof of work; one walk copies the picture's code,
which the test reads from identity, since no test can see what a person sees.
"""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from services.identity.models import VoterSession
from tests.e2e.steps import (
    ANOTHER,
    FIRST_PASSWORD,
    HOME,
    PASSWORD,
    SENT,
    USED,
    WORK,
    activate,
    ask_for_link,
    choose_question,
    heading,
    identify,
    let_pass,
    press,
    refused,
    sign_out,
    type_password,
)
from tests.tour.portal import Portal, identifiers


@pytest.fixture(scope="module")
def portal_2022(tmp_path_factory):
    """A voting event of the 2022 profile."""
    with Portal(tmp_path_factory.mktemp("portal"), "2022", WORK, notices=False) as portal:
        yield portal


def test_2022_first_connection_by_the_link_of_the_campaign(page, portal_2022):
    """seeds/000: e-mail, password, challenge question, « Activer son compte », home; then the link has served."""
    portal, voter = portal_2022, identifiers()[0]
    campaign = portal.call("identity", "open_campaign", voting_event=portal.event["voting_event"], name="Ouverture")[
        "campaign"
    ]
    portal.call("identity", "send_campaign_page", campaign=campaign, limit=500)
    link = portal.mailboxes.wait_for_link(voter)
    for everybody in identifiers():  # no message of the campaign comes in the middle of the other tests
        portal.mailboxes.wait_for_link(everybody)
    page.goto(link)
    assert link.rsplit("/", 1)[-1] not in page.url
    heading(page, FIRST_PASSWORD)
    for rule in ("entre 12 caractères et 256 caractères", "au moins un caractère spécial"):
        expect(page.get_by_text(rule)).to_be_visible()

    type_password(page, "court1A!")
    refused(page, "trop court")
    type_password(page, "sansmajusculeni chiffre")
    refused(page, "majuscule", "chiffre")
    type_password(page, PASSWORD, ANOTHER)
    refused(page, "Les deux saisies sont différentes")
    type_password(page, PASSWORD)

    heading(page, "Question défi")
    press(page, "Activer son compte")
    refused(page, "Choisissez une question défi")
    choose_question(page)
    heading(page, HOME)
    expect(page.get_by_text("Votre compte a bien été activé. Votre question défi")).to_be_visible()
    for block in ("Mes informations pratiques", "Mes scrutins", "Mon compte", "Le vote est ouvert"):
        expect(page.get_by_role("heading", name=block, exact=True)).to_be_visible()
    for entry in ("Édito", "Formulaire de demande d’assistance", "Mes informations personnelles"):
        expect(page.get_by_role("link", name=entry)).to_be_visible()
    expect(page.get_by_role("button", name="Je vote")).to_be_visible()
    sign_out(page)

    page.goto(link)
    heading(page, USED)
    page.get_by_role("button", name="Demander un nouveau lien").click()
    heading(page, "Accès au portail Élections")


def test_2022_first_connection_by_identifier(page, portal_2022):
    """seeds/001: identifier, message, password, « Accès sans activation » once, then the whole activation."""
    portal, voter = portal_2022, identifiers()[1]
    page.goto(portal.base_url)
    heading(page, "Accès au portail Élections")
    page.get_by_label("Identifiant électeur").fill("pas une adresse")
    press(page, "Connexion")
    refused(page, "adresse complète")
    page.get_by_role("link", name="Vous ne connaissez pas votre identifiant ?").click()
    expect(page.get_by_text("Essayez-les l’une après l’autre")).to_be_visible()

    let_pass(portal, voter, 5)
    page.goto(ask_for_link(page, portal, f"  {voter.upper()} ".strip().lower()))
    type_password(page, PASSWORD)
    press(page, "Accès sans activation")
    heading(page, HOME)
    expect(page.get_by_text("Vous êtes entré sans activer votre compte").first).to_be_visible()
    sign_out(page)

    # Nothing was kept: the next connection starts again with a link.
    let_pass(portal, voter, 5)
    page.goto(ask_for_link(page, portal, voter))
    type_password(page, PASSWORD)
    choose_question(page)
    heading(page, HOME)
    sign_out(page)
    identify(page, portal, voter)
    heading(page, "Saisie du mot de passe")
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Connexion")
    heading(page, HOME)
    expect(page.get_by_text("Dernière connexion")).to_be_visible()


def test_2022_unknown_addresses_are_answered_alike(page, portal_2022):
    """The same page, the same words, the same cooldown; and nothing tells who is a voter."""
    pages = []
    for voter in ("personne@example.org", identifiers()[2]):
        let_pass(portal_2022, voter, 5)
        identify(page, portal_2022, voter)
        expect(page.get_by_text(SENT).first).to_be_visible()
        page.wait_for_load_state()
        first = page.locator("main").inner_text()
        press(page, "Renvoyer le message")
        expect(page.get_by_text("Un message est déjà en route depuis")).to_be_visible()
        page.wait_for_load_state()
        texts = (first, page.locator("main").inner_text())
        pages.append([re.sub(r"\d\dh\d\d", "…", text.replace(voter, "…")) for text in texts])
    assert pages[0] == pages[1]


def test_2022_password_reissue(page, portal_2022):
    """seeds/003: « Besoin du réassort », message, new password; the old one is valid until then and not after."""
    portal, voter = portal_2022, identifiers()[3]
    let_pass(portal, voter, 5)
    activate(page, portal, voter)
    heading(page, HOME)
    sign_out(page)

    mailboxes = portal.mailboxes
    earlier = len(mailboxes.links(voter))
    identify(page, portal, voter)
    press(page, "Besoin du réassort de votre mot de passe élections")
    expect(page.get_by_text(SENT).first).to_be_visible()
    link = mailboxes.wait_for_link(voter, earlier=earlier)
    identify(page, portal, voter)
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Connexion")
    heading(page, HOME)
    sign_out(page)

    page.goto(link)
    heading(page, FIRST_PASSWORD)
    expect(page.get_by_text("Votre mot de passe actuel reste valable")).to_be_visible()
    type_password(page, ANOTHER, button="Valider")
    heading(page, HOME)
    expect(page.get_by_text("Votre nouveau mot de passe est enregistré.")).to_be_visible()
    sign_out(page)

    identify(page, portal, voter)
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Connexion")
    refused(page, "incorrect")
    page.locator("[name=password]").fill(ANOTHER)
    press(page, "Connexion")
    heading(page, HOME)


def test_links_sent_before_stay_good_until_one_is_used_or_expires(page, portal_2022):
    portal, voter = portal_2022, identifiers()[4]
    let_pass(portal, voter, 5)
    older = ask_for_link(page, portal, voter)
    let_pass(portal, voter, 5)
    newer = ask_for_link(page, portal, voter)
    # Whoever opens the older mail is not sent in circles.
    page.goto(older)
    heading(page, FIRST_PASSWORD)
    # A mail filter's visit uses nothing up.
    for _visit in range(3):
        page.goto(newer)
        heading(page, FIRST_PASSWORD)
    let_pass(portal, voter, 1, "expires_at")
    page.goto(newer)
    heading(page, "Ce lien a expiré")
    page.get_by_role("button", name="Demander un nouveau lien").click()
    heading(page, "Accès au portail Élections")


def test_a_locked_account_still_lets_its_owner_in_by_the_link(page, portal_2022):
    portal, voter = portal_2022, identifiers()[5]
    let_pass(portal, voter, 5)
    activate(page, portal, voter)
    sign_out(page)
    identify(page, portal, voter)
    for _guess in range(6):
        page.locator("[name=password]").fill("Un faux mot de passe 1!")
        with page.expect_navigation():
            press(page, "Connexion")
        refused(page)
    refused(page, "bloqué")
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "Connexion")
    refused(page, "bloqué")
    earlier = len(portal.mailboxes.links(voter))
    press(page, "Besoin du réassort de votre mot de passe élections")
    page.goto(portal.mailboxes.wait_for_link(voter, earlier=earlier))
    type_password(page, ANOTHER, button="Valider")
    heading(page, HOME)
    sign_out(page)
    identify(page, portal, voter)
    page.locator("[name=password]").fill(ANOTHER)
    press(page, "Connexion")
    heading(page, HOME)


def test_a_browser_that_refuses_cookies_is_told(page, portal_2022):
    """No « tourne en boucle »: the page says what is wrong and what to do, and the link is still good."""
    portal, voter = portal_2022, identifiers()[6]
    let_pass(portal, voter, 5)
    link = ask_for_link(page, portal, voter)
    # What a browser that keeps no cookie sends: each request as if it were the first.
    page.context.clear_cookies()
    page.goto(portal.base_url + "/activation")
    heading(page, "Votre navigateur refuse les cookies")
    expect(page.get_by_text("autorisez les cookies de ce site")).to_be_visible()
    page.goto(portal.base_url + "/identification")
    page.get_by_label("Identifiant électeur").fill(voter)
    page.context.clear_cookies()
    press(page, "Connexion")
    expect(page.get_by_text("utorisez les cookies").first).to_be_visible()
    page.goto(link)
    heading(page, FIRST_PASSWORD)


def test_a_session_that_has_expired_says_so(page, portal_2022):
    portal, voter = portal_2022, identifiers()[7]
    let_pass(portal, voter, 5)
    activate(page, portal, voter)
    heading(page, HOME)
    with portal.database("identity").transaction() as session:
        session.execute(update(VoterSession).values(last_seen_at=datetime.now(UTC) - timedelta(hours=5)))
    page.get_by_role("link", name="Mes informations personnelles").click()
    expect(page.get_by_text("Votre session a pris fin").first).to_be_visible()
    assert page.locator("main a[href='/identification'], main form[action='/identification']").count()


def test_two_clicks_at_once_use_a_link_once(page, portal_2022, chromium):
    """Two windows send the same link's password at the same moment: one enters, the other is told."""
    portal, voter = portal_2022, identifiers()[8]
    let_pass(portal, voter, 5)
    link = ask_for_link(page, portal, voter)
    other_context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="fr-FR")
    try:
        other = other_context.new_page()
        for window in (page, other):
            window.goto(link)
            type_password(window, PASSWORD)
            heading(window, "Question défi")
        choose_question(page)
        choose_question(other)
        for window in (page, other):
            heading(window, f"^({HOME}|{USED})$")
        assert sorted(window.get_by_role("heading", level=1).inner_text() for window in (page, other)) == [HOME, USED]
    finally:
        other_context.close()


def test_the_picture_is_copied_where_the_setting_says_so(page, portal_2022, monkeypatch):
    """The CAPTCHA as most voters will meet it: wrong once, another code on demand, then right."""
    portal, voter = portal_2022, identifiers()[9]
    monkeypatch.setattr(portal.app.extensions["isoloir_settings"], "challenge", "captcha")
    let_pass(portal, voter, 5)
    earlier = len(portal.mailboxes.links(voter))
    page.goto(portal.base_url)
    page.get_by_label("Identifiant électeur").fill(voter)
    code = page.get_by_role("textbox", name="CAPTCHA")
    code.fill("zzzzz")
    press(page, "Connexion")
    refused(page, "La saisie du CAPTCHA est incorrecte")
    before = page.locator(".captcha-image").get_attribute("src")
    press(page, "Générer un autre code")
    expect(page.locator(".captcha-image")).not_to_have_attribute("src", str(before))
    assert page.get_by_label("Identifiant électeur").input_value() == voter
    assert page.locator(".captcha-image").evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    address = page.locator("audio").get_attribute("src")
    assert page.request.get(portal.base_url + str(address)).body()[:4] == b"RIFF"
    page.get_by_label("Identifiant électeur").fill(voter)
    code.fill(portal.code_of(page).upper())
    press(page, "Connexion")
    expect(page.get_by_text(SENT).first).to_be_visible()
    page.goto(portal.mailboxes.wait_for_link(voter, earlier=earlier))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=confirmation]").fill(PASSWORD)
    page.get_by_role("textbox", name="CAPTCHA").fill(portal.code_of(page))
    press(page, "Connexion")
    choose_question(page)
    heading(page, HOME)


def test_pages_are_quick(page, portal_2022):
    """No page of the way in keeps a voter waiting (a generous bound: a stuck lock, not a slow machine)."""
    for path in ("/identification", "/aide/identifiant", "/informations/aide", "/horaires-hors-metropole"):
        start = time.monotonic()
        page.goto(portal_2022.base_url + path)
        assert time.monotonic() - start < 30
